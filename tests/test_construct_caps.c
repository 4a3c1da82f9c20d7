/* test_construct_caps.c - caps and groups: exact constants, bounds that hold, refusals. */
#include "constructed.h"

/* theory.md B6: caps at 0.9 have the tangential constant sqrt(1.9 / 0.1) = 4.3589. */
static void caps_have_the_constant_of_the_paper(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 200, 60, 5);
  lip_construct_options options = options_of(LIP_CONSTRUCT_CAPS);
  built made = construct(data, &options);
  double x[60], steepest = 0, lower, upper;

  (void)state;
  assert_true(made.result.exact && made.result.k == 200);
  assert_int_equal(made.result.parameters, 200 * 62);
  assert_true(fabs(made.result.lipschitz - 4.3588989) < 1e-6);
  assert_true(made.result.max_error < 1e-12);
  for (size_t i = 0; i < 200; i++) { /* just inside the border of each cap, toward the next point */
    const double *a = data->X + i * 60, *b = data->X + (i + 1) % 200 * 60;
    double along = lip_dot(60, a, b), t = 0.9 + 1e-6, v;

    for (size_t j = 0; j < 60; j++) x[j] = b[j] - along * a[j];
    v = lip_norm(60, x);
    for (size_t j = 0; j < 60; j++) x[j] = t * a[j] + sqrt(1 - t * t) * x[j] / v;
    steepest = fmax(steepest, slope_at(made.net, x, true));
  }
  assert_true(fabs(steepest - 4.3589) < 1e-3);
  bracket(made.net, "sphere:1", &lower, &upper);
  assert_true(lower <= 4.3588990 && upper >= 4.3588988);
  clear_built(&made);
  lip_dataset_free(data);
}

/* The least threshold of disjoint caps: sqrt((1 + max x_i.x_j) / 2), the maximum taken naively. */
static void optimised_caps_touch(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 150, 30, 6);
  lip_construct_options options = options_of(LIP_CONSTRUCT_CAPS);
  double largest = -1, t;
  built made;

  (void)state;
  options.optimise = true;
  made = construct(data, &options);
  for (size_t i = 0; i < 150; i++)
    for (size_t j = 0; j < i; j++)
      largest = fmax(largest, lip_dot(30, data->X + i * 30, data->X + j * 30));
  t = sqrt((1 + largest) / 2);
  assert_true(made.result.exact);
  assert_true(fabs(made.result.threshold - t) < 1e-10);
  assert_true(fabs(made.result.lipschitz - sqrt((1 + t) / (1 - t))) < 1e-8);
  clear_built(&made);
  options.optimise = false;
  options.threshold = largest - 1e-6;
  refuses(data, &options, LIP_EINPUT, "threshold", "points", "--optimise", NULL);
  lip_dataset_free(data);
}

/* Labels of any size: the constant is that of the largest. */
static void caps_take_any_labels(void **state)
{
  const double X[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, y[] = {0.5, -3, 0};
  lip_dataset *data = given(3, 3, X, y);
  lip_construct_options options = options_of(LIP_CONSTRUCT_CAPS);
  built made = construct(data, &options);

  (void)state;
  assert_true(fabs(made.result.lipschitz - 3 * sqrt(19)) < 1e-12);
  assert_true(isnan(made.result.fitted));
  clear_built(&made);
  lip_dataset_free(data);
}

/* Caps that meet, in 2, 3 and 4 dimensions where points are dense: no sampled slope is above the
   bound, and where none meet the bound is attained. */
static void no_slope_is_above_the_bound_of_caps_that_meet(void **state)
{
  size_t inexact = 0, near = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    size_t d = 2 + seed % 3, n = 2 + seed % 6;
    lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, n, d, seed);
    lip_construct_options options = options_of(LIP_CONSTRUCT_CAPS);
    double largest = -1, slope;
    built made;

    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < i; j++)
        largest = fmax(largest, lip_dot(d, data->X + i * d, data->X + j * d));
    options.threshold = fmin(fmax(largest + 1e-3, 0.05), 0.999);
    if (largest < options.threshold) {
      made = construct(data, &options);
      slope = sampled_slope(made.net, 3000, seed);
      assert_true(slope <= made.result.lipschitz * (1 + 1e-9));
      near += slope > 0.9 * made.result.lipschitz;
      inexact += !made.result.exact;
      clear_built(&made);
    }
    lip_dataset_free(data);
  }
  assert_true(inexact > 20 && near > 5);
}

/* Theorem 1's network on generic data: fits, has k = n/m neurons, and its bound holds. */
static void groups_fit_and_their_bound_holds(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 600, 300, 8);
  lip_construct_options options = options_of(LIP_CONSTRUCT_GROUPS);

  (void)state;
  for (size_t m = 1; m <= 5; m++) {
    double lower, upper;
    built made;

    options.group = m;
    made = construct(data, &options);
    assert_int_equal(made.result.k, (300 + m - 1) / m * 2);
    assert_true(made.result.max_error < 1e-10 && made.result.fitted == 1);
    assert_true(made.result.threshold == 0.5);
    bracket(made.net, "sphere:1", &lower, &upper);
    assert_true(lower <= made.result.lipschitz * (1 + 1e-9));
    assert_true(made.result.lipschitz <= 4 * pow(sqrt((double)m) + sqrt(2), 2) * 1.2);
    clear_built(&made);
  }
  lip_dataset_free(data);
}

/* The largest size is found: it works, and the next ones do not. Adaptive thresholds allow more. */
static void the_largest_group_is_found(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 500, 200, 9);
  lip_construct_options options = options_of(LIP_CONSTRUCT_GROUPS);
  built made = construct(data, &options), adaptive;

  (void)state;
  options.adaptive = true;
  adaptive = construct(data, &options);
  assert_true(made.result.k < 250 && adaptive.result.k < made.result.k / 2);
  assert_true(adaptive.result.threshold < 0.99);
  assert_true(adaptive.result.max_error < 1e-9);
  assert_true(sampled_slope(adaptive.net, 200, 1) <= adaptive.result.lipschitz);
  options.adaptive = false;
  options.group = 30;
  refuses(data, &options, LIP_EINPUT, "off the group", "neuron", "at point", NULL);
  options.group = 201;
  refuses(data, &options, LIP_EINPUT, "201 points in 200 dimensions", NULL);
  clear_built(&made);
  clear_built(&adaptive);
  lip_dataset_free(data);
}

/* Orthogonal points: 16 neurons w_l of squared length 4. The bound |2W|^2 = 16 is nearly attained
   at the mean of 60 points, where 15 neurons are active. */
static void the_bound_of_groups_is_attained_by_orthogonal_points(void **state)
{
  enum { D = 64 };
  double X[D * D] = {0}, y[D], x[D];
  lip_construct_options options = options_of(LIP_CONSTRUCT_GROUPS);
  lip_dataset *data;
  built made;

  (void)state;
  for (size_t i = 0; i < D; i++) {
    X[i * D + i] = 1;
    y[i] = i < D / 2 ? 1 : -1;
    x[i] = i < 60 ? 1 / sqrt(60) : 0;
  }
  data = given(D, D, X, y);
  options.group = 4;
  made = construct(data, &options);
  assert_int_equal(made.result.k, 16);
  assert_true(fabs(made.result.lipschitz - 16) < 1e-6);
  assert_true(slope_at(made.net, x, true) > 15.4);
  clear_built(&made);
  lip_dataset_free(data);
}

/* Two near points of one label: apart, each sees the other; exchanged into one group, neither does.
 */
static void regrouping_mends_near_points(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 80, 100, 10);
  lip_construct_options options = options_of(LIP_CONSTRUCT_GROUPS);
  size_t i = 0, j = 79;
  double length;
  built made;

  (void)state;
  while (data->y[j] != data->y[i]) j--;
  for (size_t c = 0; c < 100; c++)
    data->X[j * 100 + c] = data->X[i * 100 + c] + 0.6 * data->X[j * 100 + c];
  length = lip_norm(100, data->X + j * 100);
  for (size_t c = 0; c < 100; c++) data->X[j * 100 + c] /= length;
  assert_true(lip_dot(100, data->X + i * 100, data->X + j * 100) > 0.7);
  options.group = 2;
  made = construct(data, &options);
  assert_non_null(strstr(made.result.note, "exchange"));
  assert_true(made.result.max_error < 1e-10);
  clear_built(&made);
  options.group = 1;
  refuses(data, &options, LIP_EINPUT, "0.8", NULL);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(caps_have_the_constant_of_the_paper),
      cmocka_unit_test(optimised_caps_touch),
      cmocka_unit_test(caps_take_any_labels),
      cmocka_unit_test(no_slope_is_above_the_bound_of_caps_that_meet),
      cmocka_unit_test(groups_fit_and_their_bound_holds),
      cmocka_unit_test(the_largest_group_is_found),
      cmocka_unit_test(the_bound_of_groups_is_attained_by_orthogonal_points),
      cmocka_unit_test(regrouping_mends_near_points),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
