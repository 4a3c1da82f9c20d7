/* test_law_averages.c - the Poincare variant, averages of gradients and of classes, certified radii
   and projections: independent arithmetic, and random data that may refute what docs/theory.md
   proves. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "law_input.h"
#include "linalg/vector.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static uint64_t cast;

static void normals(size_t count, double *out)
{
  lip_random_normal((lip_stream){11, LIP_FOR_PROBES}, cast, count, out);
  cast += count + count % 2;
}

static void signs(size_t count, double *out)
{
  normals(count, out);
  for (size_t i = 0; i < count; i++) out[i] = out[i] > 0 ? 1 : -1;
}

static void on_sphere(size_t count, size_t d, double *x)
{
  normals(count * d, x);
  for (size_t i = 0; i < count; i++) {
    double length = lip_norm(d, x + i * d);

    for (size_t j = 0; j < d; j++) x[i * d + j] /= length;
  }
}

/* Independent Laplace coordinates of scale b = 1 / (2 sqrt d) have the Poincare constant 4 b^2 =
   1/d and no logarithmic Sobolev inequality. x -> clip(L x_1) fits n random signs exactly with
   probability (exp(-1 / (L b)) / 2)^n: at the bound that may be delta at most. */
static void laplace_points_are_fitted_as_rarely_as_claimed(void **state)
{
  (void)state;
  for (double n = 2; n <= 1e4; n *= 3)
    for (double delta = 0.3; delta > 1e-6; delta /= 10)
      for (double d = 1; d <= 1000; d *= 10) {
        char at[120];
        double L;

        (void)snprintf(at, sizeof at, "n=%g d=%g delta=%g log_size=0", n, d, delta);
        L = law_bound("poincare", at);
        if (L > 0) assert_true(n * (-2 * sqrt(d) / L - log(2)) <= log(delta));
      }
}

/* The rate at which means of Laplace variables of scale 1/2 exceed tau (Cramer) is at least the one
   that the law counts on, and in the limit the same. */
static void means_of_laplace_variables_have_the_rate_of_the_law(void **state)
{
  double ratio = 0;

  (void)state;
  for (double rate = 1e-4; rate < 2e3; rate *= 1.5) {
    char at[80];
    lip_law_result result;
    double x, s;

    (void)snprintf(at, sizeof at, "n=1e15 d=1 log_size=%.17g", rate * 1e15);
    result = law_at("poincare", at);
    x = 2 * law_constant_of(&result, "tau: the bound is margin sqrt(d/c) / tau");
    s = (sqrt(1 + x * x) - 1) / x;
    ratio = rate / (s * x + log1p(-s * s));
    assert_true(ratio <= 1 + 1e-9);
  }
  assert_true(ratio > 0.999);
}

/* Many functions for few points: the law is n sqrt(d) / p, up to 2 / log. */
static void the_poincare_law_has_the_order_of_the_paper(void **state)
{
  lip_law_result result = law_at("poincare", "n=1e6 d=400 p=1e12 log=5");
  double margin = 1 - sqrt(2 * log(400) / 1e6);

  (void)state;
  assert_near(result.order, 1e6 * 20 / 1e12, 1e-15);
  assert_near(result.bound / (2 * margin * result.order / 5), 1, 1e-4);
  /* few functions: sqrt(n d / (2 log|F|)), as for a logarithmic Sobolev inequality */
  assert_near(law_bound("poincare", "n=1e8 d=400 log_size=1000") / sqrt(4e10 / 2000), 1, 0.01);
}

/* Simpson's rule for the density (1 - s^2)^((d-3)/2) of one coordinate; `more` powers of 1 - s^2.
 */
static double cap_integral(double d, double low, double more)
{
  double sum = 0;
  size_t steps = 20000;

  for (size_t i = 0; i <= steps; i++) {
    double s = low + (1 - low) * (double)i / (double)steps;

    sum += (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) * pow(1 - s * s, (d - 3) / 2 + more);
  }
  return sum * (1 - low) / (double)steps / 3;
}

static void the_caps_average_gradient_is_that_of_quadrature(void **state)
{
  lip_law_result result = law_at("caps-gradient", "n=1000 d=50 threshold=0.9");
  double cap = cap_integral(50, 0.9, 0) / cap_integral(50, -1, 0);

  (void)state;
  assert_near(result.bound / (1000 * 100 * cap), 1, 1e-9);
  assert_near(result.bound / 1e-14, 1.3, 0.1);
  assert_near(law_constant_of(&result, "by mu(cap) <= exp(-d t^2 / 2)"), 1.6e-4, 1e-6);
  assert_near(law_constant_of(&result, "E |tangential gradient|^2") /
                  (1e5 * cap_integral(50, 0.9, 1) / cap_integral(50, -1, 0)),
              1, 1e-9);
  assert_near(law_constant_of(&result, "Lipschitz constant where no caps meet"), 4.3589, 1e-4);
  /* far below all doubles */
  result = law_at("caps-gradient", "n=1000 d=1e5 threshold=0.9");
  assert_true(result.bound > 0);
  assert_true(law_constant_of(&result, "log10 of the bound") < -3e4);
}

/* Crowded caps, that meet: in the mean over labels the average is the same. */
static void crowded_caps_have_the_claimed_gradient_in_the_mean(void **state)
{
  enum { N = 30, D = 5, TRIALS = 20000 };
  double x[N * D], y[N], z[D], sum = 0, squares = 0, deviation;

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double g[D] = {0}, one;

    on_sphere(N, D, x);
    signs(N, y);
    on_sphere(1, D, z);
    for (size_t i = 0; i < N; i++)
      if (lip_dot(D, x + i * D, z) > 0.4) lip_add_multiple(D, y[i] / 0.6, x + i * D, g);
    one = lip_dot(D, g, g);
    sum += one;
    squares += one * one;
  }
  deviation = sqrt(squares / TRIALS / TRIALS);
  assert_near(sum / TRIALS, law_bound("caps-gradient", "n=30 d=5 threshold=0.4"), 4 * deviation);
  assert_true(deviation < 0.02 * sum / TRIALS);
}

/* 256 ridge functions x -> sqrt(d) L u.x / sqrt(d): linear ones, 1-Lipschitz, at N(0, I/d). */
static void rademacher_averages_keep_to_the_bound(void **state)
{
  enum { N = 500, D = 200, F = 256, TRIALS = 60 };
  double *x = lip_alloc(N * D, sizeof *x), *u = lip_alloc(F * D, sizeof *u), s[N], v[D], sum = 0;
  double bound = law_bound("rademacher", "n=500 d=200 L=1 log_size=5.545177444479562");

  (void)state;
  on_sphere(F, D, u);
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double most = 0;

    normals(N * D, x);
    signs(N, s);
    for (size_t j = 0; j < D; j++) v[j] = 0;
    for (size_t i = 0; i < N; i++) lip_add_multiple(D, s[i] / sqrt(D), x + i * D, v);
    for (size_t f = 0; f < F; f++) most = fmax(most, fabs(lip_dot(D, u + f * D, v)));
    sum += most / N;
  }
  assert_true(sum / TRIALS <= bound);
  assert_true(sum / TRIALS > 0.1 * bound);
  assert_near(bound, sqrt(1 / 500.0) + sqrt(2 * log(512) / (500 * 200)), 1e-12);
  /* a steep class: Massart's lemma is better, and is taken */
  assert_near(law_bound("rademacher", "n=500 d=200 L=100 log_size=5.545177444479562"),
              sqrt(2 * log(512) / 500), 1e-12);
  assert_near(
      law_bound("generalisation", "n=500 d=200 L=1 log_size=5.545177444479562 loss_bound=3"),
      2 * bound + 3 * sqrt(log(200) / 1000), 1e-12);
  lip_free(x);
  lip_free(u);
}

/* d = 1: one direction, the components' means are what is left. */
static void labels_of_two_clusters_are_counted_by_the_mixture(void **state)
{
  enum { N = 400, TRIALS = 400 };
  double s[N], sum = 0;

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double first = 0, second = 0;

    signs(N, s);
    for (size_t i = 0; i < N; i++) *(i % 2 ? &first : &second) += s[i];
    sum += (fabs(first) + fabs(second)) / N; /* f = +-1 on either cluster */
  }
  assert_true(sum / TRIALS > sqrt(1.0 / N)); /* one component's share is exceeded */
  assert_true(sum / TRIALS <=
              law_bound("rademacher", "n=400 d=1e6 L=1 log_size=1.3862943611198906 mixture=2"));
}

static void the_radius_ceiling_is_one_over_the_sharp_bound(void **state)
{
  lip_law_result result = law_at("radius-ceiling", "n=1e4 d=1e3 p=1e4 log=20");

  (void)state;
  assert_near(result.bound * law_bound("theorem-3-sharp", "n=1e4 d=1e3 p=1e4 log=20"), 1, 1e-12);
  assert_near(result.order, sqrt(1e4 / 1e7), 1e-15);
  assert_near(law_constant_of(&result, "by the isoperimetric profile") *
                  law_bound("profile", "n=1e4 d=1e3 p=1e4 log=20"),
              1, 1e-12);
  assert_false(result.vacuous);
  assert_true(law_at("radius-ceiling", "n=1e4 d=1e3 p=1e4 log=20 L_star=6").vacuous);
  assert_true(law_at("radius-ceiling", "n=1e4 d=10 p=1e4 log=20").vacuous);
}

/* All 2 d functions +-x_j / |.|: the radius min y_i f(x_i) / Lip of the best one. */
static void no_function_of_a_class_has_a_radius_above_the_ceiling_too_often(void **state)
{
  enum { N = 3, D = 16, TRIALS = 4000 };
  size_t above = 0;
  double x[N * D], y[N];
  double ceiling = law_bound("radius-ceiling", "n=3 d=16 log_size=3.4657359027997265 delta=0.2");
  double profile = 0;
  lip_law_result result = law_at("radius-ceiling",
                                 "n=3 d=16 log_size=3.4657359027997265 delta=0.2");

  (void)state;
  profile = law_constant_of(&result, "by the isoperimetric profile");
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double best = -INFINITY;

    normals(N * D, x);
    signs(N, y);
    for (size_t f = 0; f < (size_t)2 * D; f++) {
      double least = INFINITY;

      for (size_t i = 0; i < N; i++)
        least = fmin(least, y[i] * x[i * D + f / 2] / sqrt(D) * (f % 2 ? 1 : -1));
      best = fmax(best, least);
    }
    above += best > fmin(ceiling, isnan(profile) ? INFINITY : profile);
  }
  assert_true((double)above <= 0.2 * TRIALS + 4 * sqrt(0.2 * TRIALS));
}

/* theory.md U14: sphere n = 1000, d = 500. */
static void the_curve_of_projections_has_the_measured_values(void **state)
{
  static const double kept[] = {500, 200, 100, 50, 20, 10},
                      measured[] = {1.59, 2.84, 4.54, 7.59, 18.8, 50.5};

  (void)state;
  for (size_t i = 0; i < 6; i++) {
    char at[80];
    lip_law_result result;

    (void)snprintf(at, sizeof at, "n=1000 d=500 p=%.15g", 1000 * (kept[i] + 1));
    result = law_at("projection", at);
    assert_near(law_constant_of(&result, "typical constant") / measured[i], 1, 0.06);
    assert_near(law_constant_of(&result, "d', coordinates kept"), kept[i], 1e-9);
    assert_true(result.bound > law_constant_of(&result, "typical constant"));
  }
  assert_int_equal(law_at("projection", "n=1000 d=500 p=6000").holds, LIP_NO);

  /* Half a coordinate is none. */
  assert_true(law_bound("projection", "n=1000 d=500 p=21999") ==
              law_bound("projection", "n=1000 d=500 p=21000"));
}

static void nearest_projected_points_keep_to_the_claimed_distance(void **state)
{
  enum { N = 60, D = 40, TRIALS = 1500 };
  static const size_t kept[] = {1, 4, 20, 40};
  double *x = lip_alloc(N * D, sizeof *x);

  (void)state;
  for (size_t k = 0; k < 4; k++) {
    char at[80];
    size_t above = 0, typical = 0;
    lip_law_result result;

    (void)snprintf(at, sizeof at, "n=60 d=40 delta=0.3 p=%zu", N * (kept[k] + 1));
    result = law_at("projection", at);
    for (size_t trial = 0; trial < TRIALS; trial++) {
      double least = INFINITY;

      normals(N * D, x);
      for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++) {
          double sum = 0;

          for (size_t c = 0; c < kept[k]; c++)
            sum += (x[i * D + c] - x[j * D + c]) * (x[i * D + c] - x[j * D + c]) / D;
          least = fmin(least, sqrt(sum));
        }
      above += 2 / least > result.bound;
      typical += 2 / least > law_constant_of(&result, "typical constant");
    }
    assert_true((double)above <= 0.3 * TRIALS + 4 * sqrt(0.21 * TRIALS));
    assert_true((double)above >= 0.15 * TRIALS); /* the sum over pairs loses little */
    assert_near((double)typical / TRIALS, 0.5, 0.1);
  }
  lip_free(x);
}

static void memorisation_counts_hyperplanes(void **state)
{
  lip_law_result result = law_at("memorisation", "n=1000 d=50");

  (void)state;
  assert_near(result.bound, 30, 0);
  assert_near(law_constant_of(&result, "neurons by 4 a hyperplane"), 40, 0);
  assert_near(law_constant_of(&result, "parameters, k (d + 2) + 1"), 1561, 0);
  assert_near(law_bound("memorisation", "n=1000 d=50 positive=0.051"), 6, 0);
  assert_near(law_bound("memorisation", "n=1 d=50"), 3, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(laplace_points_are_fitted_as_rarely_as_claimed),
      cmocka_unit_test(means_of_laplace_variables_have_the_rate_of_the_law),
      cmocka_unit_test(the_poincare_law_has_the_order_of_the_paper),
      cmocka_unit_test(the_caps_average_gradient_is_that_of_quadrature),
      cmocka_unit_test(crowded_caps_have_the_claimed_gradient_in_the_mean),
      cmocka_unit_test(rademacher_averages_keep_to_the_bound),
      cmocka_unit_test(labels_of_two_clusters_are_counted_by_the_mixture),
      cmocka_unit_test(the_radius_ceiling_is_one_over_the_sharp_bound),
      cmocka_unit_test(no_function_of_a_class_has_a_radius_above_the_ceiling_too_often),
      cmocka_unit_test(the_curve_of_projections_has_the_measured_values),
      cmocka_unit_test(nearest_projected_points_keep_to_the_claimed_distance),
      cmocka_unit_test(memorisation_counts_hyperplanes),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
