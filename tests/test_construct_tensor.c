/* test_construct_tensor.c - tensor networks: ratios and errors of theory.md B8, neuron forms
   against the sum they stand for, exact fits, bounds that hold. */
#include "constructed.h"

#include <stdio.h>

/* sum_i y_i (x_i.x)^p, and what its terms sum to in absolute value. */
static double naive(const lip_dataset *data, size_t p, const double *x, double *size)
{
  double sum = 0;

  *size = 0;
  for (size_t i = 0; i < data->n; i++) {
    double term = data->y[i] * pow(lip_dot(data->d, data->X + i * data->d, x), (double)p);

    sum += term;
    *size += fabs(term);
  }
  return sum;
}

static built tensor(const lip_dataset *data, size_t p, bool exact, bool implicit)
{
  lip_construct_options options = options_of(LIP_CONSTRUCT_TENSOR);

  options.power = p;
  options.exact = exact;
  options.implicit = implicit;
  return construct(data, &options);
}

/* Both forms of the network are the sum, at points of several lengths, to 1e-10 of its terms. */
static void the_neurons_are_the_sum(void **state)
{
  (void)state;
  for (size_t p = 1; p <= 6; p++)
    for (size_t d = 2; d <= (p < 5 ? 7 : 4); d++) {
      lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 30 * (d - 1), d, 10 * p + d);
      built neurons = tensor(data, p, false, false), implicit = tensor(data, p, false, true);
      double x[7], sum, size, f;

      assert_int_equal(implicit.result.k, data->n);
      for (size_t s = 0; s < 20; s++) {
        lip_random_normal((lip_stream){p, LIP_FOR_PROBES}, s * d, d, x);
        sum = naive(data, p, x, &size);
        assert_int_equal(lip_net_values(neurons.net, 1, x, &f, NULL), LIP_OK);
        assert_true(fabs(f - sum) <= 1e-10 * size);
        assert_int_equal(lip_net_values(implicit.net, 1, x, &f, NULL), LIP_OK);
        assert_true(fabs(f - sum) <= 1e-10 * size);
      }
      assert_true(neurons.result.lipschitz == implicit.result.lipschitz);
      clear_built(&neurons);
      clear_built(&implicit);
      lip_dataset_free(data);
    }
}

/* Lemma 2 takes 2^p d^(p-1) neurons, half of them for p's sign, and no more than C(2d+p-2, p-1) of
   these are different: 5984 of 32768 for p = 4, d = 16. */
static void polarisation_takes_few_neurons(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 40, 16, 1);
  built made = tensor(data, 4, false, false);

  (void)state;
  assert_int_equal(made.result.k, 5984);
  assert_int_equal(made.result.parameters, 5984 * 17);
  clear_built(&made);
  lip_dataset_free(data);
}

/* theory.md B8, at p = 2: Lip / sqrt(n/k) is 4 within 10 % at d = 64, n = 10 d, within 4 % at d =
   512, n = 100 d; the error is sqrt(2n)/d within 10 % for balanced labels. */
static void the_ratio_and_the_error_are_those_of_the_theorem(void **state)
{
  const struct {
    size_t d, n;
    double tolerance;
  } cell[] = {{64, 640, 0.1}, {512, 51200, 0.04}};

  (void)state;
  for (size_t c = 0; c < 2; c++)
    for (uint64_t seed = 1; seed <= (c == 0 ? 5 : 1); seed++) {
      size_t n = cell[c].n, d = cell[c].d;
      lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, n, d, seed);
      built made = tensor(data, 2, false, false);
      double ratio = made.result.lipschitz / sqrt((double)n / (double)d);

      assert_int_equal(made.result.k, d);
      assert_true(made.result.exact);
      assert_true(fabs(ratio / 4 - 1) <= cell[c].tolerance);
      assert_true(fabs(made.result.rms_error / (sqrt(2 * (double)n) / (double)d) - 1) <= 0.1);
      clear_built(&made);
      lip_dataset_free(data);
    }
}

/* Labels that are not balanced: sqrt(2n + (sum y)^2)/d. */
static void the_error_counts_the_sum_of_the_labels(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 1000, 64, 3);
  double sum = 0;
  built made;

  (void)state;
  for (size_t i = 0; i < 1000; i++) sum += data->y[i] = i < 40 ? 1 : data->y[i];
  made = tensor(data, 2, false, false);
  assert_true(fabs(made.result.rms_error / (sqrt(2000 + sum * sum) / 64) - 1) <= 0.1);
  clear_built(&made);
  lip_dataset_free(data);
}

/* theory.md B8: the slope of the line Lip = slope sqrt(n/k) over n is 4.0 +- 0.2. */
static void the_constant_grows_by_four_roots(void **state)
{
  const size_t n[] = {200, 400, 800, 1600, 2800, 4000};
  double tt = 0, tL = 0;

  (void)state;
  for (size_t c = 0; c < 18; c++) {
    lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, n[c % 6], 64, 20 + c);
    built made = tensor(data, 2, false, false);
    double root = sqrt((double)n[c % 6] / 64);

    tt += root * root;
    tL += root * made.result.lipschitz;
    clear_built(&made);
    lip_dataset_free(data);
  }
  assert_true(fabs(tL / tt - 4) <= 0.2);
}

/* The measurement of the written function brackets l_max - l_min. */
static void the_quadratic_constant_is_measured(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 100, 12, 4);

  (void)state;
  for (int exact = 0; exact < 2; exact++) {
    built made;
    double lower, upper;

    data->n = exact ? 70 : 100;
    made = tensor(data, 2, exact, false);
    bracket(made.net, "sphere:1", &lower, &upper);
    assert_true(fabs(lower / made.result.lipschitz - 1) < 1e-8);
    assert_true(fabs(upper / made.result.lipschitz - 1) < 1e-8);
    if (exact) assert_true(made.result.max_error < 1e-8);
    clear_built(&made);
  }
  lip_dataset_free(data);
}

/* theory.md B8b: exact fits cost little: 10.0 becomes 10.4 at n = 400, d = 64. Higher powers too.
 */
static void exact_fits_cost_little(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 400, 64, 2);
  built plain = tensor(data, 2, false, false), exact = tensor(data, 2, true, false);

  (void)state;
  assert_true(exact.result.max_error < 1e-9 && exact.result.fitted == 1);
  assert_true(exact.result.lipschitz < 1.15 * plain.result.lipschitz);
  clear_built(&plain);
  clear_built(&exact);
  data->n = 300;
  for (size_t p = 3; p <= 4; p++) {
    exact = tensor(data, p, true, true);
    assert_true(exact.result.max_error < 1e-9);
    clear_built(&exact);
  }
  lip_dataset_free(data);
}

/* Powers above 2: no slope, sampled or found by the measurement, is above the bound. Repeated
   points on one axis attain p |alpha| max t^(p-1) sqrt(1 - t^2) at best. */
static void no_slope_is_above_the_bound(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 24; seed++) {
    size_t p = 3 + seed % 4, d = 2 + seed % 5, n = seed % 3 == 0 ? 1 : (size_t)5 << seed % 4;
    lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, n, d, seed);
    built made = tensor(data, p, false, seed % 2);
    double slope = sampled_slope(made.net, 2000, seed), lower = 0, upper;

    assert_false(made.result.exact);
    if (seed < 6) bracket(made.net, "sphere:1", &lower, &upper);
    assert_true(fmax(slope, lower) <= made.result.lipschitz * (1 + 1e-9));
    clear_built(&made);
    lip_dataset_free(data);
  }
}

static void impossible_fits_are_refused(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 40, 5, 2);
  lip_construct_options options = options_of(LIP_CONSTRUCT_TENSOR);

  (void)state;
  options.exact = true;
  refuses(data, &options, LIP_EINPUT, "n <= 15", "40 points", NULL);
  data->n = 12;
  for (size_t j = 0; j < 5; j++) data->X[7 * 5 + j] = -data->X[3 * 5 + j];
  data->y[3] = 1;
  data->y[7] = -1;
  refuses(data, &options, LIP_EINPUT, "3 and 7", "|x_i.x_j| = 1", NULL);
  memcpy(data->X + 7 * 5, data->X + 3 * 5, 5 * sizeof *data->X);
  data->y[7] = 1;
  refuses(data, &options, LIP_EINPUT, "points 3 and 7 are equal", NULL);
  lip_dataset_free(data);

  data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 10, 100, 2);
  options.exact = false;
  options.power = 6;
  refuses(data, &options, LIP_EINPUT, "above 2 GB", "--implicit", NULL);
  lip_dataset_free(data);

  data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 10, 100, 2);
  refuses(data, &options, LIP_EINPUT, "length 1", "--normalise", NULL);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_neurons_are_the_sum),
      cmocka_unit_test(polarisation_takes_few_neurons),
      cmocka_unit_test(the_ratio_and_the_error_are_those_of_the_theorem),
      cmocka_unit_test(the_error_counts_the_sum_of_the_labels),
      cmocka_unit_test(the_constant_grows_by_four_roots),
      cmocka_unit_test(the_quadratic_constant_is_measured),
      cmocka_unit_test(exact_fits_cost_little),
      cmocka_unit_test(no_slope_is_above_the_bound),
      cmocka_unit_test(impossible_fits_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
