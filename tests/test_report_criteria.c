/* test_report_criteria.c - the criteria on made-up experiments: each can pass, fail, and have no
   verdict. */
#include "made_experiment.h"

#include "report/criteria.h"

#include <math.h>

static trend_list trends;
static criterion_list criteria;

static void begin(const char *block)
{
  begin_experiment(block);
  trends = (trend_list){0};
  criteria = (criterion_list){0};
}

static lip_run *add(size_t n, size_t d, size_t k, uint64_t seed, double gradient)
{
  lip_run *run = add_run(n, d, k, seed);

  run->max_random_gradient = gradient;
  return run;
}

static void judge_width(void)
{
  gather_experiment();
  assert_int_equal(trends_of_width(&made.experiment, &trends, NULL), LIP_OK);
  assert_int_equal(criteria_of_width(&trends, &criteria, NULL), LIP_OK);
}

static void judge_dimension(void)
{
  gather_experiment();
  assert_int_equal(trends_of_dimension(&made.experiment, &trends, NULL), LIP_OK);
  assert_int_equal(criteria_of_dimension(&made.experiment, &trends, &criteria, NULL), LIP_OK);
}

static void end(void)
{
  criterion_list_clear(&criteria);
  trend_list_clear(&trends);
  experiment_clear(&made.experiment);
}

static const lip_criterion *named(const char *part)
{
  for (size_t i = 0; i < criteria.count; i++)
    if (strstr(criteria.criterion[i].name, part)) return &criteria.criterion[i];
  fail_msg("there is no criterion '%s'", part);
  return NULL;
}

/* Slice n = 1000, d = 100 with y = intercept + slope sqrt(n/k) + bend at every other k. */
static void add_slice(double intercept, double slope, double bend)
{
  static const size_t widths[] = {20, 40, 50, 100, 250, 1000};

  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    for (uint64_t seed = 1; seed <= 3; seed++) /* the seeds' noise has mean zero */
      (void)add(1000, 100, widths[i], seed,
                intercept + slope * sqrt(1000.0 / (double)widths[i]) + (i % 2 ? bend : -bend) +
                    0.1 * ((double)seed - 2));
}

static void a_straight_slice_passes_and_its_numbers_are_those_of_the_line(void **state)
{
  (void)state;
  begin("exp1");
  add_slice(7, 0.9, 0);
  judge_width();
  assert_int_equal(named("correlation")->verdict, LIP_PASS);
  assert_true(fabs(named("correlation")->value - 1) < 1e-12);
  assert_int_equal(named("slope")->verdict, LIP_PASS);
  assert_true(fabs(named("slope")->value - 0.9) < 1e-12);
  assert_int_equal(named("intercept")->verdict, LIP_PASS);
  assert_true(fabs(named("intercept")->value - 7) < 1e-12);
  assert_int_equal(named("(2)")->verdict, LIP_PASS);
  end();
}

static void a_slice_that_is_too_flat_too_high_or_scattered_fails(void **state)
{
  (void)state;
  begin("exp1");
  add_slice(9.5, 0.5, 0);
  judge_width();
  assert_int_equal(named("slope")->verdict, LIP_FAIL);
  assert_int_equal(named("intercept")->verdict, LIP_FAIL);
  assert_int_equal(named("correlation")->verdict, LIP_PASS);
  end();
  begin("exp1");
  add_slice(7, 0.9, 2);
  judge_width();
  assert_int_equal(named("correlation")->verdict, LIP_FAIL);
  assert_int_equal(named("(2)")->verdict, LIP_FAIL);
  end();
}

static void a_slice_with_d_above_n_over_ten_is_not_judged(void **state)
{
  (void)state;
  begin("exp1");
  for (size_t k = 20; k <= 640; k *= 2) (void)add(1000, 101, k, 1, 100);
  judge_width();
  assert_int_equal(criteria.count, 2);
  assert_int_equal(named("(1)")->verdict, LIP_NO_VERDICT);
  assert_true(named("(1)")->reason[0] != 0);
  assert_int_equal(named("(2)")->verdict, LIP_NO_VERDICT);
  end();
}

static void runs_that_did_not_fit_count_as_attempted_and_enter_no_fit(void **state)
{
  lip_run *run;

  (void)state;
  begin("exp1");
  add_slice(7, 0.9, 0);
  add(1000, 100, 20, 4, 1e6)->status = LIP_RUN_UNFITTED;
  run = add(1000, 100, 10, 1, NAN);
  run->status = LIP_RUN_FAILED;
  judge_width();
  assert_true(fabs(named("slope")->value - 0.9) < 1e-12);
  assert_int_equal(made.experiment.runs, 20);
  assert_int_equal(made.experiment.kept, 18);
  assert_int_equal(made.experiment.failed, 1);
  assert_int_equal(made.experiment.cell[1].attempted, 4);
  assert_int_equal(made.experiment.cell[1].kept, 3);
  assert_int_equal(made.experiment.cell[0].kept, 0);
  assert_false(cell_is_drawn(&made.experiment, &made.experiment.cell[0]));
  end();
}

static void other_learning_rates_are_cells_of_their_own_and_enter_no_fit(void **state)
{
  (void)state;
  begin("exp1");
  add_slice(7, 0.9, 0);
  add(1000, 100, 20, 9, 1e6)->train.learning_rate = 3e-3;
  judge_width();
  assert_true(made.experiment.rate == 1e-3);
  assert_true(fabs(named("slope")->value - 0.9) < 1e-12);
  assert_non_null(experiment_find(&made.experiment, 1000, 100, 20, 0.02, 3e-3));
  end();
}

static void a_row_that_two_blocks_asked_for_counts_once(void **state)
{
  lip_store_block blocks[2];
  lip_run *rows[2];
  size_t counts[2];
  store_content content = {blocks, rows, counts, 2};
  experiment gathered;

  (void)state;
  begin("exp1");
  add_slice(7, 0.9, 0);
  for (size_t i = 0; i < 2; i++) {
    blocks[i] = made.block;
    blocks[i].cells = made.count + i;
    blocks[i].done = made.count;
    rows[i] = made.row;
    counts[i] = made.count;
  }
  assert_int_equal(experiment_gather(&content, "exp1", &gathered, NULL), LIP_OK);
  assert_int_equal(gathered.runs, made.count);
  assert_int_equal(gathered.pending, 1);
  assert_int_equal(gathered.cells, 6);
  experiment_clear(&gathered);
  assert_int_equal(experiment_gather(&content, "exp2", &gathered, NULL), LIP_OK);
  assert_int_equal(gathered.runs, 0);
  experiment_clear(&gathered);
}

/* Blue flat at `flat`; red slope * sqrt(d) from d = n/10 on, shifted to `ratio` times blue there.
 */
static void add_dimensions(size_t n, double flat, double ratio, double slope, double bump)
{
  const size_t d[] = {25, 50, n / 10, n / 5, n / 2};

  for (size_t i = 0; i < 5; i++) {
    double start = sqrt((double)n / 10);

    (void)add(n, d[i], n, 1, flat + (i == 1 ? bump : 0));
    (void)add(n, d[i], 10 * n / d[i], 1, flat * ratio + slope * (sqrt((double)d[i]) - start));
  }
}

static void the_expected_pictures_of_experiment_2_pass(void **state)
{
  (void)state;
  begin("exp2");
  add_dimensions(1000, 7, 1.2, 1, 0.5);
  add_dimensions(2000, 7, 1.4, 1, 0.5);
  judge_dimension();
  for (size_t i = 0; i < criteria.count; i++)
    assert_int_equal(criteria.criterion[i].verdict, LIP_PASS);
  assert_int_equal(criteria.count, 3 + 2 + 4);
  assert_true(fabs(named("n = 1000")->value - 1.2) < 1e-12);
  assert_true(fabs(named("growth")->value - 0.2) < 1e-12);
  end();
}

static void each_criterion_of_experiment_2_can_fail(void **state)
{
  (void)state;
  begin("exp2");
  add_dimensions(1000, 7, 1.45, 0.5, 4);
  add_dimensions(2000, 7, 1.2, 1.3, 0.5);
  judge_dimension();
  assert_int_equal(named("(3) red / blue at d = n/10, n = 1000")->verdict, LIP_FAIL);
  assert_int_equal(named("(3) red / blue at d = n/10, n = 2000")->verdict, LIP_FAIL);
  assert_int_equal(named("growth")->verdict, LIP_FAIL);
  assert_int_equal(named("(4) blue (k = n), n = 1000")->verdict, LIP_FAIL);
  assert_int_equal(named("(4) blue (k = n), n = 2000")->verdict, LIP_PASS);
  assert_int_equal(named("(5) red (k = 10 n/d), n = 1000: slope")->verdict, LIP_FAIL);
  assert_int_equal(named("(5) red (k = 10 n/d), n = 2000: slope")->verdict, LIP_FAIL);
  /* 7, 7, 11 and mean 25/3: the last is 32 % above. */
  assert_true(fabs(named("(4) blue (k = n), n = 1000")->value - (11 * 3.0 / 25 - 1)) < 1e-12);
  end();
}

static void without_its_networks_a_criterion_has_no_verdict_and_says_why(void **state)
{
  (void)state;
  begin("exp2");
  (void)add(500, 50, 500, 1, 7);
  judge_dimension();
  assert_true(criteria.count > 0);
  for (size_t i = 0; i < criteria.count; i++) {
    assert_int_equal(criteria.criterion[i].verdict, LIP_NO_VERDICT);
    assert_true(criteria.criterion[i].reason[0] != 0);
  }
  end();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_straight_slice_passes_and_its_numbers_are_those_of_the_line),
      cmocka_unit_test(a_slice_that_is_too_flat_too_high_or_scattered_fails),
      cmocka_unit_test(a_slice_with_d_above_n_over_ten_is_not_judged),
      cmocka_unit_test(runs_that_did_not_fit_count_as_attempted_and_enter_no_fit),
      cmocka_unit_test(other_learning_rates_are_cells_of_their_own_and_enter_no_fit),
      cmocka_unit_test(a_row_that_two_blocks_asked_for_counts_once),
      cmocka_unit_test(the_expected_pictures_of_experiment_2_pass),
      cmocka_unit_test(each_criterion_of_experiment_2_can_fail),
      cmocka_unit_test(without_its_networks_a_criterion_has_no_verdict_and_says_why),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
