/* search_quadratic.c - square activations, one output, on a ball or a sphere: both ends by
   eigenvalues.

   f(x) = sum a_l (w_l.x + b_l)^2, grad f / 2 = Q x + q. With Q = V' diag(lambda) V, y = V x, p = V
   q, g = lambda - shift (shift 0 on the ball) the steepest point of |g y + p| over |y| <= R has the
   dual value min over mu >= max g^2 of  mu R^2 + sum_i p_i^2 mu / (mu - g_i^2), convex in mu, and
   convex in the shift, over which the sphere minimises as well (theory.md B13; the trust region
   problem, its hard case included). The multiplier and the shift are the proof
   (certificate/proofs/quadratic.c), y_i = g_i p_i / (mu - g_i^2) is the witness, with the rest of
   its length along the eigenvectors of max g^2. Cost: k d^2 + O(d^3). */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BISECTIONS = 200, GOLDEN_STEPS = 120 };

typedef struct region {
  size_t d;
  double radius;
  double *lambda, *V; /* ascending; d x d, eigenvectors in rows */
  double *q, *p, *y;  /* d each */
  double shift, top;  /* top = max |g| */
  double excess;      /* mu - top^2 */
  double value;       /* the dual value: the square of the largest |Q x + q| */
  double floor;       /* below this, mu is beside the rounding of Q: neurons that cancel */
} region;

static void region_clear(region *r)
{
  lip_free(r->lambda);
  lip_free(r->V);
  lip_free(r->q);
  lip_free(r->p);
  lip_free(r->y);
}

static lip_status region_create(const lip_claim *claim, region *r, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d, k = claim->k;
  double *P = lip_alloc(k, d * sizeof *P), path = 0;

  *r = (region){.d = d, .radius = claim->domain.radius};
  r->lambda = lip_alloc(d, sizeof *r->lambda);
  r->V = lip_alloc(d, d * sizeof *r->V);
  r->q = lip_alloc_zero(d, sizeof *r->q);
  r->p = lip_alloc(d, sizeof *r->p);
  r->y = lip_alloc(d, sizeof *r->y);
  if (!P || !r->lambda || !r->V || !r->q || !r->p || !r->y)
    FAIL(LIP_ENOMEM, "a quadratic form in %zu dimensions", d);
  for (size_t l = 0; l < k; l++) {
    const double *w = claim->W + l * d;

    for (size_t i = 0; i < d; i++) P[l * d + i] = claim->A[l] * w[i];
    path += fabs(claim->A[l]) * lip_dot(d, w, w);
    lip_add_multiple(d, claim->A[l] * ldexp(claim->b[l], -claim->W_exponent), w, r->q);
  }
  r->floor = 1e-13 * (double)(d + k) * path * path;
  lip_dgemm(true, false, d, d, k, 1, P, d, claim->W, d, 0, r->V, d);
  TRY(lip_symmetric_eigen(d, r->V, r->lambda, true, err));
  lip_dgemv(false, d, d, 1, r->V, d, r->q, 0, r->p);
done:
  lip_free(P);
  return st;
}

/* mu - g_i^2, without cancellation. */
static double distance(const region *r, size_t i)
{
  double g = fabs(r->lambda[i] - r->shift);

  return r->excess + (r->top - g) * (r->top + g);
}

/* |y(mu)|^2 */
static double length_square(const region *r)
{
  double sum = 0;

  for (size_t i = 0; i < r->d; i++) {
    double part = (r->lambda[i] - r->shift) * r->p[i];

    if (part != 0) sum += (part / distance(r, i)) * (part / distance(r, i));
  }
  return sum;
}

/* The best multiplier for this shift: |y(mu)| = radius, or mu = top^2 where y stays shorter. */
static double dual_value(region *r, double shift)
{
  double high, low, sum = 0, mu;

  r->shift = shift;
  r->top = fmax(fabs(r->lambda[0] - shift), fabs(r->lambda[r->d - 1] - shift));
  high = r->top * lip_norm(r->d, r->p) / r->radius; /* |y| <= radius there */
  low = high * 1e-40;
  r->excess = low;
  if (high > 0 && length_square(r) > r->radius * r->radius) {
    for (int i = 0; i < BISECTIONS; i++) {
      r->excess = sqrt(low) * sqrt(high);
      if (length_square(r) > r->radius * r->radius)
        low = r->excess;
      else
        high = r->excess;
    }
    r->excess = high;
  }
  mu = r->top * r->top + r->excess;
  for (size_t i = 0; i < r->d; i++)
    if (r->p[i] != 0) sum += r->p[i] * r->p[i] * (mu / distance(r, i));
  r->value = mu * r->radius * r->radius + sum;
  return r->value;
}

/* Golden section on a convex function of the shift; it is best between the ends of the spectrum. */
static void best_shift(region *r)
{
  const double golden = (sqrt(5) - 1) / 2;
  double a = r->lambda[0], b = r->lambda[r->d - 1], best = (a + b) / 2;
  double c = b - golden * (b - a), e = a + golden * (b - a);
  double at_best = dual_value(r, best), at_c = dual_value(r, c), at_e = dual_value(r, e);

  for (int i = 0; i < GOLDEN_STEPS; i++) {
    bool left = at_c <= at_e;
    double at = left ? at_c : at_e;

    if (at < at_best) {
      best = left ? c : e;
      at_best = at;
    }
    if (left) {
      b = e, e = c, at_e = at_c;
      c = b - golden * (b - a);
      at_c = dual_value(r, c);
    } else {
      a = c, c = e, at_c = at_e;
      e = a + golden * (b - a);
      at_e = dual_value(r, e);
    }
  }
  (void)dual_value(r, best);
}

/* x <- V' y, y filled up to the radius along the eigenvectors of +-top: on the sphere by shares for
   which y is tangential to g y + p, which the best shift makes possible. */
static void steepest_point(region *r, bool on_sphere, double *x)
{
  double along = 0, left, first = 0, last, length;
  size_t d = r->d;

  for (size_t i = 0; i < d; i++) {
    double g = r->lambda[i] - r->shift;

    r->y[i] = g * r->p[i] != 0 ? g * r->p[i] / distance(r, i) : 0;
    along += r->y[i] * (g * r->y[i] + r->p[i]);
  }
  left = fmax(0, r->radius * r->radius - length_square(r));
  last = left;
  if (on_sphere && r->top > 0) last = fmin(left, fmax(0, (left - along / r->top) / 2));
  if (!on_sphere && fabs(r->lambda[0]) > fabs(r->lambda[d - 1])) last = 0;
  if (d > 1) first = left - last;
  r->y[0] += copysign(sqrt(first), r->y[0]);
  r->y[d - 1] += copysign(sqrt(d > 1 ? last : left), r->y[d - 1]);
  lip_dgemv(true, d, d, 1, r->V, d, r->y, 0, x);
  length = lip_norm(d, x);
  for (size_t i = 0; i < d; i++) x[i] *= r->radius / length * (1 - 0x1p-50); /* surely inside */
}

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  return claim && claim->psi.kind == LIP_SQUARE && claim->m == 1 && claim->norm == LIP_NORM_2 &&
         (claim->domain.kind == LIP_BALL || claim->domain.kind == LIP_ON_SPHERE);
}

static lip_status propose(const region *r, lip_proof *proof, lip_error *err)
{
  lip_status st = LIP_OK;
  /* Room for the test's rounding, which takes about 4 order^2 2^-53 off a diagonal of ones. */
  double order = 2 * (double)r->d + 9, spare = 16 * order * order * 0x1p-53 + 1e-14;
  double *shift, *multiplier;

  TRY(lip_proof_add(proof, "shift", 1, (size_t[]){1}, &shift, err));
  TRY(lip_proof_add(proof, "multiplier", 1, (size_t[]){1}, &multiplier, err));
  proof->kind = &lip_proof_quadratic;
  *shift = r->shift;
  *multiplier = fmax(r->floor, (r->top * r->top + r->excess) * (1 + spare));
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  bool on_sphere = claim->domain.kind == LIP_ON_SPHERE;
  double *x = lip_alloc(2 * claim->d, sizeof *x), slope, upper;
  lip_proof proof = {.kind = NULL};
  region r = {.d = 0};

  (void)control;
  if (!x) FAIL(LIP_ENOMEM, "a point with %zu coordinates", claim->d);
  TRY(region_create(claim, &r, err));
  if (on_sphere)
    best_shift(&r);
  else
    (void)dual_value(&r, 0);
  if (r.top * r.top + r.excess < r.floor) r.value += r.floor * r.radius * r.radius;
  upper = ldexp(sqrt(r.value), claim->A_exponent + 2 * claim->W_exponent + 1);
  steepest_point(&r, on_sphere, x);
  TRY(lip_problem_slopes(problem, 1, x, x + claim->d, &slope, err));
  if (slope > bracket->lower) {
    bracket->lower = slope;
    memcpy(bracket->point, x, claim->d * sizeof *x);
  }
  if (upper < bracket->upper) {
    TRY(propose(&r, &proof, err));
    lip_bracket_take(bracket, upper, &proof);
  }
  lip_bracket_tell(bracket);
done:
  lip_proof_clear(&proof);
  region_clear(&r);
  lip_free(x);
  return st;
}

const lip_search lip_search_quadratic = {
    "eigenvalues", "two-layer paper, D.2; theory.md B13: eigenvalues of the quadratic form",
    applies, run};
