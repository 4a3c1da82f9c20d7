/* test_construct_baum.c - Baum's memorisation: few neurons, exact, steep. */
#include "constructed.h"

#include <stdio.h>

/* theory.md B22: n = 1000, d = 50 with about 40 neurons, at a constant far above sqrt(n/k) = 5. */
static void few_neurons_memorise_and_are_steep(void **state)
{
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_BALANCED, 1000, 50, 3);
  lip_construct_options options = options_of(LIP_CONSTRUCT_BAUM);
  built made = construct(data, &options);
  double narrowest = INFINITY;

  (void)state;
  assert_int_equal(made.result.k, 3 * 500 / 50);
  assert_true(made.result.max_error < 1e-8 && made.result.fitted == 1);
  assert_true(made.result.exact);
  for (size_t l = 0; l < made.result.k; l++)
    narrowest = fmin(narrowest, 1 / lip_norm(50, made.net->layer[0].W + l * 50));
  assert_true(made.result.lipschitz >= 2 / narrowest);
  assert_true(made.result.lipschitz > 1000);
  clear_built(&made);
  lip_dataset_free(data);
}

/* Where the constant is said to be exact, the measurement's bracket holds it; elsewhere its lower
   end is below. */
static void the_measurement_agrees(void **state)
{
  size_t exact = 0, bounds = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    size_t d = 2 + seed % 4, n = 6 + 5 * (seed % 5);
    lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, n, d, seed);
    lip_construct_options options = options_of(LIP_CONSTRUCT_BAUM);
    double lower, upper;
    built made;

    made = construct(data, &options);
    bracket(made.net, "space", &lower, &upper);
    assert_true(made.result.max_error < 1e-9);
    assert_true(lower <= made.result.lipschitz * (1 + 1e-7));
    if (made.result.exact) {
      assert_true(upper >= made.result.lipschitz * (1 - 1e-7));
      exact++;
      assert_true(lower >= made.result.lipschitz * (1 - 1e-6));
    } else {
      bounds++;
    }
    clear_built(&made);
    lip_dataset_free(data);
  }
  assert_true(exact >= 3 && bounds >= 3);
}

/* Many hyperplanes: no gradient at the points, or between them, is above the bound. */
static void many_hyperplanes_are_bounded(void **state)
{
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 200, 6, 4);
  lip_construct_options options = options_of(LIP_CONSTRUCT_BAUM);
  double steepest = 0, x[6];
  built made;

  (void)state;
  options.group = 3;
  made = construct(data, &options);
  assert_false(made.result.exact);
  assert_true(made.result.k > 60);
  for (size_t i = 0; i < 200; i++)
    for (size_t s = 0; s < 10; s++) {
      for (size_t j = 0; j < 6; j++)
        x[j] = data->X[i * 6 + j] + 1e-5 * (double)(s * (j + 1) % 7) - 3e-5;
      steepest = fmax(steepest, slope_at(made.net, x, false));
    }
  assert_true(steepest > 0.05 * made.result.lipschitz);
  assert_true(steepest <= made.result.lipschitz);
  clear_built(&made);
  lip_dataset_free(data);
}

/* Equal points with one label, points on a line, one label only. */
static void degenerate_data(void **state)
{
  const double X[] = {1, 0, 1, 0, 2, 0, 3, 1, -1, 1, 0, 0}, y[] = {1, 1, 1, -1, -1, -1};
  const double line[] = {1, 1, 2, 2, 3, 3, 4, 4}, three[] = {1, -1, 1, -1};
  lip_construct_options options = options_of(LIP_CONSTRUCT_BAUM);
  lip_dataset *data = given(5, 2, X, y);
  built made = construct(data, &options);

  (void)state;
  assert_true(made.result.max_error < 1e-12);
  clear_built(&made);
  lip_dataset_free(data);

  data = given(4, 2, line, three);
  made = construct(data, &options);
  assert_true(made.result.max_error < 1e-12);
  clear_built(&made);
  data->y[1] = data->y[3] = 1;
  made = construct(data, &options);
  assert_true(made.result.max_error == 0 && made.result.lipschitz == 0 && made.result.exact);
  clear_built(&made);
  options.group = 3;
  refuses(data, &options, LIP_EINPUT, "no hyperplane of 2 dimensions", NULL);
  lip_dataset_free(data);

  /* The points of the rarer label lie on a line through one of the other. */
  data = given(3, 2, (const double[]){1, 0, 1, 2, 1, 1}, (const double[]){1, 1, -1});
  options.group = 0;
  made = construct(data, &options); /* the rarer label is -1 */
  assert_true(made.result.max_error < 1e-12);
  clear_built(&made);
  lip_dataset_free(data);
  data = given(5, 2, (const double[]){2, 1, 2, 3, 2, 2, 5, 5, 6, 7},
               (const double[]){1, 1, -1, -1, -1});
  refuses(data, &options, LIP_EINPUT, "point 2", "hyperplane", "--group", NULL);
  options.group = 1;
  made = construct(data, &options);
  assert_true(made.result.max_error < 1e-12);
  clear_built(&made);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_neurons_memorise_and_are_steep),
      cmocka_unit_test(the_measurement_agrees),
      cmocka_unit_test(many_hyperplanes_are_bounded),
      cmocka_unit_test(degenerate_data),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
