/* test_isotropic.c - radial isotropic position: what it promises, and where there is none. */
#include "base/random.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/isotropic.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

enum { MOST_ROWS = 400, MOST_D = 8 };

static double H[MOST_ROWS * MOST_D], Q[MOST_D * MOST_D], R[MOST_D * MOST_D];

/* Rows N(0, I) stretched along the axes by 1, 3, 9, ... */
static void fill(size_t k, size_t D, uint64_t seed)
{
  double stretch = 1;

  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, k * D, H);
  for (size_t j = 0; j < D; j++, stretch *= 3)
    for (size_t l = 0; l < k; l++) H[l * D + j] *= stretch;
}

static void position(size_t k, size_t D)
{
  assert_int_equal(lip_isotropic_position(k, D, H, Q, R, NULL), LIP_OK);
}

/* The largest entry of sum of h h'/|h|^2 - (rows/D) I over the rows of H Q that are not 0, divided
   by rows/D. */
static double deviation(size_t k, size_t D)
{
  double sum[MOST_D * MOST_D] = {0}, worst = 0, rows = 0;

  for (size_t l = 0; l < k; l++) {
    double h[MOST_D] = {0}, length;

    for (size_t i = 0; i < D; i++) lip_add_multiple(D, H[l * D + i], Q + i * D, h);
    length = lip_norm(D, h);
    if (length == 0) continue;
    rows++;
    for (size_t i = 0; i < D; i++)
      for (size_t j = 0; j < D; j++) sum[i * D + j] += h[i] / length * (h[j] / length);
  }
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < D; j++)
      worst = fmax(worst, fabs(sum[i * D + j] * (double)D / rows - (i == j)));
  return worst;
}

/* max |(Q R - I)_ij|, each entry measured by what its row of Q and column of R could make of it */
static void the_inverse_is_one(size_t D)
{
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < D; j++) {
      double sum = 0, size = 0;

      for (size_t r = 0; r < D; r++) {
        sum += R[i * D + r] * Q[r * D + j];
        size += fabs(R[i * D + r] * Q[r * D + j]);
      }
      assert_true(fabs(sum - (i == j)) <= 1e-12 * fmax(size, 1));
    }
}

static void stretched_rows_become_isotropic(void **state)
{
  (void)state;
  for (size_t D = 1; D <= MOST_D; D++) {
    fill(50 * D, D, D);
    position(50 * D, D);
    assert_true(deviation(50 * D, D) <= 2e-3);
    the_inverse_is_one(D);
  }
}

static void lengths_of_rows_do_not_matter(void **state)
{
  double before[MOST_D * MOST_D];

  (void)state;
  fill(100, 4, 7);
  position(100, 4);
  memcpy(before, Q, sizeof before);
  for (size_t l = 0; l < 100; l++)
    for (size_t j = 0; j < 4; j++) H[l * 4 + j] *= l % 3 == 0 ? 0x1p-500 : 0x1p400;
  position(100, 4);
  assert_memory_equal(Q, before, 16 * sizeof *Q);
}

static void columns_of_any_scale_are_evened_out(void **state)
{
  (void)state;
  fill(100, 4, 8);
  for (size_t l = 0; l < 100; l++) H[l * 4] *= 1e-120, H[l * 4 + 3] *= 1e120;
  position(100, 4);
  assert_true(deviation(100, 4) <= 2e-3);
  the_inverse_is_one(4);
}

static void zero_rows_do_not_count(void **state)
{
  (void)state;
  fill(60, 3, 9);
  for (size_t l = 0; l < 60; l += 4) memset(H + l * 3, 0, 3 * sizeof *H);
  position(60, 3);
  assert_true(deviation(60, 3) <= 2e-3);
  memset(H, 0, sizeof H);
  position(60, 3);
  the_inverse_is_one(3);
  for (size_t i = 0; i < 3; i++) assert_true(Q[i * 3 + i] == 1);
}

static void rows_in_a_subspace_leave_a_nonsingular_matrix(void **state)
{
  (void)state;
  fill(40, 5, 10);
  for (size_t l = 0; l < 40; l++) { /* rank 3 */
    H[l * 5 + 3] = H[l * 5] - H[l * 5 + 1];
    H[l * 5 + 4] = 0;
  }
  position(40, 5);
  the_inverse_is_one(5);
  for (size_t i = 0; i < 25; i++) assert_true(fabs(Q[i]) <= 1e6);
}

/* 90 of 100 rows are equal: more than a quarter of them lies on one line. */
static void rows_that_dominate_do_not_run_away(void **state)
{
  (void)state;
  fill(100, 4, 11);
  for (size_t l = 1; l < 90; l++) memcpy(H + l * 4, H, 4 * sizeof *H);
  position(100, 4);
  the_inverse_is_one(4);
  assert_true(lip_norm(16, Q) * lip_norm(16, R) <= 1e8);
  position(1, 4); /* fewer rows than columns */
  the_inverse_is_one(4);
}

static void what_is_not_finite_is_refused(void **state)
{
  (void)state;
  fill(10, 2, 12);
  H[5] = NAN;
  assert_int_equal(lip_isotropic_position(10, 2, H, Q, NULL, NULL), LIP_ENUMERIC);
  H[5] = INFINITY;
  assert_int_equal(lip_isotropic_position(10, 2, H, Q, NULL, NULL), LIP_ENUMERIC);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stretched_rows_become_isotropic),
      cmocka_unit_test(lengths_of_rows_do_not_matter),
      cmocka_unit_test(columns_of_any_scale_are_evened_out),
      cmocka_unit_test(zero_rows_do_not_count),
      cmocka_unit_test(rows_in_a_subspace_leave_a_nonsingular_matrix),
      cmocka_unit_test(rows_that_dominate_do_not_run_away),
      cmocka_unit_test(what_is_not_finite_is_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
