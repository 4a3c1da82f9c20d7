/* test_verified.c - definiteness that is proved, against matrices whose definiteness is known. */
#include "linalg/verified.h"

#include "base/random.h"
#include "linalg/dgemm.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum { MOST = 200 };

static double H[MOST * MOST];

/* V V' of whole numbers, n x (n - missing): exact in doubles, of rank n - missing; plus `more` on
   the last diagonal entry; row i times 2^scale[i]. */
static void make(size_t n, size_t missing, double more, int spread)
{
  static double V[MOST * MOST];
  size_t columns = n - missing;

  lip_random_normal((lip_stream){n, LIP_FOR_WEIGHTS}, 0, n * columns, V);
  for (size_t i = 0; i < n * columns; i++) V[i] = rint(V[i] * 1000);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double sum = 0;

      for (size_t l = 0; l < columns; l++) sum += V[i * columns + l] * V[j * columns + l];
      if (i == j && i + 1 == n) sum += more;
      H[i * n + j] = ldexp(sum, ((int)(i % 7) - 3) * spread + ((int)(j % 7) - 3) * spread);
    }
}

static void singular_and_indefinite_matrices_are_not_proved(void **state)
{
  (void)state;
  for (size_t n = 2; n <= MOST; n = n * 3 / 2 + 1)
    for (int spread = 0; spread <= 150; spread += 75) {
      make(n, 1, 0, spread);
      assert_false(lip_certainly_semidefinite(n, H, NULL, NULL));
      make(n, 1, -1, spread);
      assert_false(lip_certainly_semidefinite(n, H, NULL, NULL));
    }
}

static void definite_matrices_of_any_scale_are_proved(void **state)
{
  double slack[MOST], given;

  (void)state;
  for (size_t n = 1; n <= MOST; n = n * 3 / 2 + 1)
    for (int spread = 0; spread <= 150; spread += 75) {
      make(n, 0, 0, spread);
      for (size_t i = 0; i < n; i++) H[i * n + i] *= 1.001;
      assert_true(lip_certainly_semidefinite(n, H, NULL, &given));
      assert_true(given >= 0 && given < 1e-10);
      make(n, 0, 0, spread);
      for (size_t i = 0; i < n; i++) slack[i] = 1.01 * H[i * n + i];
      assert_false(lip_certainly_semidefinite(n, H, slack, NULL));
    }
}

static void rows_of_zeros_pass_and_what_is_no_number_does_not(void **state)
{
  double zero[4] = {0, 0, 0, 0}, slack[2] = {0, 1e-300}, mixed[4] = {2, 0, 0, 0};
  double hidden[4] = {2, 0, 1e-300, 0}, none[4] = {1, 0, NAN, 1}, vast[4] = {INFINITY, 0, 0, 1};
  double one[1] = {0}, least[1] = {DBL_MIN}, below[1] = {-DBL_TRUE_MIN};

  (void)state;
  assert_true(lip_certainly_semidefinite(2, zero, NULL, NULL));
  assert_true(lip_certainly_semidefinite(2, mixed, NULL, NULL));
  mixed[0] = 2;
  assert_false(lip_certainly_semidefinite(2, mixed, slack, NULL));
  assert_false(lip_certainly_semidefinite(2, hidden, NULL, NULL));
  assert_false(lip_certainly_semidefinite(2, none, NULL, NULL));
  assert_false(lip_certainly_semidefinite(2, vast, NULL, NULL));
  assert_true(lip_certainly_semidefinite(1, one, NULL, NULL));
  assert_true(lip_certainly_semidefinite(1, least, NULL, NULL));
  assert_false(lip_certainly_semidefinite(1, below, NULL, NULL));
}

static void gamma_is_rounded_up(void **state)
{
  (void)state;
  for (size_t n = 1; n < 100000; n = n * 5 / 3 + 1) {
    long double nu = (long double)n * 0x1p-53L;

    assert_true(lip_gamma(n) >= nu / (1 - nu));
    assert_true(lip_gamma(n) <= nu / (1 - nu) * (1 + 1e-15L));
  }
  assert_true(isinf(lip_gamma((size_t)1 << 53)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singular_and_indefinite_matrices_are_not_proved),
      cmocka_unit_test(definite_matrices_of_any_scale_are_proved),
      cmocka_unit_test(rows_of_zeros_pass_and_what_is_no_number_does_not),
      cmocka_unit_test(gamma_is_rounded_up),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
