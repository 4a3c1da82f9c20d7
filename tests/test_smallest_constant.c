/* test_smallest_constant.c - L* against all pairs in long double, against geometry, and against the
   exact law on the circle. */
#include "base/memory.h"
#include "base/random.h"
#include "data/near_pairs.h"
#include "data/smallest_constant.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 12 };

/* n points N(0, I) in d dimensions, m labels N(0, 1) each. */
static lip_dataset *normal_data(size_t n, size_t d, size_t m, uint64_t seed)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, m, &data, NULL), LIP_OK);
  lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, n * d, data->X);
  lip_random_normal((lip_stream){seed, LIP_FOR_LABELS}, 0, n * m, data->y);
  return data;
}

static void signs(lip_dataset *data)
{
  for (size_t i = 0; i < data->n * data->m; i++) data->y[i] = data->y[i] > 0 ? 1 : -1;
}

static long double distance(const double *a, const double *b, size_t d)
{
  long double squares = 0;

  for (size_t k = 0; k < d; k++) squares += ((long double)a[k] - b[k]) * ((long double)a[k] - b[k]);
  return sqrtl(squares);
}

/* The slope of a pair, in long double: its exponents need no scaling. */
static double slope(const lip_dataset *data, size_t i, size_t j)
{
  long double y = distance(data->y + i * data->m, data->y + j * data->m, data->m);
  long double x = distance(data->X + i * data->d, data->X + j * data->d, data->d);

  return y == 0 ? 0 : (double)(y / x);
}

static int steepest_first(const void *a, const void *b)
{
  const double *x = a, *y = b;

  return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* L* and its pairs are those that all pairs give; every pair is listed with its own slope. */
static void check(const lip_dataset *data)
{
  size_t all = data->n * (data->n - 1) / 2, count = 0, positive = 0, at = 0;
  double *slopes = malloc((all + 1) * sizeof *slopes), value = -1;
  lip_pair pairs[PAIRS];

  assert_non_null(slopes);
  for (size_t i = 0; i < data->n; i++)
    for (size_t j = i + 1; j < data->n; j++) {
      slopes[at] = slope(data, i, j);
      positive += slopes[at++] > 0;
    }
  qsort(slopes, all, sizeof *slopes, steepest_first);
  assert_int_equal(lip_smallest_constant(data, PAIRS, pairs, &count, &value, NULL, NULL), LIP_OK);
  assert_int_equal(count, positive < PAIRS ? positive : PAIRS);
  assert_true(value == (count ? pairs[0].slope : 0));
  for (size_t k = 0; k < count; k++) {
    double own = slope(data, pairs[k].i, pairs[k].j);

    assert_true(pairs[k].i < pairs[k].j && pairs[k].j < data->n);
    assert_true(pairs[k].slope == own || fabs(pairs[k].slope - own) <= 1e-15 * own);
    assert_true(pairs[k].slope == slopes[k] ||
                fabs(pairs[k].slope - slopes[k]) <= 1e-15 * slopes[k]);
    if (k)
      assert_true(pairs[k - 1].slope > pairs[k].slope ||
                  (pairs[k - 1].slope == pairs[k].slope &&
                   (pairs[k - 1].i < pairs[k].i ||
                    (pairs[k - 1].i == pairs[k].i && pairs[k - 1].j < pairs[k].j))));
  }
  free(slopes);
}

static void all_pairs_agree_at_every_size(void **state)
{
  static const size_t sizes[][3] = {{1, 1, 1},   {2, 1, 1},   {3, 5, 2},    {100, 2, 1},
                                    {513, 3, 1}, {600, 7, 3}, {1100, 2, 1}, {530, 20, 17}};

  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int labels = 0; labels < 2; labels++) {
      lip_dataset *data = normal_data(sizes[s][0], sizes[s][1], sizes[s][2], s);

      if (labels) signs(data);
      check(data);
      lip_dataset_free(data);
    }
}

/* Far from the origin, and pairs at distance 1e-9 of the data's size: the products cancel there. */
static void close_pairs_are_found_where_products_cancel(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    lip_dataset *data = normal_data(600, 10, 1, 50 + seed);

    for (size_t i = 0; i < data->n * data->d; i++) data->X[i] += seed % 2 ? 1e6 : 0;
    for (size_t i = 0; i < 20; i++) /* 20 pairs, in blocks of their own */
      for (size_t k = 0; k < data->d; k++)
        data->X[(599 - i) * data->d + k] = data->X[i * data->d + k] *
                                           (1 + (double)(i + 1) * 1e-9 * (k == i % 10));
    signs(data);
    check(data);
    lip_dataset_free(data);
  }
}

static void no_scale_overflows_or_underflows(void **state)
{
  static const double scales[] = {1e150, 1e-150, 1e300, 1e-300, 0x1p-1060};

  (void)state;
  for (size_t a = 0; a < 5; a++)
    for (size_t b = 0; b < 5; b++) {
      lip_dataset *data = normal_data(40, 3, 2, 9);

      for (size_t i = 0; i < 120; i++) data->X[i] *= scales[a];
      for (size_t i = 0; i < 80; i++) data->y[i] *= scales[b];
      if (isfinite(slope(data, 0, 1)) && slope(data, 0, 1) > 1e-290) check(data);
      lip_dataset_free(data);
    }
}

/* One column of 1e300, one that differs by 1e-300: a common scale loses the second. */
static void columns_of_very_different_size_are_kept_apart(void **state)
{
  lip_dataset *data = normal_data(50, 2, 1, 3);

  (void)state;
  for (size_t i = 0; i < 50; i++) {
    data->X[2 * i] = i % 2 ? 1e300 : -1e300;
    data->X[2 * i + 1] *= 1e-300;
    data->y[i] *= 1e-20;
  }
  check(data);
  lip_dataset_free(data);
}

/* A cluster whose coordinates, beside two far points, have products below the floats. */
static void a_cluster_too_small_for_floats_is_searched(void **state)
{
  lip_dataset *data = normal_data(300, 2, 1, 21);

  (void)state;
  for (size_t i = 0; i < 596; i++) data->X[i] *= 1e-25;
  for (size_t k = 0; k < 2; k++) {
    data->X[596 + k] = 1;
    data->X[598 + k] = -1;
  }
  signs(data);
  check(data);
  lip_dataset_free(data);
}

/* x and -x at the edge of the doubles: the difference is no double, the slope is one. */
static void a_distance_beyond_the_doubles_has_a_slope(void **state)
{
  lip_dataset *data = NULL;
  lip_pair pair;
  size_t count = 0;
  double value = 0;

  (void)state;
  assert_int_equal(lip_dataset_create(2, 1, 1, &data, NULL), LIP_OK);
  data->X[0] = 1.5e308;
  data->X[1] = -1.5e308;
  data->y[0] = 3e307;
  data->y[1] = -3e307;
  assert_int_equal(lip_smallest_constant(data, 1, &pair, &count, &value, NULL, NULL), LIP_OK);
  assert_true(fabs(value - 0.2) < 1e-16);
  assert_true(isinf(pair.distance));
  lip_dataset_free(data);
}

/* Only equal points make it infinite. */
static void a_slope_beyond_the_doubles_is_the_largest_double(void **state)
{
  lip_dataset *data = NULL;
  size_t count = 0;
  double value = 0;

  (void)state;
  assert_int_equal(lip_dataset_create(2, 1, 1, &data, NULL), LIP_OK);
  data->X[0] = 0;
  data->X[1] = 0x1p-1074;
  data->y[0] = 1;
  data->y[1] = -1;
  assert_int_equal(lip_smallest_constant(data, 0, NULL, &count, &value, NULL, NULL), LIP_OK);
  assert_true(value == DBL_MAX);
  lip_dataset_free(data);
}

static void equal_points_with_different_labels_make_it_infinite(void **state)
{
  lip_dataset *data = normal_data(700, 4, 1, 11);
  lip_pair pairs[3];
  size_t count = 0;
  double value = 0;

  (void)state;
  memcpy(data->X + 4 * 650, data->X + 4 * 5, 4 * sizeof *data->X);
  data->X[4 * 5] = 0;
  data->X[4 * 650] = -0.0; /* equal to 0 */
  assert_int_equal(lip_smallest_constant(data, 3, pairs, &count, &value, NULL, NULL), LIP_OK);
  assert_true(isinf(value) && value > 0);
  assert_int_equal(count, 3);
  assert_int_equal(pairs[0].i, 5);
  assert_int_equal(pairs[0].j, 650);
  assert_true(pairs[0].distance == 0 && isinf(pairs[0].slope));
  assert_true(isfinite(pairs[1].slope) && pairs[1].slope >= pairs[2].slope);
  lip_dataset_free(data);
}

static void equal_points_with_equal_labels_do_not_count(void **state)
{
  lip_dataset *data = normal_data(400, 3, 1, 12);

  (void)state;
  for (size_t i = 0; i < 400; i++) {
    memcpy(data->X + 3 * i, data->X + 3 * (i % 40), 3 * sizeof *data->X);
    data->y[i] = data->y[i % 40];
  }
  check(data);
  for (size_t i = 0; i < 400; i++) data->y[i] = 5;
  check(data); /* 0, without a pair */
  lip_dataset_free(data);
}

/* The corners of a cube, labelled by parity: every edge attains L* = 2, in the order of (i, j). */
static void ties_are_listed_by_their_indices(void **state)
{
  lip_dataset *data = NULL;
  lip_pair pairs[PAIRS];
  size_t count = 0, edge = 0;
  double value = 0;

  (void)state;
  assert_int_equal(lip_dataset_create(8, 3, 1, &data, NULL), LIP_OK);
  for (unsigned i = 0; i < 8; i++) {
    for (unsigned k = 0; k < 3; k++) data->X[3 * i + k] = i >> k & 1;
    data->y[i] = __builtin_parity(i) ? 1 : -1;
  }
  assert_int_equal(lip_smallest_constant(data, PAIRS, pairs, &count, &value, NULL, NULL), LIP_OK);
  assert_true(value == 2);
  assert_int_equal(count, PAIRS);
  for (unsigned i = 0; i < 8; i++)
    for (unsigned j = i + 1; j < 8; j++)
      if (__builtin_popcount(i ^ j) == 1) {
        assert_int_equal(pairs[edge].i, i);
        assert_int_equal(pairs[edge].j, j);
        edge++;
      }
  lip_dataset_free(data);
}

static void the_number_of_threads_changes_nothing(void **state)
{
  lip_dataset *data = normal_data(2100, 6, 1, 13);
  lip_pair alone[PAIRS], pairs[PAIRS];
  size_t count = 0;
  double value = 0, first = 0;

  (void)state;
  for (size_t i = 0; i < data->n * data->d; i++) data->X[i] = round(2 * data->X[i]); /* ties */
  for (size_t i = 0; i < data->n; i++) data->y[i] = (double)((long)data->X[6 * i] % 2 == 0);
  for (size_t threads = 1; threads <= 4; threads++) {
    lip_team *team = lip_team_create(threads);

    memset(pairs, 0, sizeof pairs);
    assert_int_equal(lip_smallest_constant_on(team, data, PAIRS, pairs, &count, &value, NULL, NULL),
                     LIP_OK);
    assert_int_equal(count, PAIRS);
    if (threads == 1) {
      memcpy(alone, pairs, sizeof pairs);
      first = value;
    }
    assert_memory_equal(pairs, alone, sizeof pairs);
    assert_true(value == first);
    lip_team_free(team);
  }
  lip_dataset_free(data);
}

/* The bound that near_pairs.h states, on rows of every kind. */
static void the_product_form_is_within_its_bound(void **state)
{
  enum { N = 60, D = 300 };
  static float g[N * N];

  (void)state;
  for (int kind = 0; kind < 5; kind++) {
    lip_dataset *data = normal_data(N, D, 1, 70 + (uint64_t)kind);
    lip_squares squares = {0};

    for (size_t i = 0; i < N * D; i++) {
      double *x = &data->X[i];

      if (kind == 1) *x = 1e8 + *x;
      if (kind == 2) *x = fabs(*x);
      if (kind == 3) *x = *x * *x * *x * 1e200;
      if (kind == 4) *x = data->X[i % D] + 1e-7 * *x;
    }
    assert_int_equal(lip_squares_prepare(data->X, N, D, &squares, NULL), LIP_OK);
    assert_int_equal(lip_squares_products(&squares, 0, N, 0, N, g, NULL), LIP_OK);
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < N; j++) {
        long double exact = ldexpl(distance(data->X + i * D, data->X + j * D, D),
                                   -squares.exponent);
        double sum = squares.square[i] + squares.square[j];
        double error = fabs((double)(exact * exact) - (sum - 2 * (double)g[i * N + j]));

        assert_true(error <= squares.slack * sum + squares.tiny);
      }
    lip_squares_clear(&squares);
    lip_dataset_free(data);
  }
}

/* theory.md B24: for n points on the circle with random labels,
   P(L* <= u) = 2^(1-n) (1 + sum over even j >= 2 of C(n, j) (1 - j t)_+^(n-1)), t = asin(1/u) / pi;
   for n = 8 that is 0.16768 at u = 5 and 0.63856 at u = 20. */
static void the_law_on_the_circle_holds(void **state)
{
  enum { SETS = 20000, N = 8 };
  size_t below_5 = 0, below_20 = 0, count;

  (void)state;
  for (uint64_t seed = 0; seed < SETS; seed++) {
    lip_sample_options options = {
        .kind = LIP_SPHERE, .labels = LIP_LABELS_RANDOM, .n = N, .d = 2, .seed = seed};
    lip_dataset *data = NULL;
    double value = 0;

    assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
    assert_int_equal(lip_smallest_constant(data, 0, NULL, &count, &value, NULL, NULL), LIP_OK);
    below_5 += value <= 5;
    below_20 += value <= 20;
    lip_dataset_free(data);
  }
  assert_true(fabs((double)below_5 / SETS - 0.16768) < 5 * sqrt(0.16768 * 0.83232 / SETS));
  assert_true(fabs((double)below_20 / SETS - 0.63856) < 5 * sqrt(0.63856 * 0.36144 / SETS));
}

static bool stop_at_once(void *context)
{
  (void)context;
  return true;
}

static void a_search_can_be_stopped(void **state)
{
  lip_dataset *data = normal_data(10, 3, 1, 1);
  lip_control control = {stop_at_once, NULL, NULL};
  double value = 7;
  size_t count = 7;

  (void)state;
  assert_int_equal(lip_smallest_constant(data, 0, NULL, &count, &value, &control, NULL),
                   LIP_EINTERRUPT);
  assert_true(value == 7 && count == 7);
  lip_dataset_free(data);
}

static void every_allocation_may_be_refused(void **state)
{
  lip_dataset *data = normal_data(30, 3, 2, 1);
  size_t k = 0;

  (void)state;
  for (;; k++) {
    double value = 7;
    size_t count = 7;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_smallest_constant(data, 0, NULL, &count, &value, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_true(value == 7 && count == 7);
  }
  assert_true(k > 10);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_pairs_agree_at_every_size),
      cmocka_unit_test(close_pairs_are_found_where_products_cancel),
      cmocka_unit_test(no_scale_overflows_or_underflows),
      cmocka_unit_test(columns_of_very_different_size_are_kept_apart),
      cmocka_unit_test(a_cluster_too_small_for_floats_is_searched),
      cmocka_unit_test(a_distance_beyond_the_doubles_has_a_slope),
      cmocka_unit_test(a_slope_beyond_the_doubles_is_the_largest_double),
      cmocka_unit_test(equal_points_with_different_labels_make_it_infinite),
      cmocka_unit_test(equal_points_with_equal_labels_do_not_count),
      cmocka_unit_test(ties_are_listed_by_their_indices),
      cmocka_unit_test(the_number_of_threads_changes_nothing),
      cmocka_unit_test(the_product_form_is_within_its_bound),
      cmocka_unit_test(the_law_on_the_circle_holds),
      cmocka_unit_test(a_search_can_be_stopped),
      cmocka_unit_test(every_allocation_may_be_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
