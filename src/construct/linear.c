/* linear.c - min-norm interpolation: w = X'(XX')^-1 y, one neuron with the identity.

   Of all linear functions through the data the one of least constant, |w| = sqrt(y'(XX')^-1 y),
   which is at most sqrt(2n) where XX' >= I/2 (two-layer paper 3.1; theory.md B5).
   Solved by Cholesky and steps of refinement with the residual y - Xw; where XX' is numerically
   singular, by its eigenvalues.
   cost    n^2 d + n^3/3 flops, n^2 doubles
   limits  n <= d */
#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REFINEMENTS = 3, POWER_STEPS = 40 };

/* A residual below this, relative to the labels, is a fit. */
static const double fits = 1e-9;

/* The map r -> (XX')^-1 r, by one factorisation or the other. */
typedef struct inverse {
  size_t n;
  double *L;      /* n x n: Cholesky's factor, or the eigenvectors as rows */
  double *values; /* eigenvalues, ascending; NULL: L is Cholesky's */
  double *work;   /* n */
} inverse;

static void apply(const inverse *map, double *r)
{
  size_t n = map->n;
  double floor = map->values ? 1e-13 * (double)n * map->values[n - 1] : 0;

  if (!map->values) {
    lip_cholesky_solve(n, map->L, 1, r);
    return;
  }
  lip_dgemv(false, n, n, 1, map->L, n, r, 0, map->work);
  for (size_t i = 0; i < n; i++)
    map->work[i] = map->values[i] > floor ? map->work[i] / map->values[i] : 0;
  lip_dgemv(true, n, n, 1, map->L, n, map->work, 0, r);
}

static void gram(const lip_dataset *data, double *K)
{
  lip_dsyrk(false, data->n, data->d, 1, data->X, data->d, 0, K, data->n);
}

/* Cholesky's factor, or where XX' is numerically singular or `eigen`, the eigenvalues. */
static lip_status factor(const lip_dataset *data, bool eigen, inverse *map, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = data->n;

  map->n = n;
  if (!map->L) map->L = lip_alloc(n, n * sizeof *map->L);
  if (!map->work) map->work = lip_alloc(n, sizeof *map->work);
  if (!map->L || !map->work) FAIL(LIP_ENOMEM, "no memory for a %zu x %zu Gram matrix", n, n);
  gram(data, map->L);
  if (!eigen && lip_cholesky(n, map->L)) goto done;
  map->values = lip_alloc(n, sizeof *map->values);
  if (!map->values) FAIL(LIP_ENOMEM, "no memory for %zu eigenvalues", n);
  gram(data, map->L);
  TRY(lip_symmetric_eigen(n, map->L, map->values, true, err));
done:
  return st;
}

/* The smallest eigenvalue of XX': read, or by inverse iteration, then from above. */
static double smallest(const inverse *map, double *v)
{
  double length = 1;

  if (map->values) return fmax(map->values[0], 0);
  for (size_t i = 0; i < map->n; i++) v[i] = i % 2 ? 1 : -1 - 1 / (double)(i + 2);
  for (int step = 0; step < POWER_STEPS; step++) {
    length = lip_norm(map->n, v);
    for (size_t i = 0; i < map->n; i++) v[i] /= length;
    lip_cholesky_solve(map->n, map->L, 1, v);
  }
  return 1 / lip_norm(map->n, v);
}

/* w <- w + X'(XX')^-1 (y - Xw), a few times from 0. Returns the point that is missed most, and by
   how much, relative to the largest label. */
static size_t solve(const lip_dataset *data, const inverse *map, double *w, double *r,
                    double *missed)
{
  size_t worst = 0;

  memset(w, 0, data->d * sizeof *w);
  for (int step = 0; step <= REFINEMENTS + 1; step++) {
    memcpy(r, data->y, data->n * sizeof *r);
    lip_dgemv(false, data->n, data->d, -1, data->X, data->d, w, 1, r);
    if (step > REFINEMENTS) break;
    apply(map, r);
    lip_dgemv(true, data->n, data->d, 1, data->X, data->d, r, 1, w);
  }
  for (size_t i = 1; i < data->n; i++)
    if (!(fabs(r[i]) <= fabs(r[worst]))) worst = i;
  *missed = fabs(r[worst]) / fmax(lip_largest(data->n, data->y), 1e-300);
  return worst;
}

/* w  out  d: by Cholesky, then by eigenvalues. */
static lip_status find_weights(const lip_dataset *data, inverse *map, double *w, double *r,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  double missed;
  size_t worst;

  TRY(factor(data, false, map, err));
  worst = solve(data, map, w, r, &missed);
  if (missed <= fits) goto done;
  if (!map->values) {
    TRY(factor(data, true, map, err));
    worst = solve(data, map, w, r, &missed);
  }
  if (!(missed <= fits))
    FAIL(LIP_EINPUT,
         "the points depend on each other, and the labels do not agree with that: the best linear "
         "function misses point %zu by %.3g; smallest and largest eigenvalue of XX': %.3g, %.3g",
         worst, missed, map->values[0], map->values[data->n - 1]);
done:
  return st;
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  inverse map = {0};
  lip_net *made = NULL;
  double *r = lip_alloc(data->n, sizeof *r), least;

  if (data->n > data->d)
    FAIL(LIP_EINPUT,
         "linear needs n <= d: %zu points in %zu dimensions are more than a linear function fits",
         data->n, data->d);
  if (!r) FAIL(LIP_ENOMEM, "no memory for %zu labels", data->n);
  TRY(lip_two_layers(data->d, 1, (lip_activation){LIP_IDENTITY, 0}, false, false, &made, err));
  TRY(find_weights(data, &map, made->layer[0].W, r, err));
  made->layer[1].W[0] = 1;
  least = smallest(&map, r);
  result->k = 1;
  result->lipschitz = lip_norm(data->d, made->layer[0].W);
  result->exact = true;
  result->domain = "space";
  result->source = "two-layer paper 3.1 (B5): |w| = sqrt(y'(XX')^-1 y)";
  (void)snprintf(result->note, sizeof result->note, "smallest eigenvalue of XX': %.4g; %s", least,
                 least >= 0.5 ? "at least 1/2, so that |w| <= sqrt(2) |y|"
                              : "below 1/2, so that the bound sqrt(2) |y| does not apply");
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  lip_free(map.L);
  lip_free(map.values);
  lip_free(map.work);
  lip_free(r);
  return st;
}

const lip_construction lip_linear_construction = {
    .name = "linear", .tolerance = 1e-8, .build = build};
