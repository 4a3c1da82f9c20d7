/* test_data_sample.c - the papers' generic data: their laws, and that order and threads change
   nothing. */
#include "base/memory.h"
#include "base/random.h"
#include "data/sample.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static lip_sample_options what(lip_sample_kind kind, lip_label_kind labels, size_t n, size_t d,
                               uint64_t seed)
{
  lip_sample_options options;

  lip_sample_defaults(&options);
  options.kind = kind;
  options.labels = labels;
  options.n = n;
  options.d = d;
  options.seed = seed;
  return options;
}

static lip_dataset *draw(lip_sample_kind kind, lip_label_kind labels, size_t n, size_t d,
                         uint64_t seed)
{
  lip_sample_options options = what(kind, labels, n, d, seed);
  lip_dataset *data = NULL;

  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  assert_int_equal(data->n, n);
  assert_int_equal(data->d, d);
  assert_int_equal(data->m, 1);
  return data;
}

static double dot(const lip_dataset *data, size_t i, size_t j)
{
  double sum = 0;

  for (size_t k = 0; k < data->d; k++) sum += data->X[i * data->d + k] * data->X[j * data->d + k];
  return sum;
}

static void a_row_does_not_depend_on_how_many_follow(void **state)
{
  (void)state;
  for (int kind = LIP_GAUSSIAN; kind <= LIP_SPHERE; kind++) {
    lip_dataset *few = draw((lip_sample_kind)kind, LIP_LABELS_RANDOM, 5, 7, 3);
    lip_dataset *many = draw((lip_sample_kind)kind, LIP_LABELS_RANDOM, 5000, 7, 3);

    assert_memory_equal(few->X, many->X, 5 * 7 * sizeof *few->X);
    assert_memory_equal(few->y, many->y, 5 * sizeof *few->y);
    lip_dataset_free(few);
    lip_dataset_free(many);
  }
}

static void the_bytes_do_not_depend_on_the_number_of_threads(void **state)
{
  lip_sample_options options = what(LIP_SPHERE, LIP_LABELS_BALANCED, 30011, 5, 42);
  lip_dataset *alone = NULL;

  (void)state;
  assert_int_equal(lip_sample_on(NULL, &options, &alone, NULL), LIP_OK);
  for (size_t threads = 1; threads <= 4; threads++) {
    lip_team *team = lip_team_create(threads);
    lip_dataset *data = NULL;

    assert_int_equal(lip_sample_on(team, &options, &data, NULL), LIP_OK);
    assert_memory_equal(data->X, alone->X, options.n * options.d * sizeof *data->X);
    assert_memory_equal(data->y, alone->y, options.n * sizeof *data->y);
    lip_dataset_free(data);
    lip_team_free(team);
  }
  lip_dataset_free(alone);
}

/* The layout that sample.c states, so that other programs may draw the same points. */
static void a_point_is_made_of_its_own_draws(void **state)
{
  enum { N = 20000, D = 9 };
  lip_dataset *data = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, N, D, 77);
  double *draws = lip_alloc((size_t)N * D, sizeof *draws);
  uint32_t bit;

  (void)state;
  assert_non_null(draws);
  lip_random_normal((lip_stream){77, LIP_FOR_POINTS}, 0, (size_t)N * D, draws);
  for (size_t i = 0; i < (size_t)N * D; i++)
    assert_true(fabs(data->X[i] - draws[i] / 3) <= 1e-15 * fabs(draws[i]));
  for (size_t i = 0; i < N; i++) {
    lip_random_bits((lip_stream){77, LIP_FOR_LABELS}, i, 1, &bit);
    assert_true(data->y[i] == (bit & 1 ? 1 : -1));
  }
  lip_free(draws);
  lip_dataset_free(data);
}

static void a_large_sample_on_all_cores_starts_as_a_small_one(void **state)
{
  lip_dataset *large = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 20000, 101, 9); /* draws on a team */
  lip_dataset *small = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 300, 101, 9);

  (void)state;
  assert_memory_equal(large->X, small->X, 300 * 101 * sizeof *small->X);
  lip_dataset_free(large);
  lip_dataset_free(small);
}

static void seeds_and_points_differ(void **state)
{
  lip_dataset *a = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 100, 3, 0);
  lip_dataset *b = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 100, 3, 1);

  (void)state;
  for (size_t i = 0; i < 300; i++) assert_true(a->X[i] != b->X[i]);
  assert_memory_not_equal(a->y, b->y, 100 * sizeof *a->y);
  lip_dataset_free(a);
  lip_dataset_free(b);
}

/* x = N(0, I/d): E |x|^2 = 1, Var |x|^2 = 2 / d, E x_k = 0 (theory.md B2). */
static void gaussian_points_have_their_moments(void **state)
{
  enum { N = 20000, D = 10 };
  lip_dataset *data = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, N, D, 5);
  double mean = 0, square = 0, variance = 0;

  (void)state;
  for (size_t i = 0; i < N; i++) {
    double squares = dot(data, i, i);

    mean += data->X[i * D] / N;
    square += squares / N;
    variance += (squares - 1) * (squares - 1) / N;
  }
  assert_true(fabs(mean) < 5 / sqrt(D * N));
  assert_true(fabs(square - 1) < 5 * sqrt(2.0 / D / N));
  assert_true(fabs(variance - 2.0 / D) < 5 * sqrt(12.0 / (D * D) * (1 + 4.0 / D) / N) * 2);
  lip_dataset_free(data);
}

/* On the sphere |x| = 1, E <x, x'>^2 = 1 / d, E <x, x'>^4 = 3 / (d (d + 2)) (theory.md B2). */
static void sphere_points_have_length_one_and_their_moments(void **state)
{
  enum { N = 40000, D = 6 };
  lip_dataset *data = draw(LIP_SPHERE, LIP_LABELS_RANDOM, N, D, 6);
  double second = 0, fourth = 0;

  (void)state;
  for (size_t i = 0; i + 1 < N; i += 2) {
    double product = dot(data, i, i + 1);

    assert_true(fabs(dot(data, i, i) - 1) < 1e-14);
    second += product * product / (N / 2);
    fourth += pow(product, 4) / (N / 2);
  }
  assert_true(fabs(second - 1.0 / D) < 5 * sqrt(3.0 / (D * (D + 2.0)) / (N / 2)));
  assert_true(fabs(fourth - 3.0 / (D * (D + 2.0))) < 0.004); /* 6 deviations */
  lip_dataset_free(data);
}

/* max <x_i, x_j> over the pairs of 2000 points in 200 dimensions: 0.345 was seen independently,
   sqrt(4 ln n / d) = 0.390 bounds it roughly (theory.md B2). */
static void the_largest_product_is_as_theory_says(void **state)
{
  lip_dataset *data = draw(LIP_SPHERE, LIP_LABELS_RANDOM, 2000, 200, 8);
  double largest = 0;

  (void)state;
  for (size_t i = 0; i < 2000; i++)
    for (size_t j = 0; j < i; j++) largest = fmax(largest, dot(data, i, j));
  assert_true(largest > 0.30 && largest < 0.42);
  lip_dataset_free(data);
}

static void random_labels_are_fair_coins_apart_from_the_points(void **state)
{
  enum { N = 100000 };
  lip_dataset *data = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, N, 1, 4);
  double sum = 0, with_x = 0, neighbours = 0;

  (void)state;
  for (size_t i = 0; i < N; i++) {
    assert_true(data->y[i] == 1 || data->y[i] == -1);
    sum += data->y[i];
    with_x += data->y[i] * data->X[i];
    if (i) neighbours += data->y[i] * data->y[i - 1];
  }
  assert_true(fabs(sum) < 5 * sqrt(N));
  assert_true(fabs(with_x) < 5 * sqrt(N));
  assert_true(fabs(neighbours) < 5 * sqrt(N));
  assert_true(data->noise_level == 1);
  lip_dataset_free(data);
}

static void balanced_labels_are_as_many_plus_as_minus(void **state)
{
  (void)state;
  for (size_t n = 1; n < 40; n++) {
    lip_dataset *data = draw(LIP_GAUSSIAN, LIP_LABELS_BALANCED, n, 2, n);
    double sum = 0;

    for (size_t i = 0; i < n; i++) sum += data->y[i];
    assert_true(sum == (double)(n % 2));
    /* E Var(y | x) = 1 - (1/n)^2 for odd n: labels with a mean of 1/n, whatever x */
    assert_true(fabs(data->noise_level - (n % 2 ? 1 - 1.0 / (double)(n * n) : 1)) < 1e-15);
    lip_dataset_free(data);
  }
}

static void the_isoperimetry_constants_are_those_of_log_sobolev(void **state)
{
  lip_dataset *gaussian = draw(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 1, 50, 0);
  lip_dataset *sphere = draw(LIP_SPHERE, LIP_LABELS_RANDOM, 1, 50, 0);

  (void)state;
  assert_true(gaussian->isoperimetry_c == 1);
  assert_true(fabs(sphere->isoperimetry_c - 50.0 / 49.0) < 1e-15);
  assert_string_equal(gaussian->kind, "gaussian");
  assert_string_equal(sphere->kind, "sphere");
  lip_dataset_free(gaussian);
  lip_dataset_free(sphere);
}

static void impossible_options_are_refused(void **state)
{
  const lip_sample_options none[] = {
      what(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 0, 1, 0),
      what(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 1, 0, 0),
      what((lip_sample_kind)LIP_SAMPLE_KINDS, LIP_LABELS_RANDOM, 1, 1, 0),
      what(LIP_GAUSSIAN, (lip_label_kind)7, 1, 1, 0),
  };
  const lip_sample_options huge = what(LIP_GAUSSIAN, LIP_LABELS_RANDOM, SIZE_MAX / 2, 16, 0);
  lip_dataset *data = NULL;

  (void)state;
  for (size_t i = 0; i < 4; i++) assert_int_equal(lip_sample(&none[i], &data, NULL), LIP_EOPTION);
  assert_int_equal(lip_sample_on(NULL, &huge, &data, NULL), LIP_ENOMEM);
  assert_null(data);
}

static void every_allocation_may_be_refused(void **state)
{
  lip_sample_options options = what(LIP_SPHERE, LIP_LABELS_BALANCED, 10, 3, 0);
  size_t k = 0;

  (void)state;
  for (;; k++) {
    lip_dataset *data = NULL;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_sample(&options, &data, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_dataset_free(data);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_null(data);
  }
  assert_int_equal(k, 6);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_does_not_depend_on_how_many_follow),
      cmocka_unit_test(the_bytes_do_not_depend_on_the_number_of_threads),
      cmocka_unit_test(a_point_is_made_of_its_own_draws),
      cmocka_unit_test(a_large_sample_on_all_cores_starts_as_a_small_one),
      cmocka_unit_test(seeds_and_points_differ),
      cmocka_unit_test(gaussian_points_have_their_moments),
      cmocka_unit_test(sphere_points_have_length_one_and_their_moments),
      cmocka_unit_test(the_largest_product_is_as_theory_says),
      cmocka_unit_test(random_labels_are_fair_coins_apart_from_the_points),
      cmocka_unit_test(balanced_labels_are_as_many_plus_as_minus),
      cmocka_unit_test(the_isoperimetry_constants_are_those_of_log_sobolev),
      cmocka_unit_test(impossible_options_are_refused),
      cmocka_unit_test(every_allocation_may_be_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
