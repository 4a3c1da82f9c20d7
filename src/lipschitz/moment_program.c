/* moment_program.c - the semidefinite program of degree-4 moments in (x, u): its data and its
   linear maps. A pass over all neurons costs about K rows^2 flops, in matrix products. */
#include "lipschitz/moment_program.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "lipschitz/isotropic.h"

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

/* In coordinates B: h_l <- B'h_l, to length 1; and the squares of all forms, scaled. */
static lip_status set_squares(lip_moment_program *p, double *h, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_quartic_rows *rows = &p->rows;
  size_t D = p->D, K = p->K;
  double *turned = lip_alloc(K, D * sizeof *turned);

  if (!turned) FAIL(LIP_ENOMEM, "%zu hyperplanes", K);
  TRY(lip_isotropic_position(K, D, h, p->coordinates, NULL, err));
  lip_dgemm(false, false, K, D, D, 1, h, D, p->coordinates, D, 0, turned, D);
  for (size_t l = 0; l < K; l++) {
    double length = lip_norm(D, turned + l * D);

    for (size_t j = 0; j < D && length > 0; j++) turned[l * D + j] *= p->z_scale / length;
    for (size_t j = 0; j < p->d; j++) p->v[l * p->d + j] *= p->y_scale;
  }
  lip_quartic_squares(rows, K, turned, p->v, p->zz, p->zy, p->yy);
  for (size_t l = 0; l < K; l++) { /* from monomials to orthonormal rows */
    for (size_t i = 0; i < rows->xx; i++) p->zz[l * rows->xx + i] /= p->row_scale[i];
    for (size_t i = 0; i < rows->uu; i++)
      p->yy[l * rows->uu + i] /= p->row_scale[rows->xx + rows->xu + i];
  }
done:
  lip_free(turned);
  return st;
}

static void set_places(lip_moment_program *p)
{
  const lip_quartic_rows *rows = &p->rows;
  uint32_t *place = p->place;

  for (size_t i = 0; i < rows->rows; i++)
    p->row_scale[i] = rows->factor[i][0] == rows->factor[i][1] ? 1 : sqrt(2);
  for (size_t i = rows->xx; i < rows->xx + rows->xu; i++) p->row_scale[i] = 1;
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t j = 0; j <= i; j++, place++) {
      double scale = p->row_scale[i] * p->row_scale[j];

      *place = (uint32_t)lip_quartic_place_of_rows(rows, i, j);
      p->multiplicity[*place] += (i == j ? 1 : 2) * scale * scale;
    }
}

/* The sparse rows of C, one at a time: entry t of constraint q is `sign` at a moment. */
static size_t constraint_entry(const lip_moment_program *p, size_t q, size_t t, double *sign)
{
  const uint16_t *row;

  *sign = 1;
  if (q + 1 == p->constraints)
    return lip_quartic_place(t / p->d, t / p->d, p->D + t % p->d, p->D + t % p->d);
  row = p->rows.factor[q];
  *sign = t < p->D ? 1 : -1;
  return lip_quartic_place(row[0], row[1], t, t);
}

static size_t constraint_length(const lip_moment_program *p, size_t q)
{
  return q + 1 == p->constraints ? p->D * p->d : p->D + p->d;
}

void lip_moments_constraints(const lip_moment_program *p, const double *mu, double *C_mu)
{
  for (size_t q = 0; q < p->constraints; q++) {
    C_mu[q] = 0;
    for (size_t t = 0; t < constraint_length(p, q); t++) {
      double sign;
      size_t at = constraint_entry(p, q, t, &sign);

      C_mu[q] += sign * mu[at];
    }
  }
}

void lip_moments_add_constraints(const lip_moment_program *p, const double *y, double *g)
{
  for (size_t q = 0; q < p->constraints; q++)
    for (size_t t = 0; t < constraint_length(p, q); t++) {
      double sign;
      size_t at = constraint_entry(p, q, t, &sign);

      g[at] += sign * y[q];
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
      double sign;
      size_t at = constraint_entry(p, q, t, &sign);

      column[at] += sign;
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
  p->v = lip_alloc_zero(K, p->d * sizeof *p->v);
  p->zz = lip_alloc(K, p->rows.xx * sizeof *p->zz);
  p->zy = lip_alloc(K, p->rows.xu * sizeof *p->zy);
  p->yy = lip_alloc(K, p->rows.uu * sizeof *p->yy);
  p->row_scale = lip_alloc(n, sizeof *p->row_scale);
  p->place = lip_alloc(n * (n + 1) / 2, sizeof *p->place);
  p->multiplicity = lip_alloc_zero(p->moments, sizeof *p->multiplicity);
  p->constraint_inverse = lip_alloc(p->constraints, p->constraints * sizeof *p->constraint_inverse);
  p->work = lip_alloc(K, n * sizeof *p->work);
  p->matrix = lip_alloc(n, n * sizeof *p->matrix);
  if (!p->coordinates || !p->weight || !p->v || !p->zz || !p->zy || !p->yy || !p->row_scale ||
      !p->place || !p->multiplicity || !p->constraint_inverse || !p->work || !p->matrix)
    FAIL(LIP_ENOMEM, "moments of %zu rows", n);
done:
  return st;
}

lip_status lip_moment_program_create(const lip_claim *claim, lip_moment_program **program,
                                     lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_program *p = lip_alloc_zero(1, sizeof *p);
  double *h = NULL;

  if (!p) FAIL(LIP_ENOMEM, "a moment program");
  p->D = claim->d + 1;
  p->d = claim->d;
  p->K = claim->k + 1;
  TRY(lip_quartic_rows_create(p->D, p->d, true, &p->rows, err));
  p->moments = lip_quartic_monomials(&p->rows);
  p->constraints = p->rows.rows + 1;
  p->z_scale = sqrt((double)p->D);
  p->y_scale = sqrt((double)p->d);
  TRY(allocate(p, err));
  h = lip_alloc_zero(p->K, p->D * sizeof *h);
  if (!h) FAIL(LIP_ENOMEM, "%zu hyperplanes", p->K);
  set_neurons(claim, p->D, h, p->v, p->weight);
  for (size_t l = 0; l < p->K; l++) p->total += p->weight[l];
  if (!(p->total > 0 && isfinite(p->total))) FAIL(LIP_ENUMERIC, "the weights sum to %g", p->total);
  for (size_t l = 0; l < p->K; l++) p->weight[l] /= p->total;
  set_places(p);
  TRY(set_squares(p, h, err));
  TRY(invert_constraints(p, err));
  *program = p;
  p = NULL;
done:
  lip_free(h);
  lip_moment_program_free(p);
  return st;
}

void lip_moment_program_free(lip_moment_program *p)
{
  if (!p) return;
  lip_quartic_rows_clear(&p->rows);
  lip_free(p->coordinates);
  lip_free(p->weight);
  lip_free(p->v);
  lip_free(p->zz);
  lip_free(p->zy);
  lip_free(p->yy);
  lip_free(p->row_scale);
  lip_free(p->place);
  lip_free(p->multiplicity);
  lip_free(p->constraint_inverse);
  lip_free(p->work);
  lip_free(p->matrix);
  lip_free(p);
}

/* E of a product of four coordinates of a uniform point on the sphere of dimension n, times n
   (n + 2): the number of ways to pair them up. */
static double pairings(size_t a, size_t b, size_t c, size_t e)
{
  return (a == b && c == e) + (a == c && b == e) + (a == e && b == c);
}

void lip_moments_uniform(const lip_moment_program *p, double *mu)
{
  double D = (double)p->D, d = (double)p->d;
  const uint32_t *place = p->place;

  memset(mu, 0, p->moments * sizeof *mu);
  for (size_t i = 0; i < p->rows.rows; i++)
    for (size_t j = 0; j <= i; j++, place++) {
      const uint16_t *s = p->rows.factor[i], *t = p->rows.factor[j];
      int in_u = (s[0] >= p->D) + (s[1] >= p->D) + (t[0] >= p->D) + (t[1] >= p->D);

      mu[*place] = pairings(s[0], s[1], t[0], t[1]) > 0 ? pairings(s[0], s[1], t[0], t[1]) : 0;
      mu[*place] /= in_u == 0 ? D * (D + 2) : in_u == 4 ? d * (d + 2) : D * d;
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

/* out_l = a_l' B b_l, where work = a B has `stride` columns from b's first. */
static void inner_products(size_t K, size_t n, const double *work, size_t stride, const double *b,
                           double *out)
{
  for (size_t l = 0; l < K; l++)
    out[l * LIP_EVEN_QUARTIC] = lip_dot(n, work + l * stride, b + l * n);
}

/* sum over i of the rows x_i x_i, columns first..first + n */
static void contract_x(const lip_moment_program *p, const double *M, size_t first, size_t n,
                       double *sum)
{
  memset(sum, 0, n * sizeof *sum);
  for (size_t t = 0; t < p->rows.xx; t++)
    if (p->rows.factor[t][0] == p->rows.factor[t][1])
      for (size_t i = 0; i < n; i++) sum[i] += M[t * p->rows.rows + first + i];
}

void lip_moments_of_neurons(const lip_moment_program *p, const double *mu, double *out)
{
  const lip_quartic_rows *r = &p->rows;
  size_t n = r->rows, K = p->K, xx = r->xx, xu = r->xu, uu = r->uu, d = p->d, D = p->D;
  double *M = p->matrix, *work = p->work;

  lip_moments_matrix(p, mu, M);
  lip_dgemm(false, false, K, n, xx, 1, p->zz, xx, M, n, 0, work, n);
  inner_products(K, xx, work, n, p->zz, out + LIP_Z4);
  inner_products(K, xu, work + xx, n, p->zy, out + LIP_Z3Y);
  inner_products(K, uu, work + xx + xu, n, p->yy, out + LIP_Z2Y2);
  lip_dgemm(false, false, K, uu, xu, 1, p->zy, xu, M + xx * n + xx + xu, n, 0, work, uu);
  inner_products(K, uu, work, uu, p->yy, out + LIP_ZY3);
  lip_dgemm(false, false, K, uu, uu, 1, p->yy, uu, M + (xx + xu) * n + xx + xu, n, 0, work, uu);
  inner_products(K, uu, work, uu, p->yy, out + LIP_Y4);
  contract_x(p, M, 0, xx + xu, work);
  for (size_t l = 0; l < K; l++) {
    out[l * LIP_EVEN_QUARTIC + LIP_Z2] = lip_dot(xx, work, p->zz + l * xx);
    out[l * LIP_EVEN_QUARTIC + LIP_ZY] = lip_dot(xu, work + xx, p->zy + l * xu);
  }
  memset(work, 0, d * d * sizeof *work); /* E uu' |x|^2 */
  for (size_t i = 0; i < D; i++)
    for (size_t a = 0; a < d; a++)
      lip_add_multiple(d, 1, M + (xx + i * d + a) * n + xx + i * d, work + a * d);
  for (size_t l = 0; l < K; l++) {
    double sum = 0;

    for (size_t a = 0; a < d; a++) sum += p->v[l * d + a] * lip_dot(d, work + a * d, p->v + l * d);
    out[l * LIP_EVEN_QUARTIC + LIP_Y2] = sum;
  }
}

void lip_moments_from_neurons(const lip_moment_program *p, const double *coefficient, double *g)
{
  lip_quartic_gram(&p->rows, p->K, p->v, p->zz, p->zy, p->yy, coefficient, p->work, p->matrix);
  lip_moments_adjoint(p, p->matrix, g);
}

void lip_moments_multipliers(const lip_moment_program *p, const double *g, double *y, double *work)
{
  double *product = work + p->moments;

  for (size_t i = 0; i < p->moments; i++) work[i] = g[i] / p->multiplicity[i];
  lip_moments_constraints(p, work, product);
  lip_dgemv(false, p->constraints, p->constraints, -1, p->constraint_inverse, p->constraints,
            product, 0, y);
}
