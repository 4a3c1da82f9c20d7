/* test_verified_blocks.c - elimination block by block, against matrices whose definiteness is
   known and against the test on the whole matrix. */
#include "linalg/verified_blocks.h"

#include "base/memory.h"
#include "base/random.h"
#include "linalg/verified.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 400 };

static double V[MOST * MOST], H[MOST * MOST];

/* H = V V' exactly, in whole numbers / 2^20: row block i of V has entries in column blocks i and
   i + 1, so that H is a block tridiagonal matrix; with `skip` the last row block reaches the first
   column block too. The last entry of the diagonal gets `more`, `missing` drops the last column. */
static void make(size_t count, size_t size, bool skip, size_t missing, double more)
{
  size_t n = count * size, columns = n - missing;

  memset(V, 0, n * n * sizeof *V);
  for (size_t i = 0; i < n; i++) {
    size_t first = i / size * size, last = first + 2 * size < columns ? first + 2 * size : columns;

    if (first < last)
      lip_random_normal((lip_stream){7, LIP_FOR_WEIGHTS}, i * n, last - first, V + i * n + first);
    if (skip && i / size + 1 == count)
      lip_random_normal((lip_stream){8, LIP_FOR_WEIGHTS}, i * n, size, V + i * n);
    for (size_t j = 0; j < n; j++) V[i * n + j] = rint(V[i * n + j] * 100);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;

      for (size_t l = 0; l < columns; l++) sum += V[i * n + l] * V[j * n + l];
      H[i * n + j] = ldexp(sum + (i == j && i + 1 == n ? more : 0), -20);
    }
}

/* What the blocks say of H. */
static bool certain(size_t count, size_t size, bool skip)
{
  size_t n = count * size, sizes[16];
  bool pattern[256] = {false}, runs = true;
  double diagonal[MOST], taken[MOST], *block;
  lip_block_matrix *matrix = NULL;

  for (size_t i = 0; i < count; i++) {
    sizes[i] = size;
    if (i > 0) pattern[i * count + i - 1] = true;
  }
  if (skip) pattern[(count - 1) * count] = true;
  for (size_t i = 0; i < n; i++) diagonal[i] = H[i * n + i];
  assert_int_equal(lip_block_matrix_create(count, sizes, pattern, 1, &matrix, NULL), LIP_OK);
  lip_block_matrix_taken(matrix, diagonal, taken);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= i; j++) {
      if (i != j && !pattern[i * count + j]) continue;
      assert_int_equal(lip_block_matrix_at(matrix, i, j, &block, NULL), LIP_OK);
      for (size_t r = 0; r < size; r++)
        for (size_t c = 0; c < size; c++) {
          size_t at = (i * size + r) * n + j * size + c;

          block[r * size + c] += H[at] - (i == j && r == c ? taken[i * size + r] : 0);
        }
    }
  for (size_t k = 0; k < count && runs; k++)
    assert_int_equal(lip_block_matrix_eliminate(matrix, k, &runs, NULL), LIP_OK);
  lip_block_matrix_free(matrix);
  return runs;
}

static void singular_and_indefinite_matrices_do_not_run_through(void **state)
{
  (void)state;
  for (size_t size = 1; size <= 130; size = size * 3 + 1)
    for (int skip = 0; skip < 2; skip++) {
      make(3, size, skip, 1, 0);
      assert_false(certain(3, size, skip));
      make(3, size, skip, 1, -1);
      assert_false(certain(3, size, skip));
    }
}

static void definite_matrices_run_through(void **state)
{
  (void)state;
  for (size_t size = 1; size <= 130; size = size * 3 + 1)
    for (int skip = 0; skip < 2; skip++) {
      size_t n = 3 * size;

      make(3, size, skip, 0, 0);
      for (size_t i = 0; i < n; i++) H[i * n + i] *= 1.001;
      assert_true(certain(3, size, skip));
      assert_true(lip_certainly_semidefinite(n, H, NULL, NULL));
    }
  make(16, 20, true, 0, 0);
  for (size_t i = 0; i < 320; i++) H[i * 320 + i] *= 1.001;
  assert_true(certain(16, 20, true));
}

static void nothing_else_than_a_number_runs_through(void **state)
{
  static const double wrong[] = {NAN, INFINITY, -INFINITY, 1e300};

  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    for (size_t at = 0; at < 30 * 30; at += 31) {
      make(3, 10, false, 0, 0);
      H[29 * 30 + at % 10 + 10] = wrong[i];
      assert_false(certain(3, 10, false));
      make(3, 10, false, 0, 0);
      H[at] = at == 0 && wrong[i] > 0 ? -1 : isfinite(wrong[i]) ? -1 : wrong[i];
      assert_false(certain(3, 10, false));
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singular_and_indefinite_matrices_do_not_run_through),
      cmocka_unit_test(definite_matrices_run_through),
      cmocka_unit_test(nothing_else_than_a_number_runs_through),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
