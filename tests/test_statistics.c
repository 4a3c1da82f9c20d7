/* test_statistics.c - summaries, Student quantiles and line fits against independent numbers. */
#include "base/incomplete_beta.h"
#include "base/incomplete_gamma.h"
#include "report/statistics.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static const double pi = 3.14159265358979323846;

static void the_incomplete_beta_function_is_a_binomial_tail(void **state)
{
  /* I_x(a, b) = P(Binomial(a + b - 1, x) >= a). */
  (void)state;
  for (double x = 0.05; x < 1; x += 0.05) {
    double q = 1 - x;

    assert_near(incomplete_beta(2, 3, x), 6 * x * x * q * q + 4 * x * x * x * q + x * x * x * x,
                1e-14);
    assert_near(incomplete_beta(1, 7, x), 1 - pow(q, 7), 1e-14);
    assert_near(incomplete_beta(0.5, 0.5, x), 2 / pi * asin(sqrt(x)), 1e-14);
  }
  assert_true(incomplete_beta(2, 3, 0) == 0);
  assert_true(incomplete_beta(2, 3, 1) == 1);
  assert_near(exp(incomplete_beta_log(2, 3, 0.1)), incomplete_beta(2, 3, 0.1), 1e-16);
  assert_near(exp(incomplete_beta_log(2, 3, 0.9)), incomplete_beta(2, 3, 0.9), 1e-14);
  assert_near(incomplete_beta_log(1e4, 1, 0.25) / (1e4 * log(0.25)), 1, 1e-11); /* x^a */
}

static void the_incomplete_gamma_function_is_a_poisson_tail(void **state)
{
  /* P(1, x) = 1 - exp(-x); P(3, x) = P(Poisson(x) >= 3); P(1/2, x) = erf(sqrt x); small x: x^a / a!
   */
  (void)state;
  for (double x = 0.1; x < 12; x += 0.3) {
    assert_near(exp(incomplete_gamma_log(1, x)), -expm1(-x), 1e-14);
    assert_near(exp(incomplete_gamma_log(3, x)), 1 - exp(-x) * (1 + x + x * x / 2), 1e-14);
    assert_near(exp(incomplete_gamma_log(0.5, x)), erf(sqrt(x)), 1e-14);
  }
  assert_near(incomplete_gamma_log(200, 1e-3), 200 * log(1e-3) - lgamma(201) - 1e-3 + 1e-3 / 201,
              1e-8);
  assert_true(incomplete_gamma_log(3, 0) == -INFINITY);
}

static void student_quantiles_have_their_closed_forms_for_one_and_two_degrees(void **state)
{
  (void)state;
  for (double p = 0.51; p < 1; p += 0.03) {
    assert_near(student_quantile(p, 1) / tan(pi * (p - 0.5)), 1, 1e-12);
    assert_near(student_quantile(p, 2) / ((2 * p - 1) / sqrt(2 * p * (1 - p))), 1, 1e-12);
    assert_near(student_quantile(1 - p, 2), -student_quantile(p, 2), 1e-9);
  }
}

static void student_quantiles_agree_with_the_printed_table(void **state)
{
  (void)state;
  assert_near(student_quantile(0.975, 1), 12.7062, 5e-5);
  assert_near(student_quantile(0.975, 3), 3.182446, 5e-7);
  assert_near(student_quantile(0.975, 10), 2.228139, 5e-7);
  assert_near(student_quantile(0.975, 30), 2.042272, 5e-7);
  assert_near(student_quantile(0.995, 5), 4.032143, 5e-7);
  assert_near(student_quantile(0.975, 1e7), 1.959964, 5e-6);
}

/* Anscombe's quartet (1973), first and fourth set: the textbook fit is y = 3.00 + 0.50 x, standard
   errors 1.125 and 0.118, r^2 = 0.67, residual sum of squares 13.76 and 13.74. */
static const double anscombe_x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
static const double anscombe_y[] = {8.04, 6.95, 7.58,  8.81, 8.33, 9.96,
                                    7.24, 4.26, 10.84, 4.82, 5.68};

static void a_line_is_fitted_as_in_the_textbook(void **state)
{
  line_fit fit = fit_line(anscombe_x, anscombe_y, 11);
  double quantile = 2.262157; /* t(0.975, 9), printed table */

  (void)state;
  assert_near(fit.slope.value, 0.5001, 5e-5);
  assert_near(fit.intercept.value, 3.0001, 5e-5);
  assert_near(fit.r, 0.8164, 5e-5);
  assert_near(fit.rss, 13.7627, 5e-5);
  assert_near((fit.slope.high - fit.slope.low) / 2 / quantile, 0.1179, 5e-5);
  assert_near((fit.intercept.high - fit.intercept.low) / 2 / quantile, 1.1247, 5e-5);
  assert_near(fit.aic, 11 * log(13.7627 / 11) + 6, 1e-4);
}

static void intervals_cover_the_true_slope_as_often_as_they_say(void **state)
{
  /* 20000 lines of five points with normal errors: 95 % +- 4 standard errors. */
  enum { LINES = 20000, POINTS = 5 };
  uint64_t bits = 88172645463325252u;
  size_t covered = 0;

  (void)state;
  for (size_t line = 0; line < LINES; line++) {
    double x[POINTS], y[POINTS];
    line_fit fit;

    for (size_t i = 0; i < POINTS; i++) {
      double sum = -6; /* twelve uniforms: nearly normal */

      for (int j = 0; j < 12; j++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        sum += (double)(bits >> 11) * 0x1p-53;
      }
      x[i] = (double)(i * i);
      y[i] = 7 - 0.3 * x[i] + sum;
    }
    fit = fit_line(x, y, POINTS);
    covered += fit.slope.low <= -0.3 && -0.3 <= fit.slope.high;
  }
  assert_near((double)covered / LINES, 0.95, 4 * sqrt(0.95 * 0.05 / LINES));
}

static void adding_a_constant_to_x_moves_only_the_intercept(void **state)
{
  double moved[11];
  line_fit fit = fit_line(anscombe_x, anscombe_y, 11), other;

  (void)state;
  for (size_t i = 0; i < 11; i++) moved[i] = anscombe_x[i] + 1e6;
  other = fit_line(moved, anscombe_y, 11);
  assert_near(other.slope.value, fit.slope.value, 1e-9);
  assert_near(other.slope.low, fit.slope.low, 1e-9);
  assert_near(other.r, fit.r, 1e-9);
  assert_near(other.intercept.value, fit.intercept.value - 1e6 * fit.slope.value, 1e-3);
}

static void what_the_points_do_not_determine_is_not_a_number(void **state)
{
  const double same[] = {0.1, 0.1, 0.1}, x[] = {1, 2, 3}, y[] = {1, 5, 6};

  (void)state;
  assert_true(isnan(fit_line(same, y, 3).slope.value));
  assert_true(isnan(fit_line(x, y, 0).slope.value));
  assert_true(isnan(fit_line(x, y, 1).slope.value));
  assert_true(fit_line(x, y, 2).slope.value == 4);
  assert_true(isnan(fit_line(x, y, 2).slope.low));
  assert_true(isnan(fit_line(x, same, 3).r));
  assert_true(isnan(summarise(x, 0).mean));
  assert_true(isnan(summarise(x, 1).sd));
}

static void a_summary_says_mean_median_deviation_and_range(void **state)
{
  const double values[] = {4, 1, 4, 9, 2};
  summary all = summarise(values, 5), four = summarise(values, 4);

  (void)state;
  assert_near(all.mean, 4, 1e-15);
  assert_near(all.median, 4, 0);
  assert_near(all.sd, sqrt(38.0 / 4), 1e-15);
  assert_true(all.low == 1 && all.high == 9 && all.count == 5);
  assert_near(summarise(values, 2).median, 2.5, 0);
  assert_near(four.median, 4, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_incomplete_beta_function_is_a_binomial_tail),
      cmocka_unit_test(the_incomplete_gamma_function_is_a_poisson_tail),
      cmocka_unit_test(student_quantiles_have_their_closed_forms_for_one_and_two_degrees),
      cmocka_unit_test(student_quantiles_agree_with_the_printed_table),
      cmocka_unit_test(a_line_is_fitted_as_in_the_textbook),
      cmocka_unit_test(intervals_cover_the_true_slope_as_often_as_they_say),
      cmocka_unit_test(adding_a_constant_to_x_moves_only_the_intercept),
      cmocka_unit_test(what_the_points_do_not_determine_is_not_a_number),
      cmocka_unit_test(a_summary_says_mean_median_deviation_and_range),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
