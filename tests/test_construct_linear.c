/* test_construct_linear.c - min-norm interpolation, and what every construction refuses. */
#include "constructed.h"

#include "base/memory.h"

#include <stdio.h>

/* P(a, x) = gamma(a, x) / Gamma(a), by its series. */
static double lower_gamma(double a, double x)
{
  double term = 1 / a, sum = term;

  if (x <= 0) return 0;
  for (double n = a + 1; term > 1e-17 * sum; n++) sum += term *= x / n;
  return sum * exp(-x + a * log(x) - lgamma(a));
}

static int ascending(const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;

  return (a > b) - (a < b);
}

/* theory.md B5: n d / |w|^2 is chi-square with d - n + 1 degrees of freedom for Gaussian points.
   The distance of Kolmogorov and Smirnov stays below 1.63 / sqrt(500) at level 0.01. */
static void the_constant_follows_the_chi_square_law(void **state)
{
  enum { SEEDS = 500, N = 20, D = 60 };
  lip_construct_options options = options_of(LIP_CONSTRUCT_LINEAR);
  double value[SEEDS], distance = 0;

  (void)state;
  for (uint64_t s = 0; s < SEEDS; s++) {
    lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, N, D, 1000 + s);
    built made = construct(data, &options);

    assert_true(made.result.max_error < 1e-10);
    value[s] = N * D / (made.result.lipschitz * made.result.lipschitz);
    clear_built(&made);
    lip_dataset_free(data);
  }
  qsort(value, SEEDS, sizeof *value, ascending);
  for (int s = 0; s < SEEDS; s++) {
    double p = lower_gamma((D - N + 1) / 2.0, value[s] / 2);

    distance = fmax(distance, fmax(fabs(p - s / (double)SEEDS), fabs(p - (s + 1) / (double)SEEDS)));
  }
  assert_true(distance < 1.63 / sqrt(SEEDS));
  assert_true(distance > 1e-3); /* the law was looked at */
}

/* |w|^2 = y'(XX')^-1 y of two points: by hand. */
static void two_points_have_the_norm_by_hand(void **state)
{
  const double X[] = {2, 0, 0, 1, 1, 0}, y[] = {1, -1};
  /* XX' = [4 2; 2 2], its inverse [1/2 -1/2; -1/2 1]: 1/2 + 1 + 1 = 5/2; w = (1/2, -3/2, 0). */
  lip_dataset *data = given(2, 3, X, y);
  lip_construct_options options = options_of(LIP_CONSTRUCT_LINEAR);
  built made = construct(data, &options);

  (void)state;
  assert_true(fabs(made.result.lipschitz - sqrt(2.5)) < 1e-14);
  assert_true(fabs(made.net->layer[0].W[0] - 0.5) < 1e-14);
  assert_true(fabs(made.net->layer[0].W[1] + 1.5) < 1e-14);
  assert_true(made.result.exact && made.result.k == 1);
  assert_string_equal(made.result.domain, "space");
  clear_built(&made);
  lip_dataset_free(data);
}

/* n = d, points nearly in a plane, and lengths far from 1: the residual stays small, and the
   bracket of an independent measurement holds the constant. */
static void hard_data_are_fitted(void **state)
{
  const double scale[] = {1, 1e-150, 1e150};
  lip_construct_options options = options_of(LIP_CONSTRUCT_LINEAR);

  (void)state;
  for (size_t s = 0; s < 3; s++) {
    lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 40, 40, 7);
    built made;
    double lower, upper;

    for (size_t i = 0; i < 40; i++) data->X[i * 40] *= s == 0 ? 1e-4 : 1;
    for (size_t i = 0; i < 1600; i++) data->X[i] *= scale[s];
    made = construct(data, &options);
    assert_true(made.result.max_error < 1e-9);
    if (s == 0) {
      bracket(made.net, "space", &lower, &upper);
      assert_true(lower <= made.result.lipschitz * (1 + 1e-9));
      assert_true(upper >= made.result.lipschitz * (1 - 1e-9));
    }
    clear_built(&made);
    lip_dataset_free(data);
  }
}

/* A point twice, with one label, is fitted; a combination with a label that contradicts is not. */
static void dependent_points_are_fitted_where_their_labels_agree(void **state)
{
  const double X[] = {1, 0, 0, 0, 1, 0, 1, 1, 0}, agree[] = {1, -1, 0}, differ[] = {1, -1, 1};
  lip_construct_options options = options_of(LIP_CONSTRUCT_LINEAR);
  lip_dataset *data = given(3, 3, X, agree);
  built made = construct(data, &options);

  (void)state;
  assert_true(fabs(made.result.lipschitz - sqrt(2)) < 1e-12);
  clear_built(&made);
  memcpy(data->y, differ, sizeof differ);
  refuses(data, &options, LIP_EINPUT, "depend", "point", NULL);
  lip_dataset_free(data);
}

static void what_no_construction_takes_is_named(void **state)
{
  const double X[] = {1, 0, 0, 1, 1, 0}, opposite[] = {1, 1, -1}, other[] = {1, 2, 1};
  lip_dataset *data = given(3, 2, X, opposite);
  lip_construct_options options = options_of(LIP_CONSTRUCT_LINEAR);

  (void)state;
  data->X[4] = 2;
  refuses(data, &options, LIP_EINPUT, "n <= d", "3 points in 2 dimensions", NULL);
  data->X[4] = 1;
  options.kind = LIP_CONSTRUCT_CAPS;
  refuses(data, &options, LIP_EINPUT, "points 0 and 2", "labels 1 and -1", NULL);
  options.kind = LIP_CONSTRUCT_GROUPS;
  memcpy(data->y, other, sizeof other);
  refuses(data, &options, LIP_EINPUT, "point 1 has 2", NULL);
  options.kind = LIP_CONSTRUCT_CAPS;
  data->X[4] = 3;
  refuses(data, &options, LIP_EINPUT, "1 of 3", "point 2 has 3", "--normalise", NULL);
  options.normalise = true; /* now it is point 0 again */
  refuses(data, &options, LIP_EINPUT, "points 0 and 2 are equal", NULL);
  data->X[4] = 0;
  refuses(data, &options, LIP_EINPUT, "point 2 is 0", NULL);
  options.kind = (lip_construct_kind)77;
  refuses(data, &options, LIP_EOPTION, "no construction", NULL);
  lip_dataset_free(data);
}

/* Every allocation refused in turn: LIP_ENOMEM with a line, nothing made, nothing leaked. */
static void refused_memory_is_told(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 12, 14, 3);

  (void)state;
  for (lip_construct_kind kind = LIP_CONSTRUCT_LINEAR; kind <= LIP_CONSTRUCT_BAUM; kind++) {
    lip_construct_options options = options_of(kind);
    lip_status st = LIP_ENOMEM;
    size_t refused = 0;

    options.exact = true;
    options.power = 4;
    options.group = kind == LIP_CONSTRUCT_GROUPS ? 1 : 0;
    options.threshold = 0.9;
    while (st != LIP_OK && refused < 1000) {
      built made = {0};
      lip_error err = {""};

      lip_alloc_fail_after(refused);
      st = lip_construct(data, &options, &made.net, &made.result, NULL, &err);
      lip_alloc_fail_after(SIZE_MAX);
      if (st != LIP_OK) {
        assert_int_equal(st, LIP_ENOMEM);
        assert_null(made.net);
        assert_true(err.text[0]);
      }
      refused++;
      clear_built(&made);
    }
    assert_true(refused > 8 && refused < 1000);
  }
  lip_dataset_free(data);
}

static bool stop_at_once(void *context)
{
  (void)context;
  return true;
}

static void a_stop_is_heeded(void **state)
{
  const lip_control control = {stop_at_once, NULL, NULL};
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 12, 14, 3);

  (void)state;
  for (lip_construct_kind kind = LIP_CONSTRUCT_CAPS; kind <= LIP_CONSTRUCT_BAUM; kind++) {
    lip_construct_options options = options_of(kind);
    built made = {0};

    assert_int_equal(lip_construct(data, &options, &made.net, &made.result, &control, NULL),
                     LIP_EINTERRUPT);
    assert_null(made.net);
  }
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_constant_follows_the_chi_square_law),
      cmocka_unit_test(two_points_have_the_norm_by_hand),
      cmocka_unit_test(hard_data_are_fitted),
      cmocka_unit_test(dependent_points_are_fitted_where_their_labels_agree),
      cmocka_unit_test(what_no_construction_takes_is_named),
      cmocka_unit_test(refused_memory_is_told),
      cmocka_unit_test(a_stop_is_heeded),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
