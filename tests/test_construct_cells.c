/* test_construct_cells.c - the one-parameter counterexample: labels of cells between slabs. */
#include "constructed.h"

#include "construct/counterexample.h"

#include <stdio.h>

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
    lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 9 * d, d, d);
    lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);
    lip_construct_result result;
    size_t votes[16][2] = {{0}}, best = 0, slabs = 0;
    double width = 1 / (100 * pow((double)d, 1.5));
    search_note note;

    lip_net_free(network_of(data, &options, &result));
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
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 6, D, 2);
  lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  double width = 1 / (100 * pow(D, 1.5)), label[8] = {0}, X[2 * D], best = 0;
  lip_net *net;

  (void)state;
  options.cells = CELLS;
  net = network_of(data, &options, &result);
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
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 30, 2, 1);
  lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  lip_net *net;

  (void)state;
  for (size_t i = 0; i < data->n; i++) data->y[i] = 1;
  net = network_of(data, &options, &result);
  assert_true(result.lipschitz == 0 && value(net, (double[]){0, 0}) == 1);
  lip_net_free(net);
  for (size_t i = 0; i < data->n; i++) data->y[i] = -1;
  net = network_of(data, &options, &result);
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
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, N, 12, 4);
  lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);
  double sum = 0, mean = ldexp(1, N);

  (void)state;
  for (options.seed = 0; options.seed < SEEDS; options.seed++) {
    lip_construct_result result;
    search_note note;

    lip_net_free(network_of(data, &options, &result));
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
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 100000, 4, 7);
  lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);
  lip_construct_result result;
  double share;

  (void)state;
  lip_net_free(network_of(data, &options, &result));
  share = (double)read_note(&result).slabs / 1e5;
  assert_true(fabs(share - 4 * 2.0 / 800 * 2 / acos(-1)) <= 4 * sqrt(.0064 / 1e5));
  lip_dataset_free(data);
}

static void a_counterexample_that_cannot_fit_is_refused(void **state)
{
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 20, 6, 1);
  lip_construct_options options = options_of(LIP_CONSTRUCT_COUNTEREXAMPLE);

  (void)state;
  refuses(data, &options, LIP_EINPUT, "20 points need 11 coordinates, the data have 6", NULL);
  options.cells = 7;
  refuses(data, &options, LIP_EOPTION, "7 coordinates of 6", NULL);
  options.cells = 6;
  options.tries = 1;
  refuses(data, &options, LIP_EINPUT, "fewer than the 3/4 of Theorem 4", NULL);
  data->y[3] = 0.5;
  refuses(data, &options, LIP_EINPUT, "point 3 has 0.5", NULL);
  lip_dataset_free(data);
  data = sampled(LIP_SPHERE, LIP_LABELS_RANDOM, 400, 30, 1);
  options.cells = 0;
  options.tries = 1000000;
  refuses(data, &options, LIP_EINPUT, "400 points are too many", NULL);
  data->n = 10;
  options.cells = 18;
  refuses(data, &options, LIP_EINPUT, "2^17 at most", NULL);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_parameter_fits_as_many_points_as_any_labels_of_the_cells),
      cmocka_unit_test(the_counterexample_is_constant_on_cells_and_steep_between),
      cmocka_unit_test(neighbouring_parameters_differ_by_two_at_most),
      cmocka_unit_test(a_labelling_that_is_none_is_refused),
      cmocka_unit_test(equal_labels_are_a_constant_function_or_a_cut_cone),
      cmocka_unit_test(hashed_labels_are_fair),
      cmocka_unit_test(slabs_have_the_measure_of_the_paper),
      cmocka_unit_test(a_counterexample_that_cannot_fit_is_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
