/* test_products.c - f64 matrix products against their definition, on the kernel that was chosen. */
#include "linalg/dgemm.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static double entry(bool transposed, const double *A, size_t lda, size_t i, size_t j)
{
  return transposed ? A[j * lda + i] : A[i * lda + j];
}

/* Every transposition, odd sizes, rows longer than what is used of them. */
static void products_are_those_of_the_definition(void **state)
{
  enum { MOST = 160, ROOM = MOST * (MOST + 3) };
  static const size_t sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {33, 1, 65}, {1, 40, 9}, {129, 157, 141}};
  double *A = lip_alloc(3 * ROOM, sizeof *A), *B = A + ROOM, *C = B + ROOM;

  (void)state;
  assert_non_null(A);
  for (size_t s = 0; s < 4 * sizeof sizes / sizeof *sizes; s++) {
    bool ta = s & 1, tb = s & 2;
    size_t m = sizes[s / 4][0], n = sizes[s / 4][1], k = sizes[s / 4][2];
    size_t lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 2, ldc = n + 1;
    double before;

    lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, 3 * ROOM, A);
    before = C[(m - 1) * ldc + n - 1];
    lip_dgemm(ta, tb, m, n, k, 0.5, A, lda, B, ldb, -2, C, ldc);
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < n; j++) {
        double sum = 0, old;

        for (size_t l = 0; l < k; l++) sum += entry(ta, A, lda, i, l) * entry(tb, B, ldb, l, j);
        lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 2 * ROOM + i * ldc + j, 1, &old);
        if (i == m - 1 && j == n - 1) assert_true(old == before);
        assert_true(fabs(C[i * ldc + j] - (0.5 * sum - 2 * old)) <= 1e-12);
      }
  }
  lip_free(A);
}

static void vectors_are_multiplied_by_a_matrix_and_by_its_transpose(void **state)
{
  enum { M = 37, N = 21 };
  double A[M * N], x[M + N], y[M + N], old[M + N];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, M * N, A);
  lip_random_normal((lip_stream){2, LIP_FOR_POINTS}, 0, M + N, x);
  lip_random_normal((lip_stream){3, LIP_FOR_POINTS}, 0, M + N, old);
  for (int transposed = 0; transposed < 2; transposed++) {
    size_t rows = transposed ? N : M, columns = transposed ? M : N;

    memcpy(y, old, sizeof y);
    lip_dgemv(transposed, M, N, 2, A, N, x, 3, y);
    for (size_t i = 0; i < rows; i++) {
      double sum = 0;

      for (size_t j = 0; j < columns; j++) sum += entry(transposed, A, N, i, j) * x[j];
      assert_true(fabs(y[i] - (2 * sum + 3 * old[i])) <= 1e-12);
    }
  }
}

static void a_cpu_newer_than_the_library_gets_no_kernel_of_2004(void **state)
{
  (void)state;
  assert_null(getenv("OPENBLAS_CORETYPE")); /* main left when the user had set it */
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    assert_string_not_equal(lip_blas_kernel(), "Prescott");
#endif
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_are_those_of_the_definition),
      cmocka_unit_test(vectors_are_multiplied_by_a_matrix_and_by_its_transpose),
      cmocka_unit_test(a_cpu_newer_than_the_library_gets_no_kernel_of_2004),
  };
  size_t count = sizeof tests / sizeof *tests;

  if (getenv("OPENBLAS_CORETYPE")) count--; /* then the kernel is the user's choice */
  lip_blas_single_thread();
  return _cmocka_run_group_tests("products", tests, count, NULL, NULL);
}
