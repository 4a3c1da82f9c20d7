/* test_report_brackets.c - what a report makes of brackets, on made-up experiments whose ends lie
   on known lines. */
#include "made_experiment.h"

#include "report/brackets.h"

#include <math.h>

/* A kept run with the proxy 2 r, r = sqrt(n/k), and on each domain the same bracket. */
static lip_run *add(size_t n, size_t d, size_t k, uint64_t seed, double lower, double upper)
{
  lip_run *run = add_run(n, d, k, seed);

  run->max_random_gradient = 2 * sqrt((double)n / (double)k);
  run->lower = run->lower_ball = run->lower_sphere = lower;
  run->upper = run->upper_ball = run->upper_sphere = upper;
  run->certified = true;
  return run;
}

static int begin(void **state)
{
  (void)state;
  begin_experiment("exp1");
  return 0;
}

static int end(void **state)
{
  (void)state;
  experiment_clear(&made.experiment);
  return 0;
}

static void assert_near(double value, double wanted)
{
  if (!(fabs(value - wanted) <= 1e-9)) fail_msg("%.17g, not %.17g", value, wanted);
}

/* Lower ends on 1 + 3 r, upper ends on 2 + 4 r; the seeds' differences cancel. */
static void the_fits_are_those_of_the_ends_lines(void **state)
{
  bracket_fit fit;

  (void)state;
  for (size_t i = 1; i <= 5; i++)
    for (uint64_t seed = 0; seed < 2; seed++) {
      double r = sqrt(1000.0 / (double)(20 * i)), shift = seed ? 0.25 : -0.25;

      (void)add(1000, 100, 20 * i, seed, 1 + 3 * r + shift, 2 + 4 * r + shift);
    }
  (void)add(1000, 200, 20, 0, 1000, 2000); /* d > n/10: not of the set */
  gather_experiment();
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    assert_int_equal(fit_brackets(&made.experiment, &bracket_width_set, domain, &fit, NULL),
                     LIP_OK);
    assert_int_equal(fit.cells, 5);
    assert_int_equal(fit.unresolved, 0);
    assert_near(fit.proxy.slope.value, 2);
    assert_near(fit.proxy.intercept.value, 0);
    assert_near(fit.lower.slope.value, 3);
    assert_near(fit.lower.intercept.value, 1);
    assert_near(fit.upper.slope.value, 4);
    assert_near(fit.upper.intercept.value, 2);
  }
}

static void each_domain_has_its_own_ends(void **state)
{
  lip_run *run = add(100, 10, 25, 0, 0, 0);

  (void)state;
  run->lower_sphere = 1, run->upper_sphere = 2;
  run->lower_ball = 3, run->upper_ball = 5;
  run->lower = 7, run->upper = 11;
  gather_experiment();
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    static const double lower[] = {1, 3, 7}, upper[] = {2, 5, 11};
    cell_bracket bracket = bracket_of(made.experiment.cell, domain);

    assert_int_equal(bracket.count, 1);
    assert_true(bracket.lower == lower[domain] && bracket.upper == upper[domain]);
  }
}

/* d = 10: 4 times as wide as low; d = 20: just resolved; the proxy is 2 in both. */
static void wide_brackets_are_told_with_their_dimensions(void **state)
{
  static const bracket_set *const sets[] = {&bracket_width_set};
  bracket_widths w;

  (void)state;
  (void)add(1000, 10, 1000, 0, 5, 20);
  (void)add(1000, 20, 1000, 0, 6, 6 * bracket_resolved);
  (void)add(1000, 100, 1000, 0, 3, 3);
  gather_experiment();
  w = measure_widths(&made.experiment, sets, 1, 0);
  assert_int_equal(w.cells, 3);
  assert_int_equal(w.unresolved, 1);
  assert_int_equal(w.least_d, 10);
  assert_int_equal(w.most_d, 10);
  assert_near(w.narrowest, 1);
  assert_near(w.widest, 4);
  assert_near(w.least_gain, 1.5);
  assert_near(w.most_gain, 3);
}

static void the_proved_law_is_the_worst_certified_network(void **state)
{
  proved_law proved = {0, 0};

  (void)state;
  (void)add(400, 10, 100, 0, 10, 12);                    /* 10 / 2 */
  (void)add(900, 10, 100, 0, 12, 15);                    /* 12 / 3 */
  add(100, 10, 100, 0, 1, 2)->certified = false;         /* an estimate */
  add(100, 10, 100, 1, 1, 2)->status = LIP_RUN_UNFITTED; /* fits nothing */
  add(100, 10, 100, 2, 1, 2)->lower_sphere = NAN;        /* not measured there */
  gather_experiment();
  add_proved_law(&made.experiment, &proved);
  assert_int_equal(proved.networks, 2);
  assert_near(proved.least, 4);
}

static void runs_without_inner_brackets_are_counted_on_the_space_alone(void **state)
{
  size_t measured, certified;
  bracket_fit fit;

  (void)state;
  for (size_t k = 10; k <= 40; k += 10) {
    lip_run *run = add(400, 10, k, 0, 5, 6);

    run->lower_ball = run->upper_ball = run->lower_sphere = run->upper_sphere = NAN;
  }
  add(400, 10, 50, 0, 5, 6)->certified = false;
  gather_experiment();
  count_brackets(&made.experiment, &measured, &certified);
  assert_int_equal(measured, 1);
  assert_int_equal(certified, 0);
  assert_int_equal(fit_brackets(&made.experiment, &bracket_width_set, 0, &fit, NULL), LIP_OK);
  assert_int_equal(fit.cells, 1);
  assert_true(isnan(fit.lower.slope.value));
  assert_int_equal(fit_brackets(&made.experiment, &bracket_width_set, 2, &fit, NULL), LIP_OK);
  assert_int_equal(fit.cells, 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_fits_are_those_of_the_ends_lines, begin, end),
      cmocka_unit_test_setup_teardown(each_domain_has_its_own_ends, begin, end),
      cmocka_unit_test_setup_teardown(wide_brackets_are_told_with_their_dimensions, begin, end),
      cmocka_unit_test_setup_teardown(the_proved_law_is_the_worst_certified_network, begin, end),
      cmocka_unit_test_setup_teardown(runs_without_inner_brackets_are_counted_on_the_space_alone,
                                      begin, end),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
