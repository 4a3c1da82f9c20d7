/* test_construct_points.c - functions through points: McShane's extension, tents, tents of
   projections, the one-parameter counterexample. Their constants against sampled slopes, closed
   forms and the numbers of the papers. */
#include "networks.h"

#include "construct/counterexample.h"
#include "linalg/vector.h"

#include <liplaw/construct.h>

#include <unistd.h>

static lip_dataset *sampled(lip_sample_kind kind, size_t n, size_t d, uint64_t seed)
{
  lip_sample_options options;
  lip_dataset *data = NULL;

  lip_sample_defaults(&options);
  options.kind = kind;
  options.n = n;
  options.d = d;
  options.seed = seed;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  return data;
}

static lip_dataset *given(size_t n, size_t d, const double *X, const double *y)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, 1, &data, NULL), LIP_OK);
  memcpy(data->X, X, n * d * sizeof *X);
  memcpy(data->y, y, n * sizeof *y);
  return data;
}

static lip_construct_options of_kind(lip_construct_kind kind)
{
  lip_construct_options options;

  lip_construct_defaults(&options);
  options.kind = kind;
  return options;
}

static lip_net *built(const lip_dataset *data, const lip_construct_options *options,
                      lip_construct_result *result)
{
  lip_net *net = NULL;
  lip_error err = {""};

  if (lip_construct(data, options, &net, result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return net;
}

static void assert_refused(const lip_dataset *data, const lip_construct_options *options,
                           lip_status status, const char *why)
{
  lip_construct_result result;
  lip_net *net = NULL;
  lip_error err = {""};

  assert_int_equal(lip_construct(data, options, &net, &result, NULL, &err), status);
  assert_null(net);
  if (!strstr(err.text, why)) fail_msg("'%s' is not in '%s'", why, err.text);
}

static double value(const lip_net *net, const double *x)
{
  double y;

  assert_int_equal(lip_net_values(net, 1, x, &y, NULL), LIP_OK);
  return y;
}

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
  lip_dataset *data = sampled(LIP_GAUSSIAN, 60, 8, 5);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_MCSHANE);
  lip_construct_result result;
  lip_pair pair;
  size_t count;
  double least = 0, X[50 * 8];
  lip_net *net;

  (void)state;
  lip_random_normal((lip_stream){8, LIP_FOR_LABELS}, 0, 60, data->y); /* any labels */
  memcpy(data->X + 8, data->X, 8 * sizeof(double));                   /* one point twice */
  data->y[1] = data->y[0];
  net = built(data, &options, &result);
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
  lip_construct_options options = of_kind(LIP_CONSTRUCT_MCSHANE);
  lip_construct_result result;

  (void)state;
  for (size_t s = 0; s < 3; s++) {
    double X[] = {0, 0, 3 * sizes[s], 4 * sizes[s], 6 * sizes[s], 0}, y[] = {-1, 1, 4};
    lip_dataset *data = given(3, 2, X, y);

    lip_net_free(built(data, &options, &result)); /* slopes 2/5, 5/6, 3/5 */
    assert_true(fabs(result.lipschitz * sizes[s] - 5.0 / 6) <= 1e-14);
    assert_true(result.max_error <= 1e-13);
    data->n = 1;
    lip_net_free(built(data, &options, &result));
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
  lip_construct_options options = of_kind(LIP_CONSTRUCT_MCSHANE);

  (void)state;
  assert_true(fabs(circle_law(8, 5) - 0.16768) <= 1e-5);
  assert_true(fabs(circle_law(8, 20) - 0.63856) <= 1e-5);
  assert_true(fabs(circle_law(20, 20) - 0.04985) <= 1e-5);
  assert_true(fabs(circle_law(20, 100) - 0.54586) <= 1e-5);
  for (size_t s = 0; s < 2; s++) {
    double worst = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
      lip_dataset *data = sampled(LIP_SPHERE, sizes[s], 2, seed);
      lip_construct_result result;

      lip_net_free(built(data, &options, &result));
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
    lip_dataset *data = sampled(LIP_SPHERE, 1000, 500, seed);

    for (size_t i = 0; i < 4; i++) {
      lip_construct_options options = of_kind(LIP_CONSTRUCT_PROJECTED);
      lip_construct_result result;

      options.dimensions = kept[i];
      lip_net_free(built(data, &options, &result));
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
    lip_dataset *data = sampled(LIP_GAUSSIAN, 40, 6, 11);
    lip_construct_options options = of_kind(v == 0 ? LIP_CONSTRUCT_RBF : LIP_CONSTRUCT_PROJECTED);
    lip_construct_result result;
    double least, x[6], slope;
    lip_net *net;

    memcpy(data->X + 6, data->X, 6 * sizeof(double)); /* one point twice */
    data->y[1] = data->y[0];
    data->y[2] = -3; /* the largest label, at the steepest tent */
    options.dimensions = kept[v];
    net = built(data, &options, &result);
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
  lip_construct_options options = of_kind(LIP_CONSTRUCT_PROJECTED);

  (void)state;
  options.dimensions = 1;
  assert_refused(data, &options, LIP_EINPUT, "in the first 1 of 2 coordinates: points 0 and 3");
  options.dimensions = 3;
  assert_refused(data, &options, LIP_EOPTION, "3 coordinates to keep; the points have 1 to 2");
  options.dimensions = 0;
  assert_refused(data, &options, LIP_EOPTION, "--dimensions");
  options.dimensions = 2;
  data->y[2] = -1;
  for (lip_construct_kind kind = LIP_CONSTRUCT_MCSHANE; kind <= LIP_CONSTRUCT_COUNTEREXAMPLE;
       kind++) {
    options.kind = kind;
    assert_refused(data, &options, LIP_EINPUT, "points 0 and 2 are equal and have labels 1 and -1");
  }
  data->y[2] = 1;
  data->n = 1;
  options.kind = LIP_CONSTRUCT_RBF;
  assert_refused(data, &options, LIP_EINPUT, "two different points");
  lip_dataset_free(data);
}

/* The note of the counterexample, read again. */
typedef struct search_note {
  unsigned long long parameter;
  size_t tried, cells, slabs, n, fitted;
} search_note;

static search_note read_note(const lip_construct_result *result)
{
  search_note note = {0};

  assert_int_equal(sscanf(result->note,
                          "parameter %llu of %zu tried; %zu cells, %zu of %zu points in slabs, %zu "
                          "fitted",
                          &note.parameter, &note.tried, &note.cells, &note.slabs, &note.n,
                          &note.fitted),
                   6);
  return note;
}

static void one_parameter_fits_as_many_points_as_any_labels_of_the_cells(void **state)
{
  (void)state;
  for (size_t d = 1; d <= 4; d++) {
    lip_dataset *data = sampled(LIP_GAUSSIAN, 9 * d, d, d);
    lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);
    lip_construct_result result;
    size_t votes[16][2] = {{0}}, best = 0, slabs = 0;
    double width = 1 / (100 * pow((double)d, 1.5));
    search_note note;

    lip_net_free(built(data, &options, &result));
    for (size_t i = 0; i < data->n; i++) {
      size_t cell = 0;
      bool slab = false;

      for (size_t k = 0; k < d; k++) {
        slab = slab || fabs(data->X[i * d + k]) < width;
        cell += (size_t)(data->X[i * d + k] > 0) << k;
      }
      slabs += slab;
      if (!slab) votes[cell][data->y[i] > 0]++;
    }
    for (size_t c = 0; c < 16; c++) best += votes[c][votes[c][1] > votes[c][0]];
    note = read_note(&result);
    assert_int_equal(note.fitted, best);
    assert_int_equal(note.slabs, slabs);
    assert_int_equal(note.tried, (size_t)1 << ((size_t)1 << d));
    assert_true(note.parameter < note.tried);
    assert_true(fabs(result.lipschitz - 1 / width) <= 1e-12 / width);
    assert_int_equal(result.parameters, 1);
    assert_true(result.fitted * (double)data->n >= (double)best);
    lip_dataset_free(data);
  }
}

/* Outside of slabs f is a function of the signs alone, -1 or 1; everywhere it is between them;
   across one slab between different cells its slope is the constant, and nowhere more. */
static void the_counterexample_is_constant_on_cells_and_steep_between(void **state)
{
  enum { D = 5, CELLS = 3, POINTS = 4000 };
  lip_dataset *data = sampled(LIP_SPHERE, 6, D, 2);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  double width = 1 / (100 * pow(D, 1.5)), label[8] = {0}, X[2 * D], best = 0;
  lip_net *net;

  (void)state;
  options.cells = CELLS;
  net = built(data, &options, &result);
  for (size_t i = 0; i < POINTS; i++) {
    double f[2], distance = 0;
    size_t cell = 0;

    lip_random_normal((lip_stream){i, LIP_FOR_POINTS}, 0, (size_t)2 * D, X);
    for (size_t k = 0; k < D; k++) {
      X[k] *= i % 2 ? 1 : width;
      X[D + k] = X[k] + width * X[D + k] * (i % 3 ? 0.1 : 1);
      distance += pow(X[k] - X[D + k], 2);
    }
    assert_int_equal(lip_net_values(net, 2, X, f, NULL), LIP_OK);
    assert_true(fabs(f[0]) <= 1 && fabs(f[1]) <= 1);
    best = fmax(best, fabs(f[0] - f[1]) / sqrt(distance));
    for (size_t k = 0; k < CELLS; k++) {
      if (fabs(X[k]) < width) cell = 8;
      cell |= (size_t)(X[k] > 0) << k;
    }
    if (cell >= 8) continue;
    if (label[cell] == 0) label[cell] = f[0] > 0 ? 1 : -1;
    assert_true(fabs(f[0] - label[cell]) <= 1e-12);
  }
  assert_true(best <= result.lipschitz * (1 + 1e-12));
  for (size_t cell = 0; cell < 8; cell++) {
    if (cell & 1 || label[cell] == label[cell ^ 1]) continue;
    for (size_t k = 0; k < D; k++) X[k] = X[D + k] = cell >> k & 1 ? 1 : -1;
    X[0] = -width;
    X[D] = width;
    best = fabs(value(net, X) - value(net, X + D)) / (2 * width);
    assert_true(fabs(best / result.lipschitz - 1) <= 1e-12);
    best = -1;
  }
  assert_true(best == -1); /* some cells beside each other have different labels */
  lip_net_free(net);
  lip_dataset_free(data);
}

/* theory.md, erratum 7: with a difference of 2 between neighbours, reached; and every f_l has its
   constant. */
static void neighbouring_parameters_differ_by_two_at_most(void **state)
{
  enum { D = 6, POINTS = 500 };
  static const size_t coordinates[] = {2, 3, 6};
  static double X[POINTS * D], f[2][POINTS];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, (size_t)POINTS * D, X);
  for (size_t i = 0; i < POINTS * D; i += 3) X[i] *= 1e-3; /* into slabs */
  for (size_t c = 0; c < 3; c++) {
    double worst = 0;

    for (uint64_t l = 0; l < 16; l++) {
      double constant;
      lip_net *net = NULL;

      assert_int_equal(lip_counterexample_network(D, coordinates[c], 5, l, &net, &constant, NULL),
                       LIP_OK);
      assert_true(constant == (coordinates[c] == 2 && l == 15 ? 0 : 100 * D * sqrt(D)));
      assert_int_equal(lip_net_values(net, POINTS, X, f[l % 2], NULL), LIP_OK);
      for (size_t i = 0; l > 0 && i < POINTS; i++) worst = fmax(worst, fabs(f[0][i] - f[1][i]));
      lip_net_free(net);
    }
    assert_true(worst == 2);
  }
}

static void a_labelling_that_is_none_is_refused(void **state)
{
  double constant;
  lip_net *net = NULL;

  (void)state;
  assert_int_equal(lip_counterexample_network(4, 2, 0, 16, &net, &constant, NULL), LIP_EINPUT);
  assert_int_equal(lip_counterexample_network(4, 5, 0, 1, &net, &constant, NULL), LIP_EINPUT);
  assert_int_equal(lip_counterexample_network(4, 0, 0, 1, &net, &constant, NULL), LIP_EINPUT);
  assert_int_equal(lip_counterexample_network(40, 18, 0, 1, &net, &constant, NULL), LIP_EINPUT);
  assert_null(net);
}

static void equal_labels_are_a_constant_function_or_a_cut_cone(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, 30, 2, 1);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  lip_net *net;

  (void)state;
  for (size_t i = 0; i < data->n; i++) data->y[i] = 1;
  net = built(data, &options, &result);
  assert_true(result.lipschitz == 0 && value(net, (double[]){0, 0}) == 1);
  lip_net_free(net);
  for (size_t i = 0; i < data->n; i++) data->y[i] = -1;
  net = built(data, &options, &result);
  assert_true(fabs(result.lipschitz - 100 * pow(2, 1.5)) <= 1e-9);
  assert_true(fabs(value(net, (double[]){0, 1})) <= 1e-12); /* the width of the slab below 1 */
  lip_net_free(net);
  lip_dataset_free(data);
}

/* The first parameter that fits n points in different cells is geometric with mean 2^n: its mean
   over 200 seeds is within 4 standard errors. */
static void hashed_labels_are_fair(void **state)
{
  enum { SEEDS = 200, N = 8 };
  lip_dataset *data = sampled(LIP_SPHERE, N, 12, 4);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);
  double sum = 0, mean = ldexp(1, N);

  (void)state;
  for (options.seed = 0; options.seed < SEEDS; options.seed++) {
    lip_construct_result result;
    search_note note;

    lip_net_free(built(data, &options, &result));
    note = read_note(&result);
    assert_int_equal(note.fitted + note.slabs, N);
    assert_int_equal(note.cells, 1024);
    assert_true(result.fitted == 1);
    sum += (double)note.parameter + 1;
  }
  assert_true(fabs(sum / SEEDS - mean) <= 4 * mean / sqrt(SEEDS));
  lip_dataset_free(data);
}

/* theory.md U15: the slabs have the measure .0063 at d = 4 (4 times 2 w times the density 2/pi of a
   coordinate at 0). */
static void slabs_have_the_measure_of_the_paper(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, 100000, 4, 7);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  double share;

  (void)state;
  lip_net_free(built(data, &options, &result));
  share = (double)read_note(&result).slabs / 1e5;
  assert_true(fabs(share - 4 * 2.0 / 800 * 2 / acos(-1)) <= 4 * sqrt(.0064 / 1e5));
  lip_dataset_free(data);
}

static void a_counterexample_that_cannot_fit_is_refused(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, 20, 6, 1);
  lip_construct_options options = of_kind(LIP_CONSTRUCT_COUNTEREXAMPLE);

  (void)state;
  assert_refused(data, &options, LIP_EINPUT, "20 points need 11 coordinates, the data have 6");
  options.cells = 7;
  assert_refused(data, &options, LIP_EOPTION, "7 coordinates of 6");
  options.cells = 6;
  options.tries = 1;
  assert_refused(data, &options, LIP_EINPUT, "fewer than the 3/4 of Theorem 4");
  data->y[3] = 0.5;
  assert_refused(data, &options, LIP_EINPUT, "point 3 has 0.5");
  lip_dataset_free(data);
  data = sampled(LIP_SPHERE, 400, 30, 1);
  options.cells = 0;
  options.tries = 1000000;
  assert_refused(data, &options, LIP_EINPUT, "400 points are too many");
  data->n = 10;
  options.cells = 18;
  assert_refused(data, &options, LIP_EINPUT, "2^17 at most");
  lip_dataset_free(data);
}

static void files_hold_the_same_functions(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, 12, 6, 3);
  double X[100 * 6], Y[100], Z[100];

  (void)state;
  lip_random_normal((lip_stream){6, LIP_FOR_POINTS}, 0, 600, X);
  for (lip_construct_kind kind = LIP_CONSTRUCT_MCSHANE; kind <= LIP_CONSTRUCT_COUNTEREXAMPLE;
       kind++) {
    lip_construct_options options = of_kind(kind);
    lip_construct_result result;
    lip_net *net, *again = NULL;

    options.dimensions = 3;
    options.cells = 5;
    net = built(data, &options, &result);
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
      cmocka_unit_test(one_parameter_fits_as_many_points_as_any_labels_of_the_cells),
      cmocka_unit_test(the_counterexample_is_constant_on_cells_and_steep_between),
      cmocka_unit_test(neighbouring_parameters_differ_by_two_at_most),
      cmocka_unit_test(a_labelling_that_is_none_is_refused),
      cmocka_unit_test(equal_labels_are_a_constant_function_or_a_cut_cone),
      cmocka_unit_test(hashed_labels_are_fair),
      cmocka_unit_test(slabs_have_the_measure_of_the_paper),
      cmocka_unit_test(a_counterexample_that_cannot_fit_is_refused),
      cmocka_unit_test(files_hold_the_same_functions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
