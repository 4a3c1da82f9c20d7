/* test_measure_operator_norm.c - the largest singular value against LAPACK and against mathematics.
 */
#include "linalg/operator_norm.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

/* LAPACK: singular values by QR iteration, an algorithm that shares nothing with ours. */
extern void dgesvd_(const char *jobu, const char *jobv, const int *m, const int *n, double *A,
                    const int *lda, double *s, double *U, const int *ldu, double *V, const int *ldv,
                    double *work, const int *lwork, int *info);

static double by_lapack(size_t m, size_t n, const double *A)
{
  int rows = (int)n, columns = (int)m, one = 1, info = 0; /* A' as LAPACK sees it */
  int room = 20 * (rows + columns);
  double *copy = lip_alloc(m * n, sizeof *copy), *work = lip_alloc((size_t)room, sizeof *work);
  double *values = lip_alloc(m + n, sizeof *values), unused = 0, largest;

  memcpy(copy, A, m * n * sizeof *A);
  dgesvd_("N", "N", &rows, &columns, copy, &rows, values, &unused, &one, &unused, &one, work, &room,
          &info);
  assert_int_equal(info, 0);
  largest = values[0];
  lip_free(copy);
  lip_free(work);
  lip_free(values);
  return largest;
}

static double norm_of(size_t m, size_t n, const double *A)
{
  lip_operator_norm norm;
  lip_error err = {""};

  if (lip_operator_norm_of(m, n, A, &norm, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(norm.error <= 1e-10);
  return norm.value;
}

static void assert_near(double value, double expected)
{
  if (!(fabs(value - expected) <= 2e-10 * expected))
    fail_msg("%.17g is not %.17g", value, expected);
}

static void normals(uint64_t seed, size_t count, double *out)
{
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, count, out);
}

static void random_matrices_have_the_norm_that_lapack_finds(void **state)
{
  static const size_t shapes[][2] = {{1, 9},   {9, 1},    {2, 2},    {3, 200},   {200, 3},
                                     {64, 64}, {130, 97}, {97, 260}, {200, 200}, {500, 10}};
  double *A = lip_alloc(200 * 200, sizeof *A);

  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (uint64_t seed = 0; seed < 4; seed++) {
      normals(seed, shapes[i][0] * shapes[i][1], A);
      assert_near(norm_of(shapes[i][0], shapes[i][1], A), by_lapack(shapes[i][0], shapes[i][1], A));
    }
  lip_free(A);
}

/* Singular values 1, 1 - gap, 1 - 2 gap, ... by two reflections of a diagonal matrix. */
static void close_singular_values_are_told_apart(void **state)
{
  enum { N = 150 };
  double *A = lip_alloc(N * N, sizeof *A), u[N], square = 0;

  (void)state;
  normals(5, N, u);
  for (size_t i = 0; i < N; i++) square += u[i] * u[i];
  for (double gap = 1e-1; gap > 1e-16; gap /= 30) {
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < N; j++) {
        double sum = 0; /* (H D H)_ij with H = I - 2 u u' / |u|^2 */

        for (size_t l = 0; l < N; l++)
          sum += ((double)(i == l) - 2 * u[i] * u[l] / square) * fmax(0, 1 - gap * (double)l) *
                 ((double)(l == j) - 2 * u[l] * u[j] / square);
        A[i * N + j] = sum;
      }
    assert_near(norm_of(N, N, A), 1);
  }
  lip_free(A);
}

static void a_product_of_two_vectors_has_the_product_of_their_lengths(void **state)
{
  double u[70], v[30], A[70 * 30], uu = 0, vv = 0;

  (void)state;
  normals(1, 70, u);
  normals(2, 30, v);
  for (size_t i = 0; i < 70; i++) uu += u[i] * u[i];
  for (size_t j = 0; j < 30; j++) vv += v[j] * v[j];
  for (size_t i = 0; i < 70; i++)
    for (size_t j = 0; j < 30; j++) A[i * 30 + j] = u[i] * v[j];
  assert_near(norm_of(70, 30, A), sqrt(uu * vv));
}

static void equal_singular_values_are_no_trouble(void **state) /* Sylvester's Hadamard matrix */
{
  enum { N = 128 };
  double *A = lip_alloc(N * N, sizeof *A);

  (void)state;
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) A[i * N + j] = __builtin_parityll(i & j) ? -1 : 1;
  assert_near(norm_of(N, N, A), sqrt(N));
  memset(A, 0, N * N * sizeof *A);
  for (size_t i = 0; i < N; i++) A[i * N + i] = 3;
  assert_near(norm_of(N, N, A), 3);
  lip_free(A);
}

static void zero_has_norm_zero(void **state)
{
  double A[12] = {0};

  (void)state;
  assert_true(norm_of(3, 4, A) == 0 && norm_of(1, 12, A) == 0 && norm_of(12, 1, A) == 0);
}

static void scale_changes_nothing_but_the_scale(void **state)
{
  static const double scales[] = {1e-300, 1e-200, 1e-30, 1, 1e30, 1e200, 1e300};
  double A[20 * 15], scaled[20 * 15], norm;

  (void)state;
  normals(3, 300, A);
  norm = by_lapack(20, 15, A);
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    for (size_t j = 0; j < 300; j++) scaled[j] = A[j] * scales[i];
    assert_near(norm_of(20, 15, scaled), norm * scales[i]);
  }
}

static void what_is_not_finite_is_refused(void **state)
{
  double A[4] = {1, 2, NAN, 4};
  lip_operator_norm norm = {-7, 0, 0, 0};

  (void)state;
  assert_int_equal(lip_operator_norm_of(2, 2, A, &norm, NULL, NULL), LIP_ENUMERIC);
  A[2] = -INFINITY;
  assert_int_equal(lip_operator_norm_of(2, 2, A, &norm, NULL, NULL), LIP_ENUMERIC);
  for (size_t i = 0; i < 4; i++) A[i] = 1.7e308; /* the norm is 3.4e308 */
  assert_int_equal(lip_operator_norm_of(2, 2, A, &norm, NULL, NULL), LIP_ENUMERIC);
  assert_true(norm.value == -7);
}

static bool at_once(void *context)
{
  (void)context;
  return true;
}

static void it_stops_when_asked(void **state)
{
  double A[100];
  lip_control control = {at_once, NULL, NULL};
  lip_operator_norm norm;

  (void)state;
  normals(1, 100, A);
  assert_int_equal(lip_operator_norm_of(10, 10, A, &norm, &control, NULL), LIP_EINTERRUPT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_matrices_have_the_norm_that_lapack_finds),
      cmocka_unit_test(close_singular_values_are_told_apart),
      cmocka_unit_test(a_product_of_two_vectors_has_the_product_of_their_lengths),
      cmocka_unit_test(equal_singular_values_are_no_trouble),
      cmocka_unit_test(zero_has_norm_zero),
      cmocka_unit_test(scale_changes_nothing_but_the_scale),
      cmocka_unit_test(what_is_not_finite_is_refused),
      cmocka_unit_test(it_stops_when_asked),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
