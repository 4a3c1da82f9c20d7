/* test_construct_points.c - functions through points: McShane's extension, tents, tents of
   projections. Their constants against sampled slopes, closed forms and the numbers of the papers.
 */
#include "constructed.h"

#include <unistd.h>

/* The largest of gradients and difference quotients at points about the data, from 1e-4 of `size`
   to 3 of it away, where all the kinks are. */
static double steepest_sample(const lip_net *net, const lip_dataset *data, double size)
{
  enum { POINTS = 2000 };
  size_t d = data->d;
  double *x = malloc(3 * POINTS * d * sizeof *x), *z = x + POINTS * d, *g = z + POINTS * d;
  double y[POINTS], w[POINTS], best = 0;

  lip_random_normal((lip_stream){9, LIP_FOR_POINTS}, 0, 2 * POINTS * d, x);
  for (size_t i = 0; i < 2 * POINTS; i++) {
    double scale = size * pow(10, -4 * (double)(i % 10) / 9) / sqrt((double)d);
    const double *near = i < POINTS ? data->X + i % data->n * d : x + (i - POINTS) * d;

    for (size_t k = 0; k < d; k++)
      x[i * d + k] = near[k] + (double)(i % 3 + 1) * scale * x[i * d + k];
  }
  assert_int_equal(lip_net_values(net, POINTS, x, y, NULL), LIP_OK);
  assert_int_equal(lip_net_values(net, POINTS, z, w, NULL), LIP_OK);
  assert_int_equal(lip_net_gradients(net, 0, POINTS, x, g, NULL), LIP_OK);
  for (size_t i = 0; i < POINTS; i++) {
    double gradient = lip_norm(d, g + i * d), distance;

    for (size_t k = 0; k < d; k++) z[i * d + k] -= x[i * d + k];
    distance = lip_norm(d, z + i * d);
    best = fmax(best, gradient);
    if (fabs(y[i] - w[i]) > 1e-9) best = fmax(best, fabs(y[i] - w[i]) / distance);
  }
  free(x);
  return best;
}

static void mcshane_is_the_least_of_its_cones(void **state)
{
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 60, 8, 5);
  lip_construct_options options = options_of(LIP_CONSTRUCT_MCSHANE);
  lip_construct_result result;
  lip_pair pair;
  size_t count;
  double least = 0, X[50 * 8];
  lip_net *net;

  (void)state;
  lip_random_normal((lip_stream){8, LIP_FOR_LABELS}, 0, 60, data->y); /* any labels */
  memcpy(data->X + 8, data->X, 8 * sizeof(double));                   /* one point twice */
  data->y[1] = data->y[0];
  net = network_of(data, &options, &result);
  assert_int_equal(lip_smallest_constant(data, 1, &pair, &count, &least, NULL, NULL), LIP_OK);
  assert_true(fabs(result.lipschitz / least - 1) <= 1e-13);
  assert_true(result.exact && strcmp(result.domain, "space") == 0);
  assert_int_equal(result.parameters, 60 * 9 + 1);
  assert_true(result.max_error <= 1e-14);
  lip_random_normal((lip_stream){7, LIP_FOR_POINTS}, 0, 50 * 8, X);
  for (size_t i = 0; i < 50; i++) {
    double f = INFINITY;

    for (size_t j = 0; j < 60; j++) {
      double square = 0;

      for (size_t k = 0; k < 8; k++) square += pow(X[i * 8 + k] - data->X[j * 8 + k], 2);
      f = fmin(f, data->y[j] + least * sqrt(square));
    }
    assert_true(fabs(value(net, X + i * 8) - f) <= 1e-12 * (1 + fabs(f)));
  }
  assert_true(steepest_sample(net, data, 1) <= result.lipschitz * (1 + 1e-6));
  assert_true(fabs(value(net, data->X + pair.i * 8) - value(net, data->X + pair.j * 8)) >=
              least * pair.distance * (1 - 1e-12));
  lip_net_free(net);
  lip_dataset_free(data);
}

static void mcshane_takes_few_points_and_any_scale(void **state)
{
  static const double sizes[] = {1, 1e-140, 1e140};
  lip_construct_options options = options_of(LIP_CONSTRUCT_MCSHANE);
  lip_construct_result result;

  (void)state;
  for (size_t s = 0; s < 3; s++) {
    double X[] = {0, 0, 3 * sizes[s], 4 * sizes[s], 6 * sizes[s], 0}, y[] = {-1, 1, 4};
    lip_dataset *data = given(3, 2, X, y);

    lip_net_free(network_of(data, &options, &result)); /* slopes 2/5, 5/6, 3/5 */
    assert_true(fabs(result.lipschitz * sizes[s] - 5.0 / 6) <= 1e-14);
    assert_true(result.max_error <= 1e-13);
    data->n = 1;
    lip_net_free(network_of(data, &options, &result));
    assert_true(result.lipschitz == 0 && result.max_error == 0);
    lip_dataset_free(data);
  }
}

/* theory.md B24: n points on the circle, labels fair coins. */
static double circle_law(size_t n, double u)
{
  double t = asin(fmin(1, 1 / u)) / acos(-1), sum = 1, choose = 1;

  for (size_t j = 1; j <= n; j++) {
    choose *= (double)(n - j + 1) / (double)j;
    if (j % 2 == 0 && (double)j * t < 1) sum += choose * pow(1 - (double)j * t, (double)n - 1);
  }
  return ldexp(sum, 1 - (int)n);
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void constants_on_the_circle_follow_their_law(void **state)
{
  enum { SEEDS = 2000 };
  static const size_t sizes[] = {8, 20};
  static double found[SEEDS];
  lip_construct_options options = options_of(LIP_CONSTRUCT_MCSHANE);

  (void)state;
  assert_true(fabs(circle_law(8, 5) - 0.16768) <= 1e-5);
  assert_true(fabs(circle_law(8, 20) - 0.63856) <= 1e-5);
  assert_true(fabs(circle_law(20, 20) - 0.04985) <= 1e-5);
  assert_true(fabs(circle_law(20, 100) - 0.54586) <= 1e-5);
  for (size_t s = 0; s < 2; s++) {
    double worst = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
      lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, sizes[s], 2, seed);
      lip_construct_result result;

      lip_net_free(network_of(data, &options, &result));
      found[seed] = result.lipschitz;
      lip_dataset_free(data);
    }
    qsort(found, SEEDS, sizeof *found, ascending);
    for (size_t i = 0; i < SEEDS; i++) {
      double law = circle_law(sizes[s], fmax(found[i], 1));

      if (found[i] < 1) continue; /* all labels are equal: the atom at 0 */
      worst = fmax(worst, fabs(law - (double)(i + 1) / SEEDS));
      worst = fmax(worst, fabs(law - (double)i / SEEDS));
    }
    assert_true(worst <= 1.63 / sqrt(SEEDS)); /* Kolmogorov and Smirnov at 1 % */
  }
}

/* theory.md U14: 1.59, 2.84, 4.54, 7.59. The least distance of few coordinates moves by 10 % from
   sample to sample, so the median of five stands for it. */
static void projections_have_the_constants_of_the_paper(void **state)
{
  enum { SEEDS = 5 };
  static const size_t kept[] = {500, 200, 100, 50};
  static const double constant[] = {1.59, 2.84, 4.54, 7.59};
  double found[4][SEEDS];

  (void)state;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 1000, 500, seed);

    for (size_t i = 0; i < 4; i++) {
      lip_construct_options options = options_of(LIP_CONSTRUCT_PROJECTED);
      lip_construct_result result;

      options.dimensions = kept[i];
      lip_net_free(network_of(data, &options, &result));
      found[i][seed] = result.lipschitz;
      assert_int_equal(result.parameters, 1000 * (kept[i] + 1));
      assert_true(result.max_error == 0 && result.fitted == 1 && result.exact);
    }
    lip_dataset_free(data);
  }
  for (size_t i = 0; i < 4; i++) {
    qsort(found[i], SEEDS, sizeof(double), ascending);
    assert_true(fabs(found[i][SEEDS / 2] / constant[i] - 1) <= 0.15);
  }
}

static double least_distance(const lip_dataset *data, size_t kept)
{
  double least = INFINITY;

  for (size_t i = 0; i < data->n; i++)
    for (size_t j = 0; j < i; j++) {
      double square = 0;

      for (size_t k = 0; k < kept; k++)
        square += pow(data->X[i * data->d + k] - data->X[j * data->d + k], 2);
      if (square > 0) least = fmin(least, sqrt(square));
    }
  return least;
}

static void tents_have_the_slope_two_over_the_least_distance(void **state)
{
  static const size_t kept[] = {6, 3, 1};

  (void)state;
  for (size_t v = 0; v < 3; v++) {
    lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 40, 6, 11);
    lip_construct_options options = options_of(v == 0 ? LIP_CONSTRUCT_RBF
                                                      : LIP_CONSTRUCT_PROJECTED);
    lip_construct_result result;
    double least, x[6], slope;
    lip_net *net;

    memcpy(data->X + 6, data->X, 6 * sizeof(double)); /* one point twice */
    data->y[1] = data->y[0];
    data->y[2] = -3; /* the largest label, at the steepest tent */
    options.dimensions = kept[v];
    net = network_of(data, &options, &result);
    least = least_distance(data, kept[v]);
    assert_int_equal(result.k, 39);
    assert_true(fabs(result.lipschitz * least / 6 - 1) <= 1e-13);
    assert_true(result.max_error == 0);
    assert_true(steepest_sample(net, data, least) <= result.lipschitz * (1 + 1e-6));
    memcpy(x, data->X + 12, sizeof x);
    x[0] += least / 4;
    slope = (value(net, x) - value(net, data->X + 12)) / (least / 4);
    assert_true(fabs(slope / result.lipschitz - 1) <= 1e-12); /* attained on the way to point 2 */
    lip_net_free(net);
    lip_dataset_free(data);
  }
}

static void what_cannot_be_fitted_is_refused_by_its_points(void **state)
{
  double X[] = {1, 2, 3, 4, 1, 2, 1, 7}, y[] = {1, -1, 1, -1};
  lip_dataset *data = given(4, 2, X, y);
  lip_construct_options options = options_of(LIP_CONSTRUCT_PROJECTED);

  (void)state;
  options.dimensions = 1;
  refuses(data, &options, LIP_EINPUT, "in the first 1 of 2 coordinates: points 0 and 3", NULL);
  options.dimensions = 3;
  refuses(data, &options, LIP_EOPTION, "3 coordinates to keep; the points have 1 to 2", NULL);
  options.dimensions = 0;
  refuses(data, &options, LIP_EOPTION, "--dimensions", NULL);
  options.dimensions = 2;
  data->y[2] = -1;
  for (lip_construct_kind kind = LIP_CONSTRUCT_MCSHANE; kind <= LIP_CONSTRUCT_COUNTEREXAMPLE;
       kind++) {
    options.kind = kind;
    refuses(data, &options, LIP_EINPUT, "points 0 and 2 are equal and have labels 1 and -1", NULL);
  }
  data->y[2] = 1;
  data->n = 1;
  options.kind = LIP_CONSTRUCT_RBF;
  refuses(data, &options, LIP_EINPUT, "two different points", NULL);
  lip_dataset_free(data);
}

static void files_hold_the_same_functions(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 12, 6, 3);
  double X[100 * 6], Y[100], Z[100];

  (void)state;
  lip_random_normal((lip_stream){6, LIP_FOR_POINTS}, 0, 600, X);
  for (lip_construct_kind kind = LIP_CONSTRUCT_MCSHANE; kind <= LIP_CONSTRUCT_COUNTEREXAMPLE;
       kind++) {
    lip_construct_options options = options_of(kind);
    lip_construct_result result;
    lip_net *net, *again = NULL;

    options.dimensions = 3;
    options.cells = 5;
    net = network_of(data, &options, &result);
    assert_int_equal(lip_net_write(net, "test_construct_points.onnx", NULL), LIP_OK);
    assert_int_equal(lip_net_read("test_construct_points.onnx", &again, NULL), LIP_OK);
    assert_int_equal(again->depth, net->depth);
    assert_int_equal(lip_net_values(net, 100, X, Y, NULL), LIP_OK);
    assert_int_equal(lip_net_values(again, 100, X, Z, NULL), LIP_OK);
    assert_memory_equal(Y, Z, sizeof Y);
    lip_net_free(net);
    lip_net_free(again);
  }
  assert_int_equal(unlink("test_construct_points.onnx"), 0);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mcshane_is_the_least_of_its_cones),
      cmocka_unit_test(mcshane_takes_few_points_and_any_scale),
      cmocka_unit_test(constants_on_the_circle_follow_their_law),
      cmocka_unit_test(projections_have_the_constants_of_the_paper),
      cmocka_unit_test(tents_have_the_slope_two_over_the_least_distance),
      cmocka_unit_test(what_cannot_be_fitted_is_refused_by_its_points),
      cmocka_unit_test(files_hold_the_same_functions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
