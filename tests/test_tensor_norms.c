/* test_tensor_norms.c - norms of tensors of points: orthogonal ones, matrices, brute force. */
#include <liplaw/tensor.h>

#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static lip_dataset *made(size_t n, size_t d)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, 1, &data, NULL), LIP_OK);
  return data;
}

static lip_tensor_norms norms_of(const lip_dataset *data, size_t power)
{
  lip_tensor_norms norms;
  lip_error err = {""};

  if (lip_tensor_norms_of(data, power, 8, 0, &norms, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  assert_true(norms.op[0] <= norms.op[1] && norms.frobenius[0] <= norms.frobenius[1]);
  assert_true(norms.nuclear[0] <= norms.nuclear[1]);
  assert_true(norms.op[0] <= norms.frobenius[1] && norms.frobenius[0] <= norms.nuclear[1]);
  assert_true(norms.frobenius[0] * norms.frobenius[0] * (1 - 1e-12) <=
              norms.op[1] * norms.nuclear[1]);
  return norms;
}

static void holds(const double *pair, double expected, double tolerance)
{
  assert_true(pair[0] <= expected * (1 + 1e-14) && expected * (1 - 1e-14) <= pair[1]);
  assert_true(pair[0] >= expected * (1 - tolerance) && pair[1] <= expected * (1 + tolerance));
}

/* sum e_i^p: operator norm 1, Frobenius sqrt d, nuclear d (theory.md B14), whatever the size. */
static void orthogonal_tensors_have_the_norms_known_by_hand(void **state)
{
  enum { D = 5 };

  (void)state;
  for (size_t p = 2; p <= 6; p++)
    for (int e = -30; e <= 30; e += 30) {
      lip_dataset *data = made(D, D);
      double size = ldexp(1, e), scale = pow(size, (double)p);
      lip_tensor_norms norms;

      memset(data->X, 0, D * D * sizeof *data->X);
      for (size_t i = 0; i < D; i++) {
        data->X[i * D + i] = size;
        data->y[i] = i % 2 ? 1 : -1;
      }
      norms = norms_of(data, p);
      holds(norms.op, scale, 1e-6);
      holds(norms.frobenius, sqrt(D) * scale, 1e-6);
      holds(norms.nuclear, D * scale, 1e-6);
      lip_tensor_norms_clear(&norms);
      lip_dataset_free(data);
    }
}

/* One coordinate: everything is |sum y x^p|. */
static void in_one_dimension_all_norms_are_the_sum(void **state)
{
  const double x[] = {1, -2, 0.5, 3}, y[] = {1, 1, -1, 0.25};

  (void)state;
  for (size_t p = 1; p <= 4; p++) {
    lip_dataset *data = made(4, 1);
    lip_tensor_norms norms;
    double sum = 0;

    memcpy(data->X, x, sizeof x);
    memcpy(data->y, y, sizeof y);
    for (size_t i = 0; i < 4; i++) sum += y[i] * pow(x[i], (double)p);
    norms = norms_of(data, p);
    holds(norms.op, fabs(sum), 1e-6);
    holds(norms.frobenius, fabs(sum), 1e-6);
    lip_tensor_norms_clear(&norms);
    lip_dataset_free(data);
  }
}

/* Against all d^p numbers of the tensor, and values at many unit vectors. */
static void random_tensors_agree_with_their_numbers(void **state)
{
  enum { N = 9, D = 3 };

  (void)state;
  for (size_t p = 2; p <= 5; p++)
    for (uint64_t seed = 0; seed < 5; seed++) {
      lip_dataset *data = made(N, D);
      lip_tensor_norms norms;
      size_t entries = 1;
      double square = 0, most = 0;

      lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, N * D, data->X);
      lip_random_normal((lip_stream){seed, LIP_FOR_LABELS}, 0, N, data->y);
      for (size_t q = 0; q < p; q++) entries *= D;
      for (size_t e = 0; e < entries; e++) {
        double entry = 0;

        for (size_t i = 0; i < N; i++) {
          double term = data->y[i];

          for (size_t q = 0, rest = e; q < p; q++, rest /= D) term *= data->X[i * D + rest % D];
          entry += term;
        }
        square += entry * entry;
      }
      norms = norms_of(data, p);
      holds(norms.frobenius, sqrt(square), 1e-6);
      for (uint64_t t = 0; t < 4000; t++) {
        double u[D], value = 0, length = 0;

        lip_random_normal((lip_stream){t, LIP_FOR_PROBES}, 0, D, u);
        for (size_t a = 0; a < D; a++) length += u[a] * u[a];
        for (size_t i = 0; i < N; i++) {
          double s = 0;

          for (size_t a = 0; a < D; a++) s += data->X[i * D + a] * u[a] / sqrt(length);
          value += data->y[i] * pow(s, (double)p);
        }
        most = fmax(most, fabs(value));
      }
      assert_true(most <= norms.op[1]);
      assert_true(norms.op[0] >= most * 0.999); /* the power iteration finds no less */
      lip_tensor_norms_clear(&norms);
      lip_dataset_free(data);
    }
}

/* Lemma 3 at p = 2 (theory.md B17): nuclear <= d op, with equality for multiples of orthogonal
   matrices. */
static void a_reflection_attains_lemma_3(void **state)
{
  const double X[] = {1, 0, 0, 1, 1, 1}, y[] = {1, 1, -1};
  lip_dataset *data = made(3, 2); /* I - (1, 1)(1, 1)' = [0, -1; -1, 0] */
  lip_tensor_norms norms;

  (void)state;
  memcpy(data->X, X, sizeof X);
  memcpy(data->y, y, sizeof y);
  norms = norms_of(data, 2);
  holds(norms.op, 1, 1e-12);
  holds(norms.nuclear, 2, 1e-12);
  lip_tensor_norms_clear(&norms);
  lip_dataset_free(data);
}

static void bad_orders_and_labels_are_refused(void **state)
{
  lip_dataset *data = made(2, 2), *pairs = NULL;
  lip_tensor_norms norms;
  lip_error err;

  (void)state;
  memset(data->X, 0, 4 * sizeof *data->X);
  memset(data->y, 0, 2 * sizeof *data->y);
  assert_int_equal(lip_tensor_norms_of(data, 0, 1, 0, &norms, NULL, &err), LIP_EOPTION);
  assert_int_equal(lip_tensor_norms_of(data, 21, 1, 0, &norms, NULL, &err), LIP_EOPTION);
  for (size_t p = 1; p <= 4; p++) { /* the zero tensor */
    norms = norms_of(data, p);
    assert_true(norms.op[0] == 0 && norms.op[1] < 1e-200 && norms.nuclear[1] < 1e-200);
    lip_tensor_norms_clear(&norms);
  }
  assert_int_equal(lip_dataset_create(2, 2, 2, &pairs, NULL), LIP_OK);
  assert_int_equal(lip_tensor_norms_of(pairs, 2, 1, 0, &norms, NULL, &err), LIP_EINPUT);
  lip_dataset_free(pairs);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(orthogonal_tensors_have_the_norms_known_by_hand),
      cmocka_unit_test(in_one_dimension_all_norms_are_the_sum),
      cmocka_unit_test(random_tensors_agree_with_their_numbers),
      cmocka_unit_test(a_reflection_attains_lemma_3),
      cmocka_unit_test(bad_orders_and_labels_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
