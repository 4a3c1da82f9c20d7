/* test_moment_rows.c - forms in (x, u) written in monomials have the values that they should. */
#include "certificate/two_layers/moment_rows.h"

#include "networks.h"

#include "base/memory.h"
#include "linalg/dgemm.h"
#include "lipschitz/two_layers/moment_neurons.h"

enum { D = 4, d = 3, K = 133 };

static double dot(size_t n, const double *x, const double *y)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

static void random_numbers(uint64_t seed, size_t count, double *values)
{
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, count, values);
}

/* The rows at a point. */
static void rows_at(const lip_moment_rows *rows, const double *t, double *m)
{
  for (size_t i = 0; i < rows->rows; i++) {
    m[i] = 1;
    for (size_t f = 0; f < rows->degree; f++) m[i] *= t[rows->factor[i][f]];
  }
}

static void forms_have_the_values_of_their_powers(void **state)
{
  (void)state;
  for (size_t degree = 2; degree <= 3; degree++) {
    lip_moment_rows rows;
    lip_moment_feature feature[LIP_MOMENT_FEATURES];
    double h[K * D], v[K * d], t[D + d], out[K * LIP_MOST_EVEN], coefficient[K * LIP_MOST_EVEN];

    assert_int_equal(lip_moment_rows_create(D, d, degree, &rows, NULL), LIP_OK);
    size_t n = rows.rows;
    double *m = lip_alloc(n, sizeof *m), *M = lip_alloc(n, n * sizeof *M), value = 0, sum = 0;
    double *work = lip_alloc(lip_moment_work(&rows, K), sizeof *work);

    assert_true(m && M && work);
    random_numbers(1, K * D, h);
    random_numbers(2, K * d, v);
    random_numbers(3, D + d, t);
    random_numbers(4, K * LIP_MOST_EVEN, coefficient);
    assert_int_equal(lip_moment_features_create(&rows, K, h, v, feature, NULL), LIP_OK);
    rows_at(&rows, t, m);
    double *mu = lip_alloc_zero(lip_moment_monomials(&rows), sizeof *mu);
    double *g = lip_alloc(lip_moment_monomials(&rows), sizeof *g);
    lip_moment_neurons *neurons = NULL;

    assert_true(mu && g);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) mu[lip_moment_place(&rows, i, j)] = m[i] * m[j];
    assert_int_equal(lip_moment_neurons_create(&rows, K, h, v, &neurons, NULL), LIP_OK);
    lip_moment_neurons_contract(neurons, mu, out);
    for (size_t l = 0; l < K; l++)
      for (size_t e = 0; e < lip_moment_even_count(&rows); e++) {
        unsigned i, j;

        lip_moment_even_power(&rows, e, &i, &j);
        value = pow(dot(D, h + l * D, t), i) * pow(dot(d, v + l * d, t + D), j) *
                pow(dot(D, t, t), (double)(2 * degree - i - j) / 2);
        assert_true(fabs(out[l * LIP_MOST_EVEN + e] - value) <= 1e-11 * (1 + fabs(value)));
        sum += coefficient[l * LIP_MOST_EVEN + e] * value;
      }
    lip_moment_neurons_gather(neurons, coefficient, g);
    value = dot(lip_moment_monomials(&rows), g, mu);
    assert_true(fabs(value - sum) <= 1e-10 * (1 + fabs(sum)));
    lip_moment_gram(&rows, feature, K, coefficient, work, M);
    value = 0;
    for (size_t i = 0; i < n; i++) value += m[i] * dot(n, M + i * n, m);
    assert_true(fabs(value - sum) <= 1e-10 * (1 + fabs(sum)));
    lip_moment_features_clear(feature);
    lip_moment_rows_clear(&rows);
    lip_free(m);
    lip_free(M);
    lip_free(work);
    lip_moment_neurons_free(neurons);
    lip_free(mu);
    lip_free(g);
  }
}

/* Every monomial has one place, and equal products of rows have equal ones. */
static void places_are_those_of_products(void **state)
{
  (void)state;
  for (size_t degree = 2; degree <= 3; degree++) {
    lip_moment_rows rows;
    double t[D + d], m[200], norm = 0, value;

    assert_int_equal(lip_moment_rows_create(D, d, degree, &rows, NULL), LIP_OK);
    assert_true(rows.rows <= 200);
    size_t count = lip_moment_monomials(&rows);
    double *at = lip_alloc_zero(count, sizeof *at);

    assert_non_null(at);
    random_numbers(5, D + d, t);
    rows_at(&rows, t, m);
    for (size_t i = 0; i < rows.rows; i++)
      for (size_t j = 0; j < rows.rows; j++) {
        size_t place = lip_moment_place(&rows, i, j);

        assert_true(place < count);
        if (at[place] != 0) assert_true(fabs(at[place] - m[i] * m[j]) <= 1e-12 * fabs(at[place]));
        at[place] = m[i] * m[j];
      }
    for (size_t q = 0; q < rows.multipliers; q++)
      for (size_t s = 0; s < D + d; s++) {
        value = t[s] * t[s];
        for (size_t f = 0; f < 2 * degree - 2; f++) value *= t[rows.multiplier[q][f]];
        assert_true(fabs(at[lip_moment_place_of_multiplier(&rows, q, s)] - value) <=
                    1e-12 * fabs(value));
      }
    for (size_t s = 0; s < lip_moment_norm_terms(&rows); s++) {
      double times;

      value = at[lip_moment_norm_term(&rows, s, &times)];
      norm += times * value;
    }
    value = pow(dot(D, t, t), (double)degree - 1) * dot(d, t + D, t + D);
    assert_true(fabs(norm - value) <= 1e-12 * value);
    lip_free(at);
    lip_moment_rows_clear(&rows);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms_have_the_values_of_their_powers),
      cmocka_unit_test(places_are_those_of_products),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
