/* pattern_outputs.c - the semidefinite relaxation for several outputs.

   A sweep: each row of V_e in turn takes the best direction, that of g_l = sum over j != l of
   G_lj V_j, and y_l = |g_l| / |a_l' V_u| + G_ll; then V_u goes a step of power iteration on
   G_uu + sum y_l a_l a_l', with V_e following. Both steps maximise a lower bound of the convex
   objective that touches it, so that it never falls. Cost: (m + n)^2 rank for each sweep,
   (m + n)^3 / 6 for each test. */
#include "lipschitz/two_layers/pattern_outputs.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/pattern_ascent.h"

#include <math.h>
#include <string.h>

static const double MOST_SHARE = 0.95;

lip_status lip_pattern_outputs_create(size_t capacity, size_t m, lip_pattern_outputs **relax,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_outputs *made = lip_alloc_zero(1, sizeof *made);
  size_t rows = capacity + m;

  if (!made) FAIL(LIP_ENOMEM, "a relaxation");
  made->capacity = capacity;
  made->m = m;
  made->rank = (size_t)ceil(sqrt(2.0 * (double)rows)) + 1;
  made->stride = (made->rank + 7) / 8 * 8;
  made->G = lip_alloc_zero(rows, rows * sizeof *made->G);
  made->a = lip_alloc_zero(capacity, m * sizeof *made->a);
  made->V = lip_alloc_zero(rows, made->stride * sizeof *made->V);
  made->y = lip_alloc_zero(capacity, sizeof *made->y);
  made->test = lip_alloc(rows, rows * sizeof *made->test);
  made->row = lip_alloc(made->stride, 2 * sizeof *made->row);
  made->pulled = lip_alloc(m, made->stride * sizeof *made->pulled);
  if (!made->G || !made->a || !made->V || !made->y || !made->test || !made->row || !made->pulled)
    FAIL(LIP_ENOMEM, "a relaxation of %zu neurons and %zu outputs", capacity, m);
  *relax = made;
  made = NULL;
done:
  lip_pattern_outputs_free(made);
  return st;
}

void lip_pattern_outputs_free(lip_pattern_outputs *relax)
{
  if (!relax) return;
  lip_free(relax->G);
  lip_free(relax->a);
  lip_free(relax->V);
  lip_free(relax->y);
  lip_free(relax->test);
  lip_free(relax->row);
  lip_free(relax->pulled);
  lip_free(relax);
}

void lip_pattern_outputs_seen(const lip_pattern_outputs *relax, size_t l, double *q)
{
  memset(q, 0, relax->stride * sizeof *q);
  for (size_t i = 0; i < relax->m; i++)
    lip_add_multiple(relax->stride, relax->a[l * relax->m + i], relax->V + i * relax->stride, q);
}

static double length_of(const lip_pattern_outputs *relax, const double *v)
{
  return sqrt(lip_dot(relax->stride, v, v));
}

/* Gives row l of V_e the length it must have, |a_l' V_u|. */
static void fit_row(lip_pattern_outputs *relax, size_t l, double *q)
{
  double *v = relax->V + (relax->m + l) * relax->stride, length = length_of(relax, v), wanted;

  lip_pattern_outputs_seen(relax, l, q);
  wanted = length_of(relax, q);
  if (length > 0)
    for (size_t c = 0; c < relax->stride; c++) v[c] *= wanted / length;
  else
    memcpy(v, q, relax->stride * sizeof *v);
}

void lip_pattern_outputs_start(lip_pattern_outputs *relax, uint64_t seed)
{
  size_t rows = relax->m + relax->n;
  double squares;

  memset(relax->V, 0, rows * relax->stride * sizeof *relax->V);
  for (size_t i = 0; i < rows; i++)
    lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, i * relax->rank, relax->rank,
                      relax->V + i * relax->stride);
  squares = lip_dot(relax->m * relax->stride, relax->V, relax->V);
  for (size_t i = 0; i < relax->m * relax->stride; i++) relax->V[i] /= sqrt(squares);
  for (size_t l = 0; l < relax->n; l++) fit_row(relax, l, relax->row);
}

/* g <- sum over all j of G_ij V_j. */
static void pull(const lip_pattern_outputs *relax, size_t i, double *g)
{
  size_t rows = relax->m + relax->n;

  lip_pattern_pull(rows, relax->G + i * rows, relax->V, relax->stride, g);
}

static double value_of(const lip_pattern_outputs *relax)
{
  double value = 0;

  for (size_t i = 0; i < relax->m + relax->n; i++) {
    pull(relax, i, relax->row);
    value += lip_dot(relax->stride, relax->row, relax->V + i * relax->stride);
  }
  return value;
}

static void turn_row(lip_pattern_outputs *relax, size_t l)
{
  size_t stride = relax->stride, at = relax->m + l;
  double *v = relax->V + at * stride, *g = relax->row, *q = relax->row + stride;
  double own = relax->G[at * (relax->m + relax->n) + at], length, seen;

  pull(relax, at, g);
  lip_add_multiple(stride, -own, v, g);
  lip_pattern_outputs_seen(relax, l, q);
  length = length_of(relax, g);
  seen = length_of(relax, q);
  relax->y[l] = own + (seen > 0 ? length / seen : own);
  if (!(length > 0) || !(seen > 0)) return;
  for (size_t c = 0; c < stride; c++) v[c] = g[c] * (seen / length);
}

/* A step of power iteration on V_u. */
static void turn_outputs(lip_pattern_outputs *relax)
{
  size_t m = relax->m, stride = relax->stride;
  double *q = relax->row, length;

  for (size_t i = 0; i < m; i++) pull(relax, i, relax->pulled + i * stride);
  for (size_t l = 0; l < relax->n; l++) {
    lip_pattern_outputs_seen(relax, l, q);
    for (size_t i = 0; i < m; i++)
      lip_add_multiple(stride, relax->y[l] * relax->a[l * m + i], q, relax->pulled + i * stride);
  }
  length = sqrt(lip_dot(m * stride, relax->pulled, relax->pulled));
  if (!(length > 0)) return;
  for (size_t i = 0; i < m * stride; i++) relax->V[i] = relax->pulled[i] / length;
  for (size_t l = 0; l < relax->n; l++) fit_row(relax, l, q);
}

static bool sweep(void *context, double *value, const lip_control *control)
{
  lip_pattern_outputs *relax = context;
  double least = 0;
  size_t every = 1 + (size_t)1000000 / ((relax->m + relax->n) * relax->stride);

  for (size_t l = 0; l < relax->n; l++) {
    if (l % every == 0 && control && control->stop && control->stop(control->context)) return false;
    turn_row(relax, l);
  }
  for (int step = 0; step < 3; step++) turn_outputs(relax);
  for (size_t l = 0; l < relax->n; l++) least += 1e-13 * relax->y[l] / (double)relax->n;
  for (size_t l = 0; l < relax->n; l++) relax->y[l] += least;
  *value = value_of(relax);
  return true;
}

/* What y are multiplied by where the value they are about is multiplied by `factor`: less, or
   value I - sum y_l a_l a_l' would stay singular where it is (all of J in the free neurons), and
   indefinite where y are far from their best. */
static double factor_of_y(const lip_pattern_outputs *relax, double factor)
{
  return 1 + relax->share * (factor - 1);
}

static void scale(void *context, double value, double factor)
{
  lip_pattern_outputs *relax = context;

  (void)value;
  for (size_t l = 0; l < relax->n; l++) relax->y[l] *= factor_of_y(relax, factor);
}

/* First the rows of e are eliminated, then those of u. */
static bool proves(void *context, double value, double factor, const lip_control *control)
{
  lip_pattern_outputs *relax = context;
  double of_y = factor_of_y(relax, factor);
  size_t m = relax->m, n = relax->n, rows = m + n;
  double *L = relax->test;

  for (size_t i = 0; i < rows; i++) {
    size_t from = i < n ? m + i : i - n;
    const double *G = relax->G + from * rows;
    double *row = L + i * rows;

    if (i % 64 == 63 && control && control->stop && control->stop(control->context)) return false;
    for (size_t j = 0; j <= i; j++) {
      size_t to = j < n ? m + j : j - n;
      double entry = -G[to];

      if (i == j) entry += i < n ? of_y * relax->y[i] : factor * value;
      for (size_t l = 0; l < n && j >= n; l++)
        entry -= of_y * relax->y[l] * relax->a[l * m + from] * relax->a[l * m + to];
      row[j] = j < i ? (entry - lip_dot(j, row, L + j * rows)) * L[j * rows + j]
                     : entry - lip_dot(j, row, row);
    }
    if (!(row[i] > 0)) return false;
    row[i] = 1 / sqrt(row[i]);
  }
  return true;
}

static const lip_pattern_relaxation outputs = {sweep, proves, scale};

bool lip_pattern_outputs_solve(lip_pattern_outputs *relax, double below, double above,
                               size_t sweeps, double *value, const lip_control *control)
{
  *value = value_of(relax);
  relax->share = MOST_SHARE;
  return lip_pattern_ascend(&outputs, relax, below, above, sweeps, value, control);
}

double lip_pattern_outputs_bound(lip_pattern_outputs *relax, double value, double most,
                                 const lip_control *control)
{
  if (!(value > 0)) return INFINITY;
  relax->share = MOST_SHARE;
  while (relax->share > 1e-3 && !proves(relax, value, most, control)) relax->share /= 4;
  if (!(relax->share > 1e-3)) return INFINITY;
  return lip_pattern_least_factor(&outputs, relax, value, most, control);
}
