/* test_data_distributions.c - the distributions of section 1.3 of the universal law, and taught
   labels: their laws, against enumeration, integrals and moments. */
#include "data/sample_kinds.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static lip_sample_options wanted(lip_sample_kind kind, size_t n, size_t d)
{
  lip_sample_options options;

  lip_sample_defaults(&options);
  options.kind = kind;
  options.n = n;
  options.d = d;
  options.seed = 3;
  return options;
}

static lip_dataset *draw(const lip_sample_options *options)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_sample(options, &data, NULL), LIP_OK);
  return data;
}

/* Mean over the points of x_j^2, all j together times d: E |x|^2. */
static double mean_square(const lip_dataset *data)
{
  double sum = 0;

  for (size_t i = 0; i < data->n * data->d; i++) sum += data->X[i] * data->X[i];
  return sum / (double)data->n;
}

/* u.x for the two fixed unit vectors e_0 and (1, ..., 1)/sqrt d: mean and variance times d. */
static void assert_centred_with_variance(const lip_dataset *data, double variance, double tolerance)
{
  size_t n = data->n, d = data->d;
  double first = 0, first2 = 0, all = 0, all2 = 0;

  for (size_t i = 0; i < n; i++) {
    double sum = 0, x = data->X[i * d];

    for (size_t j = 0; j < d; j++) sum += data->X[i * d + j];
    sum /= sqrt((double)d);
    first += x / (double)n;
    first2 += x * x / (double)n;
    all += sum / (double)n;
    all2 += sum * sum / (double)n;
  }
  assert_true(fabs(first) < 5 * sqrt(variance / (double)(n * d)));
  assert_true(fabs(all) < 5 * sqrt(variance / (double)(n * d)));
  assert_true(fabs(first2 * (double)d - variance) < tolerance);
  assert_true(fabs(all2 * (double)d - variance) < tolerance);
}

static void the_solid_cube_has_diameter_one(void **state)
{
  lip_sample_options options = wanted(LIP_CUBE, 20000, 25);
  lip_dataset *data = draw(&options);
  double largest = 0;

  (void)state;
  for (size_t i = 0; i < data->n * data->d; i++) largest = fmax(largest, fabs(data->X[i]));
  assert_true(largest <= 0.1 && largest > 0.0999); /* half the side 1/5 */
  assert_centred_with_variance(data, 1.0 / 12, 0.005);
  assert_true(fabs(data->isoperimetry_c - 0.15915494309189535) < 1e-15); /* 1 / (2 pi) */
  lip_dataset_free(data);
}

/* theory.md, errata 1: the deviation of the distance to {at most d/2 coordinates positive}, times
   sqrt d: 1.40, 2.72 at d = 16, 256. It grows, so no c serves all d. */
static void the_hypercube_shows_that_it_is_not_isoperimetric(void **state)
{
  const struct {
    size_t d;
    double expected;
  } cases[] = {{16, 1.40}, {256, 2.72}};

  (void)state;
  for (size_t t = 0; t < 2; t++) {
    lip_sample_options options = wanted(LIP_HYPERCUBE, 20000, cases[t].d);
    lip_dataset *data = draw(&options);
    double mean = 0, square = 0, d = (double)cases[t].d;

    for (size_t i = 0; i < data->n; i++) {
      double plus = 0, distance;

      for (size_t j = 0; j < data->d; j++) {
        assert_true(fabs(data->X[i * data->d + j]) == 1 / sqrt(d));
        plus += data->X[i * data->d + j] > 0;
      }
      distance = 2 * sqrt(fmax(0, plus - d / 2) / d);
      mean += distance / (double)data->n;
      square += distance * distance / (double)data->n;
    }
    assert_true(fabs(sqrt((square - mean * mean) * d) - cases[t].expected) < 0.05);
    assert_true(isnan(data->isoperimetry_c));
    assert_non_null(strstr(data->isoperimetry_source, "none"));
    lip_dataset_free(data);
  }
}

/* E t^2 by Simpson's rule on the density exp(-t^2/2 - t^4/4). */
static double second_moment_of_quartic(void)
{
  double mass = 0, square = 0, step = 1e-3;

  for (int i = -10000; i <= 10000; i++) {
    double t = i * step, weight = exp(-t * t / 2 - t * t * t * t / 4) * (i % 2 ? 4 : 2);

    mass += weight;
    square += weight * t * t;
  }
  return square / mass;
}

static void the_log_concave_law_has_its_second_moment(void **state)
{
  lip_sample_options options = wanted(LIP_LOG_CONCAVE, 40000, 10);
  lip_dataset *data = draw(&options);
  double expected = second_moment_of_quartic();

  (void)state;
  assert_true(fabs(expected - 0.4679) < 1e-4); /* by an integration elsewhere */
  assert_centred_with_variance(data, expected, 0.02);
  assert_true(fabs(mean_square(data) - expected) < 0.005);
  lip_dataset_free(data);
}

static void a_gaussian_with_a_small_vector_has_both_variances(void **state)
{
  lip_sample_options options = wanted(LIP_GAUSSIAN_PLUS, 40000, 9);
  lip_dataset *data = draw(&options);

  (void)state;
  assert_true(fabs(mean_square(data) - (1 + 0.25 / 9)) < 0.02);
  options.radius = 3;
  lip_dataset_free(data);
  data = draw(&options);
  assert_true(fabs(mean_square(data) - 2) < 0.03);
  lip_dataset_free(data);
  options.radius = 0;
  data = draw(&options);
  assert_true(data->isoperimetry_c == 1);
  lip_dataset_free(data);
}

static double product_of_rows(const double *x, size_t m, size_t a, size_t b)
{
  double sum = 0;

  for (size_t j = 0; j < m; j++) sum += x[a * m + j] * x[b * m + j];
  return sum;
}

static void rotations_are_orthogonal_and_turn_right(void **state)
{
  lip_sample_options options = wanted(LIP_ROTATIONS, 30000, 9);
  lip_dataset *data = draw(&options);
  double trace = 0;

  (void)state;
  for (size_t i = 0; i < data->n; i++) {
    const double *Q = data->X + i * 9;
    double det = Q[0] * (Q[4] * Q[8] - Q[5] * Q[7]) - Q[1] * (Q[3] * Q[8] - Q[5] * Q[6]) +
                 Q[2] * (Q[3] * Q[7] - Q[4] * Q[6]);

    assert_true(fabs(det * sqrt(27) - 1) < 1e-12);
    for (size_t a = 0; a < 3; a++)
      for (size_t b = 0; b < 3; b++)
        assert_true(fabs(product_of_rows(Q, 3, a, b) - (a == b ? 1.0 / 3 : 0)) < 1e-13);
    trace += (Q[0] + Q[4] + Q[8]) * (Q[0] + Q[4] + Q[8]) * 3 / (double)data->n;
  }
  assert_true(fabs(trace - 1) < 0.04); /* E (tr Q)^2 = 1: the representation is irreducible */
  assert_centred_with_variance(data, 1, 0.05);
  assert_true(data->isoperimetry_c == 12); /* 4 m / (m - 2) */
  lip_dataset_free(data);
}

static void stiefel_points_are_orthonormal_and_spheres_have_their_radius(void **state)
{
  lip_sample_options options = wanted(LIP_STIEFEL, 20000, 8);
  lip_dataset *data = draw(&options);

  (void)state;
  for (size_t i = 0; i < data->n; i++)
    for (size_t a = 0; a < 2; a++)
      for (size_t b = 0; b < 2; b++)
        assert_true(fabs(product_of_rows(data->X + i * 8, 4, a, b) - (a == b ? 0.5 : 0)) < 1e-14);
  assert_centred_with_variance(data, 1, 0.05);
  lip_dataset_free(data);
  options.kind = LIP_SPHERES;
  data = draw(&options);
  for (size_t i = 0; i < data->n; i++)
    for (size_t a = 0; a < 2; a++)
      assert_true(fabs(product_of_rows(data->X + i * 8, 4, a, a) - 0.5) < 1e-14);
  assert_centred_with_variance(data, 1, 0.05);
  assert_true(fabs(data->isoperimetry_c - 4.0 / 3) < 1e-15);
  lip_dataset_free(data);
}

/* All 2^8 states weighted: E x_i x_j of the chains' ends must agree. */
static void the_spin_glass_has_the_correlations_of_the_enumerated_one(void **state)
{
  enum { D = 8, N = 60000 };
  lip_sample_options options = wanted(LIP_SPIN_GLASS, N, D);
  double J[D * D], exact[D * D] = {0}, seen[D * D] = {0}, mass = 0;
  lip_dataset *data;

  (void)state;
  options.beta = 0.24;
  data = draw(&options);
  lip_spin_couplings(3, D, J);
  for (unsigned s = 0; s < 1u << D; s++) {
    double energy = 0, weight;

    for (size_t i = 0; i < D; i++)
      for (size_t j = 0; j < i; j++) energy += J[i * D + j] * ((s >> i ^ s >> j) & 1 ? -1 : 1);
    weight = exp(options.beta * energy);
    mass += weight;
    for (size_t i = 0; i < D; i++)
      for (size_t j = 0; j < i; j++) exact[i * D + j] += (s >> i ^ s >> j) & 1 ? -weight : weight;
  }
  for (size_t r = 0; r < N; r++)
    for (size_t i = 0; i < D; i++)
      for (size_t j = 0; j < i; j++)
        seen[i * D + j] += data->X[r * D + i] * data->X[r * D + j] * D / N;
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < i; j++)
      assert_true(fabs(seen[i * D + j] - exact[i * D + j] / mass) < 5 / sqrt(N));
  assert_true(data->chain.sweeps == 50 && fabs(data->chain.drift) < 5);
  assert_true(fabs(data->chain.remaining) < 5 / sqrt(N));
  assert_true(data->chain.autocorrelation > 0.8 && data->chain.autocorrelation < 3);
  assert_true(isnan(data->isoperimetry_c));
  lip_dataset_free(data);
}

static void a_mixture_has_components_about_their_centers(void **state)
{
  enum { N = 3000, D = 40 };
  lip_sample_options options = wanted(LIP_SPHERE, N, D);
  lip_dataset *data;
  size_t sphere = 0, near_pairs = 0;

  (void)state;
  options.mixture = "cube,gaussian";
  options.spread = 20;
  data = draw(&options);
  assert_string_equal(data->kind, "mixture");
  assert_int_equal(data->components, 3);
  assert_true(fabs(data->isoperimetry_c - 40.0 / 39) < 1e-15);
  for (size_t i = 0; i < N; i++) { /* components lie far apart: neighbours of point 0 are its own */
    double squares = 0;

    for (size_t j = 0; j < D; j++) squares += pow(data->X[i * D + j] - data->X[j], 2);
    near_pairs += squares < 25;
    sphere += squares > 25;
  }
  assert_true(near_pairs > N / 3 - 150 && near_pairs < N / 3 + 150);
  assert_int_equal(near_pairs + sphere, N);
  lip_dataset_free(data);
}

static void rows_do_not_depend_on_how_many_follow(void **state)
{
  (void)state;
  for (int kind = 0; kind < LIP_SAMPLE_KINDS; kind++) {
    lip_sample_options options = wanted((lip_sample_kind)kind, 7, 36);
    lip_dataset *few, *many;

    options.labels = LIP_LABELS_FLIP;
    options.level = 0.2;
    options.mixture = "cube";
    few = draw(&options);
    options.n = 1000;
    many = draw(&options);
    assert_memory_equal(few->X, many->X, 7 * 36 * sizeof *few->X);
    assert_memory_equal(few->y, many->y, 7 * sizeof *few->y);
    lip_dataset_free(few);
    lip_dataset_free(many);
  }
}

/* Flips: y = sign with probability 1 - level; y = g + z, E z^2 = 4 level (1 - level) (U3). */
static void flipped_labels_have_their_noise_level(void **state)
{
  enum { N = 40000 };

  (void)state;
  for (int teacher = LIP_TEACHER_LINEAR; teacher <= LIP_TEACHER_NETWORK; teacher++) {
    lip_sample_options options = wanted(LIP_GAUSSIAN, N, 10);
    lip_dataset *data;
    double noise = 0, mean = 0, plus = 0;

    options.labels = LIP_LABELS_FLIP;
    options.level = 0.05;
    options.teacher = (lip_teacher)teacher;
    data = draw(&options);
    for (size_t i = 0; i < N; i++) {
      assert_true(fabs(data->y[i]) == 1 && fabs(fabs(data->g[i]) - 0.9) < 1e-15);
      assert_true(data->y[i] == data->g[i] + data->z[i] ||
                  fabs(data->y[i] - data->g[i] - data->z[i]) < 1e-15);
      noise += data->z[i] * data->z[i] / N;
      mean += data->z[i] / N;
      plus += data->g[i] > 0;
    }
    assert_true(fabs(data->noise_level - 0.19) < 1e-15 && fabs(noise - 0.19) < 0.02);
    assert_true(fabs(mean) < 5 * sqrt(0.19 / N));
    assert_true(plus > 0.1 * N && plus < 0.9 * N);
    lip_dataset_free(data);
  }
}

static void additive_noise_has_its_deviation(void **state)
{
  enum { N = 40000 };
  lip_sample_options options = wanted(LIP_SPHERE, N, 10);
  lip_dataset *data;
  double noise = 0, fourth = 0;

  (void)state;
  options.labels = LIP_LABELS_NOISE;
  options.level = 0.5;
  data = draw(&options);
  for (size_t i = 0; i < N; i++) {
    assert_true(fabs(data->g[i]) <= 1);
    noise += data->z[i] * data->z[i] / N;
    fourth += pow(data->z[i], 4) / N;
  }
  assert_true(data->noise_level == 0.25 && fabs(noise - 0.25) < 0.01);
  assert_true(fabs(fourth / (noise * noise) - 3) < 0.2);
  lip_dataset_free(data);
}

static void kinds_that_do_not_exist_in_a_dimension_are_refused(void **state)
{
  const lip_sample_options none[] = {wanted(LIP_ROTATIONS, 5, 8), wanted(LIP_ROTATIONS, 5, 4),
                                     wanted(LIP_STIEFEL, 5, 7),   wanted(LIP_STIEFEL, 5, 4),
                                     wanted(LIP_SPHERES, 5, 3),   wanted(LIP_SPHERES, 5, 2)};
  lip_sample_options options = wanted(LIP_GAUSSIAN, 5, 3);
  lip_dataset *data = NULL;

  (void)state;
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_int_equal(lip_sample(&none[i], &data, NULL), LIP_EOPTION);
  options.mixture = "cube,,sphere";
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_EOPTION);
  options = wanted(LIP_SPIN_GLASS, 5, 3);
  options.beta = 0.25;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_EOPTION);
  options = wanted(LIP_GAUSSIAN, 5, 3);
  options.labels = LIP_LABELS_FLIP;
  options.level = NAN;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_EOPTION);
  assert_null(data);
}

static void every_allocation_may_be_refused(void **state)
{
  lip_sample_options options = wanted(LIP_ROTATIONS, 6, 9);

  (void)state;
  options.mixture = "spin-glass";
  options.labels = LIP_LABELS_NOISE;
  for (size_t k = 0;; k++) {
    lip_dataset *data = NULL;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_sample(&options, &data, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_dataset_free(data);
    if (st == LIP_OK) {
      assert_true(k >= 8);
      break;
    }
    assert_int_equal(st, LIP_ENOMEM);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_solid_cube_has_diameter_one),
      cmocka_unit_test(the_hypercube_shows_that_it_is_not_isoperimetric),
      cmocka_unit_test(the_log_concave_law_has_its_second_moment),
      cmocka_unit_test(a_gaussian_with_a_small_vector_has_both_variances),
      cmocka_unit_test(rotations_are_orthogonal_and_turn_right),
      cmocka_unit_test(stiefel_points_are_orthonormal_and_spheres_have_their_radius),
      cmocka_unit_test(the_spin_glass_has_the_correlations_of_the_enumerated_one),
      cmocka_unit_test(a_mixture_has_components_about_their_centers),
      cmocka_unit_test(rows_do_not_depend_on_how_many_follow),
      cmocka_unit_test(flipped_labels_have_their_noise_level),
      cmocka_unit_test(additive_noise_has_its_deviation),
      cmocka_unit_test(kinds_that_do_not_exist_in_a_dimension_are_refused),
      cmocka_unit_test(every_allocation_may_be_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
