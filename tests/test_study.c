/* test_study.c - what the studies compute, against independent formulas; rows are computed once. */
#include "study/battery.h"
#include "study/cells.h"
#include "study/deviation.h"
#include "study/lemmas.h"

#include "base/atomic_file.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void near(double value, double expected, double relative)
{
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.15g is not %.15g", value, expected);
}

static void the_median_set_is_as_near_as_its_nearest_corner(void **state)
{
  enum { D = 7, TRIALS = 300 };
  double x[D], room[D];

  (void)state;
  for (uint64_t trial = 0; trial < TRIALS; trial++) {
    double least = INFINITY;

    lip_random_normal((lip_stream){3, LIP_FOR_POINTS}, trial * D, D, x);
    if (trial % 3 == 0)
      for (size_t i = 0; i < D; i++) x[i] = x[i] > 0 ? 1 : -1;
    for (unsigned corner = 0; corner < 1u << D; corner++) {
      double square = 0;

      if (__builtin_popcount(corner) > D / 2) continue;
      for (size_t i = 0; i < D; i++) {
        double apart = x[i] - (corner >> i & 1 ? 1 : -1) / sqrt(D);

        square += apart * apart;
      }
      least = fmin(least, sqrt(square));
    }
    assert_true(fabs(distance_to_median_set(D, x, room) - least) <= 1e-7);
  }
}

static void all_functions_of_the_battery_are_1_lipschitz(void **state)
{
  enum { D = 16, ROWS = 40 };
  static double x[ROWS][D], value[ROWS][TEST_FUNCTIONS];

  (void)state;
  for (int kind = 0; kind < LIP_SAMPLE_KINDS; kind++) {
    battery tests;

    assert_int_equal(battery_create((lip_sample_kind)kind, D, 5, &tests, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS; i++) {
      battery_values(&tests, i, value[i]);
      memcpy(x[i], tests.x, sizeof x[i]);
    }
    for (size_t i = 0; i < ROWS; i++)
      for (size_t j = 0; j < i; j++) {
        double apart[D];

        for (size_t t = 0; t < D; t++) apart[t] = x[i][t] - x[j][t];
        for (size_t f = 0; f < TEST_FUNCTIONS; f++)
          assert_true(fabs(value[i][f] - value[j][f]) <= lip_norm(D, apart) + 1e-7);
      }
    battery_clear(&tests);
  }
}

/* From scipy.stats.binom; 1.40 and 2.72 are theory.md's. */
static void the_hypercubes_deviation_is_the_binomials(void **state)
{
  static const struct {
    size_t d;
    double sd, constant;
  } expected[] = {{16, 1.4015322961613919, 1.0952382134740912},
                  {256, 2.7274871155063254, 3.9502949876038196},
                  {4096, 5.4293387120218235, 15.42690097042687},
                  {65536, 10.851561854305299, 61.34924503465372}};
  double sum = 0;

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    hypercube_exact found = hypercube_exactly(expected[i].d);

    near(found.sd * sqrt((double)expected[i].d), expected[i].sd, 1e-8);
    near(found.constant, expected[i].constant, 1e-6);
  }
  for (unsigned corner = 0; corner < 1u << 16; corner++)
    sum += sqrt(fmax(0, __builtin_popcount(corner) - 8) / 4) / (1u << 16);
  near(hypercube_exactly(16).mean, sum, 1e-12);
}

static void deviations_of_a_known_sample_are_found(void **state)
{
  enum { N = 4096 };
  static double value[N];
  deviation found;

  (void)state;
  near(beta_quantile(0.01, 1, 500), 1 - pow(0.99, 1.0 / 500), 1e-9);
  near(beta_quantile(0.05, 3, 1), pow(0.05, 1.0 / 3), 1e-9);
  for (size_t i = 0; i < N; i++) value[i] = i % 2 ? 3 : -1;
  found = deviation_of(N, value);
  near(found.variance, 4.0 * N / (N - 1), 1e-12);
  assert_true(found.variance_error < 0.05);
  near(found.tail[0], 2, 1e-12);
  assert_true(found.constant < 4 / (2 * log(2))); /* all of it lies at t = 2 */
  assert_true(found.constant > 0.85 * 4 / (2 * log(2 / 0.5)));
}

static void constants_of_the_lemmas_are_those_of_closed_forms(void **state)
{
  double value, tail = 2 * 0.15865525393145705; /* P(|N| >= 1) */

  (void)state;
  near(normal_power_tail(4, 1), tail, 1e-12);
  near(normal_power_tail(2, 4), 0.04550026389635842, 1e-12);
  near(single_term_constant(1, 2, log(2 / tail)), 1 / sqrt(log(2 / tail)), 1e-9);
  near(tensor_constant_limit(2), 2, 1e-12);
  near(tensor_constant_limit(3), 3 * sqrt(3), 1e-12);
  near(tensor_constant_limit(4), 4 * sqrt(15), 1e-12);
  for (size_t p = 2; p <= 4; p++) { /* one point on the sphere: |y x^p| = 1 */
    assert_int_equal(random_tensor_norm(NULL, 1, 5, p, 1, &value, NULL), LIP_OK);
    near(value, 1, 1e-9);
  }
}

static void sums_of_signs_need_what_the_binomial_says(void **state)
{
  (void)state;
  near(summand_constant(SUMMAND_SIGN), 1 / log(2), 1e-12);
  near(summand_exactly(SUMMAND_SIGN, 1), 1 / log(2), 1e-9);
  near(summand_exactly(SUMMAND_SIGN, 2), 2 / log(4), 1e-9);
  near(summand_exactly(SUMMAND_RARE, 1), 0.81 / log(20), 1e-9);
  near(summand_constant(SUMMAND_RARE), 0.81 / log(20), 1e-9);
  near(summand_variance(SUMMAND_NORMAL), 0.7737413, 1e-6); /* scipy.stats.truncnorm(-2, 2).var() */
  near(summand_proxy(SUMMAND_RARE), 0.8 / (2 * log(9)), 1e-12);
  for (size_t n = 1; n <= 200; n += 7) assert_true(summand_exactly(SUMMAND_SIGN, n) <= 2);
}

static void cells_are_parted_by_slabs(void **state)
{
  double inside[2] = {0.7, -0.5}, middle[2] = {0, 0.5};
  uint32_t votes[2 << 8];
  reachable found;

  (void)state;
  near(cells_constant(4), 800, 1e-12);
  near(slab_bound(3), 3 / (300 * sqrt(3)), 1e-9); /* a coordinate is uniform on [-1, 1] */
  /* cell 1: x_1 > 0 > x_2 */
  near(cell_function(2, 2, inside), 1, 1e-12);
  near(cell_function(2, 13, inside), -1, 1e-12);
  near(one_parameter(2, 2.25, inside), 1, 1e-12);
  near(one_parameter(2, 1.25, inside), -1 + 2 * 0.25, 1e-12);
  assert_true(fabs(cell_function(2, 4, middle)) <= 1e-12); /* half way from -1 to 1 */
  near(coupons_expected(2), 25.0 / 3, 1e-12);
  found = cells_reachable(8, 1, 1, votes);
  assert_int_equal(found.in_slabs + found.fitted, 1);
  found = cells_reachable(8, 200000, 1, votes);
  assert_true(found.fitted > 100000 - 400 && found.fitted < 115000);
}

/* --- rows are computed once */

typedef struct counter {
  size_t calls, stop_after;
} counter;

static void count_words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  (void)context;
  (void)snprintf(text, size, "unit %zu,line %zu", unit, line);
}

static lip_status count_compute(const study_run *run, const void *context, size_t unit,
                                size_t thread, double *value, lip_error *err)
{
  counter *c = (counter *)(uintptr_t)context;

  (void)run;
  (void)thread;
  (void)err;
  if (c->calls == c->stop_after) return LIP_EINTERRUPT;
  c->calls++;
  for (size_t i = 0; i < 4; i++) value[i] = (double)unit + (double)i / 3;
  value[3] = NAN;
  return LIP_OK;
}

static lip_status fill(const char *folder, lip_scale scale, counter *c)
{
  sheet rows = {.name = "counted",
                .header = "unit,line,a,b",
                .units = 5,
                .lines = 2,
                .columns = 2,
                .context = c,
                .words = count_words,
                .compute = count_compute};
  study_run run = {.name = "test", .path = folder, .scale = scale};
  lip_status st;

  c->calls = 0;
  run.team = lip_team_create(1);
  assert_int_equal(folder_open(folder, &run.folder, NULL), LIP_OK);
  st = sheet_fill(&run, &rows, NULL);
  for (size_t unit = 0; st == LIP_OK && unit < 5; unit++) {
    near(sheet_row(&rows, unit, 0)[1], (double)unit + 1.0 / 3, 1e-15);
    assert_true(isnan(sheet_row(&rows, unit, 1)[1]));
  }
  sheet_clear(&rows);
  folder_release(&run.folder);
  lip_team_free(run.team);
  return st;
}

static void a_stopped_sheet_goes_on_where_it_was(void **state)
{
  char folder[] = "study-XXXXXX", path[64];
  counter c = {.stop_after = 3};
  FILE *rows;

  (void)state;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/rows/counted.csv", folder);
  assert_int_equal(fill(folder, LIP_QUICK, &c), LIP_EINTERRUPT);
  assert_int_equal(c.calls, 3);
  rows = fopen(path, "a"); /* as if killed while writing: half a unit, half a line */
  (void)fputs("3,0,unit 3,line 0,3,3.3333333333333335\n3,1,unit 3,li", rows);
  assert_int_equal(fclose(rows), 0);
  c.stop_after = SIZE_MAX;
  assert_int_equal(fill(folder, LIP_QUICK, &c), LIP_OK);
  assert_int_equal(c.calls, 2);
  assert_int_equal(fill(folder, LIP_QUICK, &c), LIP_OK);
  assert_int_equal(c.calls, 0);
  assert_int_equal(fill(folder, LIP_PAPER, &c), LIP_OK); /* other settings: anew */
  assert_int_equal(c.calls, 5);
  assert_int_equal(unlink(path), 0);
  (void)snprintf(path, sizeof path, "%s/rows", folder);
  assert_int_equal(rmdir(path), 0);
  assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_median_set_is_as_near_as_its_nearest_corner),
      cmocka_unit_test(all_functions_of_the_battery_are_1_lipschitz),
      cmocka_unit_test(the_hypercubes_deviation_is_the_binomials),
      cmocka_unit_test(deviations_of_a_known_sample_are_found),
      cmocka_unit_test(constants_of_the_lemmas_are_those_of_closed_forms),
      cmocka_unit_test(sums_of_signs_need_what_the_binomial_says),
      cmocka_unit_test(cells_are_parted_by_slabs),
      cmocka_unit_test(a_stopped_sheet_goes_on_where_it_was),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
