/* moment_splitting.c - solves the moment program by splitting (ADMM with over-relaxation).

   Moments mu, and of each neuron the odd moments o_l of (|z|, y sign z), against semidefinite
   copies Z of M(mu) and Z_l of the blocks: alternately mu, o by least squares (conjugate gradients,
   preconditioned by the multiplicities, on the constraints of the spheres), the copies by
   projection, and duals. Source: Wen, Goldfarb, Yin, Math. Prog. Comp. 2 (2010).
   Cost: an eigendecomposition of order rows and six passes over the neurons a step. */
#include "lipschitz/two_layers/moment_splitting.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { CG_STEPS = 2 };
static const double SMALL_PENALTY[] = {450, 4500}; /* times D^(-2 degree) / sqrt(K); by trials */
static const double FIRST_STEP = 0.2, RELAXATION = 1.8;

/* Duals to start from: y sign(z) <= (y^2 + 1) / 2, for scaled y, and |x|^.. u'(top I - spread)u. */
static void start_duals(lip_moment_splitting *s)
{
  const lip_moment_program *p = s->program;
  const lip_half_plane *plane = &s->places.plane;
  size_t n = p->rows.rows, d = p->d, y = 0;
  double half = 0.5 / p->y_scale, top = 0;

  while (plane->of_S[y][0] != 0 || plane->of_S[y][1] != 1) y++;
  for (size_t l = 0; l < p->K; l++) {
    double *dual = s->small_dual + l * LIP_HALF_ENTRIES;
    double value = -half * p->weight[l] / (s->step * s->penalty[l]);

    dual[0] = dual[y * plane->S + y] = value;
    dual[y] = dual[y * plane->S] = -value;
  }
  for (size_t i = 0; i < d; i++) {
    double sum = 0;

    for (size_t j = 0; j < d; j++) sum += fabs(p->spread[i * d + j]);
    top = fmax(top, sum);
  }
  for (size_t q = 0; q < p->rows.xu; q += d)
    for (size_t i = 0; i < d; i++)
      for (size_t j = 0; j < d; j++)
        s->big_dual[(p->rows.x + q + i) * n + p->rows.x + q + j] =
            -half * ((i == j ? top : 0) - p->spread[i * d + j]) / s->step;
}

static void start(lip_moment_splitting *s)
{
  const lip_moment_program *p = s->program;
  size_t n = p->rows.rows;
  double small = SMALL_PENALTY[p->rows.degree - 2] / pow((double)p->D, 2 * (double)p->rows.degree) /
                 sqrt((double)p->K);

  s->step = FIRST_STEP;
  lip_moments_uniform(p, s->mu);
  lip_moments_matrix(p, s->mu, s->big);
  memset(s->big_dual, 0, n * n * sizeof *s->big_dual);
  lip_moment_neurons_contract(p->neurons, s->mu, s->even);
  for (size_t l = 0; l < p->K; l++) {
    double *moments = s->neuron + l * LIP_HALF_MONOMIALS;
    double *block = s->small + l * LIP_HALF_ENTRIES;

    memset(moments, 0, LIP_HALF_MONOMIALS * sizeof *moments);
    moments[0] = 1;
    for (size_t t = 0; t < s->places.plane.monomials; t++)
      if (s->places.even[t] >= 0)
        moments[t] = s->even[l * LIP_MOST_EVEN + (size_t)s->places.even[t]];
    lip_half_plane_blocks(&s->places, moments, block);
    lip_half_plane_project(&s->places, block);
    s->penalty[l] = small * fmax(p->weight[l] * (double)p->K, 1e-3);
  }
  start_duals(s);
}

lip_status lip_moment_splitting_create(const lip_moment_program *p,
                                       lip_moment_splitting **splitting, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_splitting *s = lip_alloc_zero(1, sizeof *s);
  size_t n = p->rows.rows, N = p->moments, K = p->K;

  if (!s) FAIL(LIP_ENOMEM, "a splitting");
  s->program = p;
  s->places = lip_half_plane_places_make(&p->rows);
  s->mu = lip_alloc(N, sizeof(double));
  s->neuron = lip_alloc(K, LIP_HALF_MONOMIALS * sizeof(double));
  s->big = lip_alloc(n, n * sizeof(double));
  s->big_dual = lip_alloc(n, n * sizeof(double));
  s->small = lip_alloc(K, LIP_HALF_ENTRIES * sizeof(double));
  s->small_dual = lip_alloc_zero(K, LIP_HALF_ENTRIES * sizeof(double));
  s->penalty = lip_alloc(K, sizeof(double));
  s->g = lip_alloc(N, sizeof(double));
  s->residual = lip_alloc(N, sizeof(double));
  s->image = lip_alloc(N, sizeof(double));
  s->direction = lip_alloc_zero(N, sizeof(double));
  s->even = lip_alloc(K, LIP_MOST_EVEN * sizeof(double));
  s->even_moved = lip_alloc_zero(K, LIP_MOST_EVEN * sizeof(double));
  s->coefficient = lip_alloc_zero(K, LIP_MOST_EVEN * sizeof(double));
  s->multipliers = lip_alloc(p->constraints, sizeof(double));
  s->scratch = lip_alloc(N + p->constraints, sizeof(double));
  s->M = lip_alloc(n, n * sizeof(double));
  s->V = lip_alloc(n, n * sizeof(double));
  s->values = lip_alloc(n, sizeof(double));
  if (!s->mu || !s->neuron || !s->big || !s->big_dual || !s->small || !s->small_dual ||
      !s->penalty || !s->g || !s->residual || !s->image || !s->direction || !s->even ||
      !s->even_moved || !s->coefficient || !s->multipliers || !s->scratch || !s->M || !s->V ||
      !s->values)
    FAIL(LIP_ENOMEM, "moments of %zu rows", n);
  start(s);
  *splitting = s;
  s = NULL;
done:
  lip_moment_splitting_free(s);
  return st;
}

void lip_moment_splitting_free(lip_moment_splitting *s)
{
  if (!s) return;
  lip_free(s->mu);
  lip_free(s->neuron);
  lip_free(s->big);
  lip_free(s->big_dual);
  lip_free(s->small);
  lip_free(s->small_dual);
  lip_free(s->penalty);
  lip_free(s->g);
  lip_free(s->residual);
  lip_free(s->image);
  lip_free(s->direction);
  lip_free(s->even);
  lip_free(s->even_moved);
  lip_free(s->coefficient);
  lip_free(s->multipliers);
  lip_free(s->scratch);
  lip_free(s->M);
  lip_free(s->V);
  lip_free(s->values);
  lip_free(s);
}

/* The residual of the least squares of mu; the odd moments that go with even ones of 0. */
static void set_residual(lip_moment_splitting *s)
{
  const lip_moment_program *p = s->program;
  size_t n = p->rows.rows, count = s->places.count;

  for (size_t l = 0; l < p->K; l++) {
    double wanted[LIP_HALF_ENTRIES], sum[LIP_HALF_MONOMIALS];
    double *out = s->coefficient + l * LIP_MOST_EVEN;

    for (size_t e = 0, at = l * LIP_HALF_ENTRIES; e < s->places.entries; e++, at++)
      wanted[e] = s->small[at] - s->small_dual[at];
    lip_half_plane_adjoint(&s->places, wanted, sum);
    sum[LIP_HALF_Y] += p->weight[l] / p->y_scale / (s->step * s->penalty[l]);
    lip_half_plane_eliminate(&s->places, sum, s->neuron + l * LIP_HALF_MONOMIALS, out);
    for (size_t t = 0; t < count; t++)
      out[t] = s->penalty[l] *
               (out[t] - lip_dot(count, s->places.reduced[t], s->even + l * LIP_MOST_EVEN));
  }
  lip_moment_neurons_gather(p->neurons, s->coefficient, s->residual);
  for (size_t i = 0; i < n * n; i++) s->M[i] = s->big[i] - s->big_dual[i];
  lip_moments_adjoint(p, s->M, s->g);
  for (size_t i = 0; i < p->moments; i++) s->residual[i] += s->g[i] - p->multiplicity[i] * s->mu[i];
}

/* out = the matrix of the least squares times the direction.  return  direction.out */
static double normal_product(lip_moment_splitting *s, double *out)
{
  const lip_moment_program *p = s->program;
  size_t count = s->places.count;

  lip_moment_neurons_contract(p->neurons, s->direction, s->even_moved);
  for (size_t l = 0; l < p->K; l++)
    for (size_t t = 0; t < count; t++)
      s->coefficient[l * LIP_MOST_EVEN + t] = s->penalty[l] *
                                              lip_dot(count, s->places.reduced[t],
                                                      s->even_moved + l * LIP_MOST_EVEN);
  lip_moment_neurons_gather(p->neurons, s->coefficient, out);
  for (size_t i = 0; i < p->moments; i++) out[i] += p->multiplicity[i] * s->direction[i];
  return lip_dot(p->moments, s->direction, out);
}

/* out = preconditioned x, on the constraints */
static void precondition(lip_moment_splitting *s, const double *x, double *out)
{
  const lip_moment_program *p = s->program;

  lip_moments_multipliers(p, x, s->multipliers, s->scratch);
  memcpy(out, x, p->moments * sizeof *out);
  lip_moments_add_constraints(p, s->multipliers, out);
  for (size_t i = 0; i < p->moments; i++) out[i] /= p->multiplicity[i];
}

/* mu and what the neurons have from it, by conjugate gradients from where they are. */
static void solve_moments(lip_moment_splitting *s)
{
  size_t N = s->program->moments, E = s->program->K * LIP_MOST_EVEN;
  double before = 0;

  set_residual(s);
  memset(s->direction, 0, N * sizeof *s->direction);
  for (int i = 0; i < CG_STEPS; i++) {
    double along, step;

    precondition(s, s->residual, s->image);
    along = lip_dot(N, s->residual, s->image);
    if (!(along > 0)) return;
    for (size_t t = 0; t < N; t++)
      s->direction[t] = s->image[t] + (i > 0 ? along / before * s->direction[t] : 0);
    step = along / normal_product(s, s->g);
    lip_add_multiple(N, step, s->direction, s->mu);
    lip_add_multiple(E, step, s->even_moved, s->even);
    lip_add_multiple(N, -step, s->g, s->residual);
    before = along;
  }
}

/* P = the nearest semidefinite matrix to M (destroyed). */
static lip_status project(size_t n, double *M, double *V, double *values, double *P, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t negative = 0, count;
  double sign;

  memcpy(V, M, n * n * sizeof *V);
  TRY(lip_symmetric_eigen(n, V, values, true, err));
  while (negative < n && values[negative] < 0) negative++;
  sign = negative < n - negative ? -1 : 1; /* take off the negative part, or add up the positive */
  count = sign < 0 ? negative : n - negative;
  if (sign < 0)
    memcpy(P, M, n * n * sizeof *P);
  else
    memset(P, 0, n * n * sizeof *P);
  V += (sign < 0 ? 0 : negative) * n;
  values += sign < 0 ? 0 : negative;
  for (size_t e = 0; e < count; e++) {
    double root = sqrt(fabs(values[e]));

    for (size_t i = 0; i < n; i++) V[e * n + i] *= root;
  }
  lip_dgemm(true, false, n, n, count, 1, V, n, V, n, 1, P, n);
done:
  return st;
}

/* The moments of all neurons from mu: the odd ones, of even ones of 0, are those of right_side. */
static void set_neuron_moments(lip_moment_splitting *s)
{
  const lip_half_plane_places *places = &s->places;

  for (size_t l = 0; l < s->program->K; l++) {
    double *moments = s->neuron + l * LIP_HALF_MONOMIALS;
    const double *even = s->even + l * LIP_MOST_EVEN;

    for (size_t t = 0; t < places->count; t++) moments[places->at[t]] = even[t];
    for (size_t i = 0; i < places->odd_count; i++)
      moments[places->odd[i]] -= lip_dot(places->count, places->odd_of_even[i], even);
  }
}

static void project_small(lip_moment_splitting *s, double *apart, double *moved)
{
  for (size_t l = 0; l < s->program->K; l++) {
    double before[LIP_HALF_ENTRIES], relaxed[LIP_HALF_ENTRIES], x[LIP_HALF_ENTRIES];
    double *block = s->small + l * LIP_HALF_ENTRIES, *dual = s->small_dual + l * LIP_HALF_ENTRIES;

    memcpy(before, block, sizeof before);
    lip_half_plane_blocks(&s->places, s->neuron + l * LIP_HALF_MONOMIALS, x);
    for (size_t e = 0; e < s->places.entries; e++)
      block[e] = relaxed[e] = RELAXATION * x[e] + (1 - RELAXATION) * before[e] + dual[e];
    lip_half_plane_project(&s->places, block);
    for (size_t e = 0; e < s->places.entries; e++) {
      dual[e] = relaxed[e] - block[e];
      *apart += s->penalty[l] * (x[e] - block[e]) * (x[e] - block[e]);
      *moved += s->penalty[l] * (block[e] - before[e]) * (block[e] - before[e]);
    }
  }
}

lip_status lip_moment_splitting_step(lip_moment_splitting *s, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_moment_program *p = s->program;
  size_t n = p->rows.rows;
  double apart = 0, moved = 0, *X = p->matrix;

  solve_moments(s);
  set_neuron_moments(s);
  project_small(s, &apart, &moved);
  lip_moments_matrix(p, s->mu, X);
  for (size_t i = 0; i < n * n; i++) {
    s->M[i] = RELAXATION * X[i] + (1 - RELAXATION) * s->big[i] + s->big_dual[i];
    s->big_dual[i] = s->big[i]; /* kept for a moment: where it was */
  }
  TRY(project(n, s->M, s->V, s->values, s->big, err));
  for (size_t i = 0; i < n * n; i++) {
    apart += (X[i] - s->big[i]) * (X[i] - s->big[i]);
    moved += (s->big[i] - s->big_dual[i]) * (s->big[i] - s->big_dual[i]);
    s->big_dual[i] = s->M[i] - s->big[i];
  }
  s->primal = sqrt(apart);
  s->dual = sqrt(moved);
done:
  return st;
}

void lip_moment_splitting_balance(lip_moment_splitting *s)
{
  double factor = s->primal > 2 * s->dual ? 1.5 : s->dual > 2 * s->primal ? 1 / 1.5 : 1;
  size_t n = s->program->rows.rows;

  s->step *= factor;
  for (size_t i = 0; i < n * n; i++) s->big_dual[i] /= factor;
  for (size_t i = 0; i < s->program->K * LIP_HALF_ENTRIES; i++) s->small_dual[i] /= factor;
}
