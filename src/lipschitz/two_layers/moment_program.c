/* moment_program.c - the semidefinite program of moments in (x, u): its data and its
   linear maps. A pass over all neurons costs about K rows^2 flops, in matrix products. */
#include "lipschitz/two_layers/moment_program.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/isotropic.h"

#include <math.h>
#include <string.h>

/* h_l = [w_l, b_l] scaled to length 1, h_0 = (0, ..., 0, 1); vectors v_l with lengths in weight. */
static void set_neurons(const lip_claim *claim, size_t D, double *h, double *v, double *weight)
{
  size_t d = claim->d, k = claim->k;
  double low = lip_activation_slope(claim->psi, -1), high = lip_activation_slope(claim->psi, 1);

  h[d] = 1;
  for (size_t l = 1; l <= k; l++) {
    double *form = h + l * D, *direction = v + l * d, largest;
    int exponent;

    memcpy(form, claim->W_true + (l - 1) * d, d * sizeof *form);
    form[d] = claim->b[l - 1];
    largest = lip_largest(D, form);
    (void)frexp(largest, &exponent);
    for (size_t j = 0; j < D; j++) form[j] = ldexp(form[j], -exponent);
    for (size_t j = 0; j < d; j++) {
      double value = claim->A[l - 1] * claim->W[(l - 1) * d + j];

      direction[j] = fabs(high - low) / 2 * value;
      v[j] += (high + low) / 2 * value;
    }
  }
  for (size_t l = 0; l <= k; l++) {
    weight[l] = lip_norm(d, v + l * d);
    for (size_t j = 0; j < d && weight[l] > 0; j++) v[l * d + j] /= weight[l];
  }
}

/* In coordinates B: h_l <- B'h_l, to length 1; and the powers of all forms, scaled. */
static lip_status set_features(lip_moment_program *p, double *h, double *v, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t D = p->D, K = p->K;
  double *turned = lip_alloc(K, D * sizeof *turned);

  if (!turned) FAIL(LIP_ENOMEM, "%zu hyperplanes", K);
  TRY(lip_isotropic_position(K, D, h, p->coordinates, NULL, err));
  lip_dgemm(false, false, K, D, D, 1, h, D, p->coordinates, D, 0, turned, D);
  for (size_t l = 0; l < K; l++) {
    double length = lip_norm(D, turned + l * D);

    for (size_t j = 0; j < D && length > 0; j++) turned[l * D + j] *= p->z_scale / length;
    for (size_t j = 0; j < p->d; j++) v[l * p->d + j] *= p->y_scale;
  }
  TRY(lip_moment_neurons_create(&p->rows, K, turned, v, &p->neurons, err));
done:
  lip_free(turned);
  return st;
}

static void set_places(lip_moment_program *p)
{
  const lip_moment_rows *rows = &p->rows;
  uint32_t *place = p->place;

  for (size_t i = 0; i < rows->rows; i++) {
    const uint16_t *m = rows->factor[i];
    size_t x = 0;

    while (x < rows->degree && m[x] < p->D) x++;
    p->row_scale[i] = sqrt(lip_moment_orders(x, m) * lip_moment_orders(rows->degree - x, m + x));
  }
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t j = 0; j <= i; j++, place++) {
      double scale = p->row_scale[i] * p->row_scale[j];

      *place = (uint32_t)lip_moment_place(rows, i, j);
      p->multiplicity[*place] += (i == j ? 1 : 2) * scale * scale;
    }
  for (size_t q = 0; q < rows->multipliers; q++)
    for (size_t t = 0; t < p->D + p->d; t++)
      p->of_multiplier[q * (p->D + p->d) + t] = (uint32_t)lip_moment_place_of_multiplier(rows, q,
                                                                                         t);
  for (size_t t = 0; t < p->moments; t++) /* monomials of other degrees in u: not in M */
    if (p->multiplicity[t] == 0) p->multiplicity[t] = 1;
}

/* The sparse rows of C, one at a time: entry t of constraint q is `factor` at a moment. */
static size_t constraint_entry(const lip_moment_program *p, size_t q, size_t t, double *factor)
{
  if (q + 1 == p->constraints) return lip_moment_norm_term(&p->rows, t, factor);
  *factor = t < p->D ? 1 : -1;
  return p->of_multiplier[q * (p->D + p->d) + t];
}

static size_t constraint_length(const lip_moment_program *p, size_t q)
{
  return q + 1 == p->constraints ? lip_moment_norm_terms(&p->rows) : p->D + p->d;
}

void lip_moments_constraints(const lip_moment_program *p, const double *mu, double *C_mu)
{
  for (size_t q = 0; q < p->constraints; q++) {
    C_mu[q] = 0;
    for (size_t t = 0; t < constraint_length(p, q); t++) {
      double factor;
      size_t at = constraint_entry(p, q, t, &factor);

      C_mu[q] += factor * mu[at];
    }
  }
}

void lip_moments_add_constraints(const lip_moment_program *p, const double *y, double *g)
{
  for (size_t q = 0; q < p->constraints; q++)
    for (size_t t = 0; t < constraint_length(p, q); t++) {
      double factor;
      size_t at = constraint_entry(p, q, t, &factor);

      g[at] += factor * y[q];
    }
}

/* (C diag(1/multiplicity) C')^-1 by eigenvalues. */
static lip_status invert_constraints(lip_moment_program *p, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = p->constraints;
  double *column = lip_alloc(p->moments, sizeof *column);
  double *A = lip_alloc(n, n * sizeof *A), *values = lip_alloc(2 * n, sizeof *values);

  if (!column || !A || !values) FAIL(LIP_ENOMEM, "%zu constraints", n);
  for (size_t q = 0; q < n; q++) {
    memset(column, 0, p->moments * sizeof *column);
    memset(values, 0, n * sizeof *values);
    values[q] = 1;
    for (size_t t = 0; t < constraint_length(p, q); t++) {
      double factor;
      size_t at = constraint_entry(p, q, t, &factor);

      column[at] += factor;
    }
    for (size_t i = 0; i < p->moments; i++)
      if (column[i] != 0) column[i] /= p->multiplicity[i];
    lip_moments_constraints(p, column, A + q * n);
  }
  TRY(lip_symmetric_eigen(n, A, values, true, err));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      A[i * n + j] *= values[i] > 1e-11 * values[n - 1] ? 1 / sqrt(values[i]) : 0;
  lip_dgemm(true, false, n, n, n, 1, A, n, A, n, 0, p->constraint_inverse, n);
done:
  lip_free(column);
  lip_free(A);
  lip_free(values);
  return st;
}

static lip_status allocate(lip_moment_program *p, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = p->rows.rows, K = p->K;

  p->coordinates = lip_alloc(p->D, p->D * sizeof *p->coordinates);
  p->weight = lip_alloc_zero(K, sizeof *p->weight);
  p->spread = lip_alloc_zero(p->d, p->d * sizeof *p->spread);
  p->row_scale = lip_alloc(n, sizeof *p->row_scale);
  p->place = lip_alloc(n * (n + 1) / 2, sizeof *p->place);
  p->of_multiplier = lip_alloc(p->rows.multipliers, (p->D + p->d) * sizeof *p->of_multiplier);
  p->multiplicity = lip_alloc_zero(p->moments, sizeof *p->multiplicity);
  p->constraint_inverse = lip_alloc(p->constraints, p->constraints * sizeof *p->constraint_inverse);
  p->matrix = lip_alloc(n, n * sizeof *p->matrix);
  if (!p->coordinates || !p->weight || !p->spread || !p->row_scale || !p->place ||
      !p->of_multiplier || !p->multiplicity || !p->constraint_inverse || !p->matrix)
    FAIL(LIP_ENOMEM, "moments of %zu rows", n);
done:
  return st;
}

lip_status lip_moment_program_create(const lip_claim *claim, size_t degree,
                                     lip_moment_program **program, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_program *p = lip_alloc_zero(1, sizeof *p);
  double *h = NULL, *v = NULL;

  if (!p) FAIL(LIP_ENOMEM, "a moment program");
  p->D = claim->d + 1;
  p->d = claim->d;
  p->K = claim->k + 1;
  TRY(lip_moment_rows_create(p->D, p->d, degree, &p->rows, err));
  p->moments = lip_moment_monomials(&p->rows);
  p->constraints = p->rows.multipliers + 1;
  p->z_scale = sqrt((double)p->D);
  p->y_scale = sqrt((double)p->d);
  TRY(allocate(p, err));
  h = lip_alloc_zero(p->K, p->D * sizeof *h);
  v = lip_alloc_zero(p->K, p->d * sizeof *v);
  if (!h || !v) FAIL(LIP_ENOMEM, "%zu hyperplanes", p->K);
  set_neurons(claim, p->D, h, v, p->weight);
  for (size_t l = 0; l < p->K; l++) p->total += p->weight[l];
  if (!(p->total > 0 && isfinite(p->total))) FAIL(LIP_ENUMERIC, "the weights sum to %g", p->total);
  for (size_t l = 0; l < p->K; l++) p->weight[l] /= p->total;
  set_places(p);
  TRY(set_features(p, h, v, err));
  for (size_t l = 0; l < p->K; l++)
    for (size_t i = 0; i < p->d; i++)
      lip_add_multiple(p->d, p->weight[l] * v[l * p->d + i], v + l * p->d, p->spread + i * p->d);
  TRY(invert_constraints(p, err));
  *program = p;
  p = NULL;
done:
  lip_free(h);
  lip_free(v);
  lip_moment_program_free(p);
  return st;
}

void lip_moment_program_free(lip_moment_program *p)
{
  if (!p) return;
  lip_moment_rows_clear(&p->rows);
  lip_moment_neurons_free(p->neurons);
  lip_free(p->coordinates);
  lip_free(p->weight);
  lip_free(p->spread);
  lip_free(p->row_scale);
  lip_free(p->place);
  lip_free(p->of_multiplier);
  lip_free(p->multiplicity);
  lip_free(p->constraint_inverse);
  lip_free(p->matrix);
  lip_free(p);
}

/* E of a monomial on the unit sphere of dimension n: product of (a_i - 1)!! over its exponents a_i,
   over n (n + 2) (n + 4) ...; 0 where one is odd. */
static double mean_on_sphere(double n, size_t count, const uint16_t *ascending)
{
  double mean = 1;
  size_t run = 0;

  for (size_t t = 0; t < count; t++) {
    run = t > 0 && ascending[t] == ascending[t - 1] ? run + 1 : 1;
    if (run % 2 == 1 && (t + 1 == count || ascending[t + 1] != ascending[t])) return 0;
    if (run % 2 == 0) mean *= (double)run - 1;
    if (t % 2 == 1) mean /= n + (double)t - 1;
  }
  return mean;
}

/* The variables of two rows, ascending. */
static void merge(size_t count, const uint16_t *s, const uint16_t *t, uint16_t *merged)
{
  size_t i = 0, j = 0;

  while (i + j < 2 * count)
    if (j == count || (i < count && s[i] <= t[j])) {
      merged[i + j] = s[i];
      i++;
    } else {
      merged[i + j] = t[j];
      j++;
    }
}

void lip_moments_uniform(const lip_moment_program *p, double *mu)
{
  const uint32_t *place = p->place;
  size_t degree = p->rows.degree;

  memset(mu, 0, p->moments * sizeof *mu);
  for (size_t i = 0; i < p->rows.rows; i++)
    for (size_t j = 0; j <= i; j++, place++) {
      uint16_t m[2 * LIP_MOST_ROW_DEGREE];
      size_t x = 0;

      merge(degree, p->rows.factor[i], p->rows.factor[j], m);
      while (x < 2 * degree && m[x] < p->D) x++;
      mu[*place] = mean_on_sphere((double)p->D, x, m) *
                   mean_on_sphere((double)p->d, 2 * degree - x, m + x);
    }
}

void lip_moments_matrix(const lip_moment_program *p, const double *mu, double *M)
{
  size_t n = p->rows.rows;
  const uint32_t *place = p->place;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) M[i * n + j] = p->row_scale[i] * p->row_scale[j] * mu[*place++];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) M[j * n + i] = M[i * n + j];
}

void lip_moments_adjoint(const lip_moment_program *p, const double *X, double *g)
{
  size_t n = p->rows.rows;
  const uint32_t *place = p->place;

  memset(g, 0, p->moments * sizeof *g);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++)
      g[*place++] += p->row_scale[i] * p->row_scale[j] * (X[i * n + j] + X[j * n + i]);
    g[*place++] += p->row_scale[i] * p->row_scale[i] * X[i * n + i];
  }
}

void lip_moments_multipliers(const lip_moment_program *p, const double *g, double *y, double *work)
{
  double *product = work + p->moments;

  for (size_t i = 0; i < p->moments; i++) work[i] = g[i] / p->multiplicity[i];
  lip_moments_constraints(p, work, product);
  lip_dgemv(false, p->constraints, p->constraints, -1, p->constraint_inverse, p->constraints,
            product, 0, y);
}
