/* realise_pattern.c - a point of the space that has a given pattern, where W has full row rank.

   x = W' (W W')^-1 (z - b) has W x + b = z; rows are scaled to length 1 first, and z has the signs
   wanted at a distance of 10 times the largest |b_l| / |w_l|, so that the biases move no
   hyperplane by more than a tenth of it. For tanh and sigmoid the steepest point of a neuron, z =
   0, takes the place of one side, and |z| >= FLAT of the other.

   source  theory: every pattern has a point when k <= d and W has full row rank
   cost    two products with W and two triangular solves a pattern */
#include "lipschitz/two_layers/realise_pattern.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double MARGIN = 1e-9; /* smallest distance from a kink, in units of |x| */
static const double FLAT = 40;     /* psi' at -FLAT is below 1e-17 for tanh, softplus */
static const double FACTOR = 10;

struct lip_realiser {
  const lip_claim *claim;
  size_t count;     /* of the neurons that matter */
  size_t *neuron;   /* count */
  double *N;        /* count x d: their rows, of length 1 */
  double *distance; /* count: b_l / |w_l| */
  double *length;   /* count: |w_l| of the network */
  double *L;        /* count x count: the factor of N N' */
  double *z, *rest; /* count: scratch */
  double far;       /* distance of the targets from 0 */
};

/* A neuron matters if its slope changes J. */
static bool matters(const lip_claim *claim, size_t l)
{
  bool weighs = false;

  for (size_t j = 0; j < claim->m; j++) weighs = weighs || claim->A[j * claim->k + l] != 0;
  return weighs && lip_largest(claim->d, claim->W + l * claim->d) > 0 &&
         claim->psi.kind != LIP_IDENTITY;
}

static bool is_smooth(lip_activation psi)
{
  return psi.kind == LIP_TANH || psi.kind == LIP_SIGMOID || psi.kind == LIP_SOFTPLUS;
}

/* The largest slope is at 0, the smallest far out. */
static bool is_bump(lip_activation psi)
{
  return psi.kind == LIP_TANH || psi.kind == LIP_SIGMOID;
}

static void collect(lip_realiser *made)
{
  const lip_claim *claim = made->claim;
  size_t d = claim->d;

  for (size_t l = 0; l < claim->k; l++) {
    double length = lip_norm(d, claim->W + l * d), *row = made->N + made->count * d;

    if (!matters(claim, l)) continue;
    for (size_t i = 0; i < d; i++) row[i] = claim->W[l * d + i] / length;
    made->length[made->count] = ldexp(length, claim->W_exponent);
    made->distance[made->count] = claim->b[l] / made->length[made->count];
    made->far = fmax(made->far, FACTOR * fabs(made->distance[made->count]));
    if (is_smooth(claim->psi)) made->far = fmax(made->far, FLAT / made->length[made->count]);
    made->neuron[made->count++] = l;
  }
  if (!(made->far > 0)) made->far = 1;
}

lip_status lip_realiser_create(const lip_claim *claim, lip_realiser **realiser, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k, d = claim->d, count;
  lip_realiser *made = NULL;

  *realiser = NULL;
  if (claim->psi.kind == LIP_SQUARE || claim->psi.kind == LIP_POWER) goto done;
  count = 0;
  for (size_t l = 0; l < k; l++) count += matters(claim, l);
  if (count > d) goto done;
  made = lip_alloc_zero(1, sizeof *made);
  if (!made) FAIL(LIP_ENOMEM, "a solver for patterns");
  made->claim = claim;
  made->neuron = lip_alloc(count, sizeof *made->neuron);
  made->N = lip_alloc(count, d * sizeof *made->N);
  made->distance = lip_alloc(4 * count, sizeof *made->distance);
  made->L = lip_alloc(count, count * sizeof *made->L);
  if (!made->neuron || !made->N || !made->distance || !made->L)
    FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", count, d);
  made->length = made->distance + count;
  made->z = made->length + count;
  made->rest = made->z + count;
  collect(made);
  if (count > 0)
    lip_dgemm(false, true, count, count, d, 1, made->N, d, made->N, d, 0, made->L, count);
  if (!isfinite(made->far) || (count > 0 && !lip_cholesky(count, made->L))) goto done;
  *realiser = made;
  made = NULL;
done:
  lip_realiser_free(made);
  return st;
}

void lip_realiser_free(lip_realiser *realiser)
{
  if (!realiser) return;
  lip_free(realiser->neuron);
  lip_free(realiser->N);
  lip_free(realiser->distance);
  lip_free(realiser->L);
  lip_free(realiser);
}

/* The z wanted, in units of |w_l|. */
static double target(const lip_realiser *realiser, double slope)
{
  lip_activation psi = realiser->claim->psi;
  double left = lip_activation_slope(psi, -1), right = lip_activation_slope(psi, 1);

  if (is_bump(psi)) return slope > 0.5 * lip_activation_slope(psi, 0) ? 0 : realiser->far;
  if (psi.kind == LIP_SOFTPLUS) return slope > 0.5 ? realiser->far : -realiser->far;
  return fabs(slope - right) < fabs(slope - left) ? realiser->far : -realiser->far;
}

bool lip_realise_pattern(lip_realiser *realiser, const double *slopes, double *x)
{
  size_t count = realiser->count, d = realiser->claim->d;
  double *z = realiser->z, *rest = realiser->rest, size;

  memset(x, 0, d * sizeof *x);
  if (count == 0) return true;
  for (size_t i = 0; i < count; i++) {
    double slope = slopes[realiser->neuron[i]];

    rest[i] = z[i] = target(realiser, slope) - realiser->distance[i];
  }
  for (int step = 0; step < 3; step++) { /* then twice for what rounding left */
    lip_cholesky_solve(count, realiser->L, 1, rest);
    lip_dgemv(true, count, d, 1, realiser->N, d, rest, 1, x);
    memcpy(rest, z, count * sizeof *rest);
    lip_dgemv(false, count, d, -1, realiser->N, d, x, 1, rest);
  }
  size = lip_norm(d, x);
  for (size_t i = 0; i < count; i++) {
    double wanted = z[i] + realiser->distance[i], got = wanted - rest[i];

    if (is_bump(realiser->claim->psi) && wanted == 0) {
      if (!(fabs(got) * realiser->length[i] <= 1e-9)) return false;
    } else if (!(wanted * got > 0 && fabs(got) >= MARGIN * size)) {
      return false;
    }
  }
  return true;
}
