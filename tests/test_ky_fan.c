/* test_ky_fan.c - sums of eigenvalues from above, against matrices whose eigenvalues are known. */
#include "linalg/ky_fan.h"

#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static double bound_of(size_t n, size_t d, const double *X, const double *v, size_t k, bool sizes)
{
  lip_moment_matrix moment;
  double bound = NAN;

  assert_int_equal(lip_moment_matrix_create(n, d, X, v, 0, &moment, NULL), LIP_OK);
  assert_int_equal(lip_ky_fan_up(&moment, k, sizes, &bound, NULL), LIP_OK);
  lip_moment_matrix_clear(&moment);
  return bound;
}

/* Points on the axes: eigenvalues 3, 1, -2 and 0, exactly, at sizes near both ends of doubles. */
static void eigenvalues_on_the_axes_are_bounded_tightly(void **state)
{
  const int exponents[] = {0, -300, 300, -480, 480};
  const double v[] = {3, -2, 1}, of_values[] = {3, 4, 4, 2}, of_sizes[] = {3, 5, 6, 6};

  (void)state;
  for (size_t e = 0; e < 5; e++) {
    double size = ldexp(1, exponents[e]), X[12] = {size, 0, 0, 0, 0, size, 0, 0, 0, 0, 0, size};

    for (size_t k = 1; k <= 4; k++) {
      double values = bound_of(3, 4, X, v, k, false) / size / size;
      double sizes = bound_of(3, 4, X, v, k, true) / size / size;

      assert_true(values >= of_values[k - 1] && values <= of_values[k - 1] + 1e-12);
      assert_true(sizes >= of_sizes[k - 1] && sizes <= of_sizes[k - 1] + 1e-12);
    }
  }
}

/* Whole numbers: the matrix and its trace are exact. u'S u over random unit vectors u, in long
   double, is never above the largest eigenvalue; the trace never above the sum of all. */
static void no_quotient_of_rayleigh_is_above_the_bound(void **state)
{
  enum { N = 40, D = 12 };
  double X[N * D], v[N], u[D];

  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    double trace = 0, one, all;

    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, N * D, X);
    lip_random_normal((lip_stream){seed, LIP_FOR_LABELS}, 0, N, v);
    for (size_t i = 0; i < N * D; i++) X[i] = rint(100 * X[i]);
    for (size_t i = 0; i < N; i++) {
      v[i] = rint(10 * v[i]);
      for (size_t a = 0; a < D; a++) trace += v[i] * X[i * D + a] * X[i * D + a];
    }
    one = bound_of(N, D, X, v, 1, true);
    all = bound_of(N, D, X, v, D, false);
    assert_true(all >= fmax(trace, 0) && all <= fmax(trace, 0) + 1e-6 * one);
    for (uint64_t t = 0; t < 200; t++) {
      long double value = 0, length = 0;

      lip_random_normal((lip_stream){t, LIP_FOR_PROBES}, 0, D, u);
      for (size_t a = 0; a < D; a++) length += (long double)u[a] * u[a];
      for (size_t i = 0; i < N; i++) {
        long double s = 0;

        for (size_t a = 0; a < D; a++) s += (long double)X[i * D + a] * u[a];
        value += v[i] * s * s;
      }
      assert_true(fabsl(value) <= (long double)one * length);
    }
  }
}

/* Two copies of a point with opposite weights cancel: nothing is left but rounding. */
static void cancelling_points_leave_almost_nothing(void **state)
{
  const double X[] = {1, 2, 3, 1, 2, 3}, v[] = {1, -1};
  double bound;

  (void)state;
  bound = bound_of(2, 3, X, v, 3, true);
  assert_true(bound >= 0 && bound < 1e-9);
}

/* (2^27 + 1)^2 - 2^54 = 2^28 + 1, of which doubles lose the 1 on the way. */
static void what_a_product_rounds_off_is_in_the_bound(void **state)
{
  const double X[] = {0x1p27 + 1, 0x1p27}, v[] = {1, -1};

  (void)state;
  for (size_t sizes = 0; sizes < 2; sizes++)
    assert_true(bound_of(2, 1, X, v, 1, sizes == 1) >= 0x1p28 + 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eigenvalues_on_the_axes_are_bounded_tightly),
      cmocka_unit_test(no_quotient_of_rayleigh_is_above_the_bound),
      cmocka_unit_test(what_a_product_rounds_off_is_in_the_bound),
      cmocka_unit_test(cancelling_points_leave_almost_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
