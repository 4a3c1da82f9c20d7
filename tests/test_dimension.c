/* test_dimension.c - effective dimensions of sets whose covariance is known, intrinsic dimensions
   of manifolds, MNIST against numpy, and the numbers of the universal law's section 1.1. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "data/effective_dimension.h"
#include "data/two_nearest.h"
#include "law/required_size.h"

#include <liplaw/dataset.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static double *normals(size_t count, uint64_t seed)
{
  double *x = lip_alloc(count, sizeof *x);

  assert_non_null(x);
  lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 0, count, x);
  return x;
}

static lip_dimension dimension(const double *X, size_t n, size_t d)
{
  lip_team *team = lip_team_create(2);
  lip_dimension found;

  assert_int_equal(
      lip_effective_dimension(team, X, d, NULL, n, lip_mean_square(X, n, d), &found, NULL, NULL),
      LIP_OK);
  lip_team_free(team);
  return found;
}

static lip_two_nearest neighbours(const double *X, size_t n, size_t d, size_t most)
{
  lip_team *team = lip_team_create(2);
  lip_two_nearest found;

  assert_int_equal(lip_two_nearest_dimension(team, X, n, d, most, &found, NULL, NULL), LIP_OK);
  lip_team_free(team);
  return found;
}

/* The points +-s_j e_j: C = diag(s_j^2 / d), mean 0. */
static void a_cross_has_the_dimensions_of_its_axes(void **state)
{
  enum { D = 300 };
  double *X = lip_alloc_zero((size_t)2 * D * D, sizeof *X), trace = 0, squares = 0;
  lip_dimension found;

  (void)state;
  for (size_t j = 0; j < D; j++) {
    double s = 1 + (double)j / 50;

    X[2 * j * D + j] = s;
    X[(2 * j + 1) * D + j] = -s;
    trace += s * s / D;
    squares += s * s * s * s / D / D;
  }
  found = dimension(X, (size_t)2 * D, D);
  assert_near(found.largest, pow(1 + 299.0 / 50, 2) / D, 1e-10);
  assert_near(found.mean_square / trace, 1, 1e-12);
  assert_near(found.effective / (trace / found.largest), 1, 1e-12);
  assert_near(found.effective_rank, found.effective, 1e-9);
  assert_near(found.participation / (trace * trace / squares), 1, 1e-12);
  lip_free(X);
}

static void gaussian_points_have_the_dimension_of_their_space(void **state)
{
  double *X = normals(20000 * 40, 1), edge = pow(1 + sqrt(40.0 / 20000), 2);
  lip_dimension found = dimension(X, 20000, 40);

  (void)state;
  assert_near(found.effective * edge / 40, 1, 0.02); /* Marchenko and Pastur */
  assert_near(found.participation * (1 + 40.0 / 20000) / 40, 1, 0.01);
  lip_free(X);
}

/* Moving all points changes nothing but E |x|^2, turning them nothing at all; fewer points than
   dimensions go the other way round. */
static void translations_and_zero_columns_change_nothing(void **state)
{
  enum { N = 90, D = 60 };
  double *X = normals(N * D, 2), *Y = lip_alloc_zero((size_t)N * 300, sizeof *Y);
  lip_dimension plain = dimension(X, N, D), moved;

  (void)state;
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < D; j++) Y[i * 300 + 5 * j] = X[i * D + j] + (double)j;
  moved = dimension(Y, N, 300);
  assert_near(moved.largest / plain.largest, 1, 1e-9);
  assert_near(moved.effective_rank / plain.effective_rank, 1, 1e-9);
  assert_near(moved.participation / plain.participation, 1, 1e-9);
  assert_true(moved.effective > 10 * plain.effective);
  lip_free(X);
  lip_free(Y);
}

static void equal_points_have_no_dimension(void **state)
{
  double X[30 * 2];

  (void)state;
  for (size_t i = 0; i < 60; i++) X[i] = 3;
  assert_true(isnan(dimension(X, 30, 2).effective));
  assert_true(isnan(neighbours(X, 30, 2, 0).dimension));
}

/* A Gaussian of `own` dimensions, turned into 20 by a fixed linear map and bent. */
static void manifolds_have_their_own_dimension(void **state)
{
  (void)state;
  for (size_t own = 1; own <= 6; own++) {
    enum { N = 4000, D = 20 };
    double *g = normals(N * own, own), *map = normals(own * D, 77),
           *X = lip_alloc_zero((size_t)N * D, sizeof *X);
    lip_two_nearest found, doubled;

    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < D; j++) {
        for (size_t k = 0; k < own; k++) X[i * D + j] += g[i * own + k] * map[k * D + j];
        X[i * D + j] += 0.1 * sin(X[i * D + j]);
      }
    found = neighbours(X, N, D, 0);
    assert_near(found.dimension / (double)own, 1, own < 4 ? 0.06 : 0.12);
    assert_near(found.likelihood / (double)own, 1, own < 4 ? 0.06 : 0.12);
    assert_int_equal(found.points, N);
    memcpy(X + N / 2 * D, X, sizeof *X * N / 2 * D); /* every point twice: the same set */
    doubled = neighbours(X, N, D, 0);
    assert_int_equal(doubled.points, N / 2);
    assert_true(doubled.dimension == neighbours(X, N / 2, D, 0).dimension);
    assert_int_equal(neighbours(X, N / 2, D, 300).points, 300);
    lip_free(g);
    lip_free(map);
    lip_free(X);
  }
}

/* numpy: cov(bias), eigvalsh, all distances of every sixth image. */
static void mnist_has_the_dimensions_that_numpy_finds(void **state)
{
  const char *folder = getenv("LIPLAW_TESTDATA");
  char path[1024];
  lip_dataset *data = NULL;
  lip_dimension found;
  lip_two_nearest near;

  (void)state;
  (void)snprintf(
      path, sizeof path,
      "%s/data/mnist/train-images-idx3-ubyte.gz:%s/data/mnist/train-labels-idx1-ubyte.gz",
      folder ? folder : "", folder ? folder : "");
  if (!folder || lip_dataset_read(path, NULL, &data, NULL) != LIP_OK) {
    (void)fprintf(stderr, "skipped: no MNIST under LIPLAW_TESTDATA\n");
    skip();
  }
  found = dimension(data->X, data->n, data->d);
  assert_near(found.largest / 5.116787728342082, 1, 1e-9);
  assert_near(found.effective / 17.161161745637237, 1, 1e-9);
  assert_near(found.effective_rank / 10.304323394750355, 1, 1e-9);
  assert_near(found.participation / 30.694, 1, 1e-4);
  near = neighbours(data->X, data->n, data->d, 10000);
  assert_near(near.likelihood / 13.583296596847891, 1, 1e-6);
  assert_near(near.dimension / 13.667, 1, 1e-3);
  lip_dataset_free(data);
}

static void section_1_1_has_the_printed_numbers(void **state)
{
  required_size mnist = required_size_of(6e4, 15, 150, 1, 2e5),
                large = required_size_of(6e4, 15, 150, 1, 3e6),
                imagenet = required_size_of(1.4e7, 2e3, 2e3, 1, 1e9);

  (void)state;
  assert_int_equal(mnist.order_low, 6);
  assert_int_equal(mnist.order_high, 7);
  assert_int_equal(mnist.position, SIZE_BELOW);
  assert_true(mnist.classical == 6e4);
  assert_int_equal(large.position, SIZE_INSIDE);
  assert_int_equal(imagenet.order_low, 10);
  assert_int_equal(imagenet.order_high, 11);
  assert_int_equal(imagenet.position, SIZE_BELOW);
  assert_int_equal(required_size_of(6e4, 15, 150, 1, 1e8).position, SIZE_ABOVE);
  assert_int_equal(required_size_of(6e4, 15, 150, 1, NAN).position, SIZE_UNKNOWN);
  assert_near(required_size_of(6e4, 15, 150, 2, NAN).low, 6e4 * 15 / 4, 1e-6);
  assert_near(mnist.smoothest, sqrt(4.5), 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cross_has_the_dimensions_of_its_axes),
      cmocka_unit_test(gaussian_points_have_the_dimension_of_their_space),
      cmocka_unit_test(translations_and_zero_columns_change_nothing),
      cmocka_unit_test(equal_points_have_no_dimension),
      cmocka_unit_test(manifolds_have_their_own_dimension),
      cmocka_unit_test(mnist_has_the_dimensions_that_numpy_finds),
      cmocka_unit_test(section_1_1_has_the_printed_numbers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
