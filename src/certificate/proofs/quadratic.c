/* quadratic.c - square activations, one output, on a ball or a sphere: the trust region's
   dual.

   f(x) = sum a_l (w_l.x + b_l)^2 has grad f / 2 = Q x + q, Q = W' diag(a) W, q = W' diag(a) b. On
   the sphere a multiple of x does not count: Q may be replaced by G = Q - shift I (two-layer paper,
   D.2; theory.md B13). If, for a multiplier mu,

       [ mu I            G' ]
       [       L^2-mu R^2  q' ]  >= 0,     that is  |G x + q t|^2 <= mu |x|^2 + (L^2 - mu R^2) t^2,
       [ G     q       I    ]

   then |G x + q| <= L wherever |x| <= R, and |grad f| <= 2 L. Nothing is lost (S-lemma).
   Arrays: `shift` (1,), 0 on the ball, and `multiplier` (1,), both about the scaled W and A.
   Cost: k d^2 for Q, (2 d + 1)^3 / 3 for the test, (2 d + 1)^2 doubles. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <stdio.h>
#include <string.h>

static const double CUSHION = 1e-290; /* above every underflow: numbers here are of size 1 */

typedef struct quadratic {
  const lip_claim *claim;
  size_t d, order;   /* order = 2 d + 1 */
  double *P;         /* k x d: diag(a) W */
  double *Q;         /* d x d */
  double *q;         /* d */
  double *q_error;   /* d */
  double *row_error; /* d: sum over j of the error of Q_ij */
  double *H, *slack; /* order x order, order */
} quadratic;

static void quadratic_clear(quadratic *t)
{
  lip_free(t->P);
  lip_free(t->Q);
  lip_free(t->q);
  lip_free(t->q_error);
  lip_free(t->row_error);
  lip_free(t->H);
  lip_free(t->slack);
}

static lip_status quadratic_create(const lip_claim *claim, quadratic *t, lip_error *err)
{
  size_t d = claim->d, n = 2 * d + 1;

  *t = (quadratic){.claim = claim, .d = d, .order = n};
  t->P = lip_alloc(claim->k, d * sizeof *t->P);
  t->Q = lip_alloc(d, d * sizeof *t->Q);
  t->q = lip_alloc_zero(d, sizeof *t->q);
  t->q_error = lip_alloc_zero(d, sizeof *t->q_error);
  t->row_error = lip_alloc_zero(d, sizeof *t->row_error);
  t->H = lip_alloc_zero(n, n * sizeof *t->H);
  t->slack = lip_alloc_zero(n, sizeof *t->slack);
  if (t->P && t->Q && t->q && t->q_error && t->row_error && t->H && t->slack) return LIP_OK;
  return lip_fail(err, LIP_ENOMEM, "the definiteness of a matrix of order %zu", n);
}

/* Q, and a bound on the sums of its rows' errors: the rounding of a product of k + 1 factors' sums,
   |E_ij| <= gamma sum_l |a_l| |w_li| |w_lj| <= gamma alpha_i alpha_j with alpha_i^2 = sum_l |a_l|
   w_li^2; and what A_radius and W_radius leave open. */
static void form_Q(quadratic *t)
{
  const lip_claim *claim = t->claim;
  size_t k = claim->k, d = t->d;
  double gamma = lip_gamma(k + 4), sum = 0, open = 0;

  for (size_t l = 0; l < k; l++) {
    double a = claim->A[l], *p = t->P + l * d;
    const double *w = claim->W + l * d;

    for (size_t i = 0; i < d; i++) {
      p[i] = a * w[i];
      t->row_error[i] = lip_add_up(t->row_error[i], lip_mul_up(fabs(p[i]), fabs(w[i])));
    }
    open = lip_add_up(open, claim->A_radius[l]); /* |w_li| <= 1 */
  }
  lip_dgemm(true, false, d, d, k, 1, t->P, d, claim->W, d, 0, t->Q, d);
  open = lip_add_up(open, lip_add_up(lip_mul_up(4 * (double)k, claim->W_radius), CUSHION));
  for (size_t i = 0; i < d; i++) t->row_error[i] = lip_sqrt_up(t->row_error[i]); /* alpha_i */
  for (size_t i = 0; i < d; i++) sum = lip_add_up(sum, t->row_error[i]);
  for (size_t i = 0; i < d; i++)
    t->row_error[i] = lip_add_up(lip_mul_up(gamma, lip_mul_up(t->row_error[i], sum)),
                                 lip_mul_up((double)d, open));
}

/* q = W' (a o b 2^-W_exponent), with the errors of its entries. */
static void form_q(quadratic *t)
{
  const lip_claim *claim = t->claim;
  size_t k = claim->k, d = t->d;
  double gamma = lip_gamma(k + 4), open = CUSHION;

  for (size_t l = 0; l < k; l++) {
    double b = ldexp(claim->b[l], -claim->W_exponent), s = claim->A[l] * b;
    const double *w = claim->W + l * d;

    for (size_t i = 0; i < d; i++) {
      double term = s * w[i];

      t->q[i] += term;
      t->q_error[i] = lip_add_up(t->q_error[i], fabs(term));
    }
    open = lip_add_up(open, lip_mul_up(claim->A_radius[l], fabs(b)));
    open = lip_add_up(open, lip_mul_up(claim->W_radius, fabs(s)));
    open = lip_add_up(open, CUSHION);
  }
  for (size_t i = 0; i < d; i++) t->q_error[i] = lip_add_up(lip_mul_up(gamma, t->q_error[i]), open);
}

/* The lower triangle of the matrix above, and its slack; `corner` <= L^2 - mu R^2. */
static void form_H(quadratic *t, double shift, double mu, double corner)
{
  size_t d = t->d, n = t->order;
  double q_errors = 0;

  for (size_t i = 0; i < d; i++) {
    double *row = t->H + (d + 1 + i) * n, off = t->Q[i * d + i] - shift;

    t->H[i * n + i] = mu;
    for (size_t j = 0; j < d; j++) row[j] = t->Q[(i > j ? i * d + j : j * d + i)];
    row[i] = off;
    row[d] = t->q[i];
    row[d + 1 + i] = 1;
    t->slack[i] = lip_add_up(t->row_error[i], lip_mul_up(fabs(off), 0x1p-52));
    t->slack[d + 1 + i] = lip_add_up(t->slack[i], t->q_error[i]);
    q_errors = lip_add_up(q_errors, t->q_error[i]);
  }
  t->H[d * n + d] = corner;
  t->slack[d] = q_errors;
}

static lip_status refuse(lip_verdict *verdict, const char *reason)
{
  *verdict = (lip_verdict){.proved = false};
  (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
  return LIP_OK;
}

/* Half of `upper` as a number about the scaled Q, rounded down: grad f is 2^(A + 2 W exponents + 1)
   times the scaled Q x + q. */
static double scaled_half(const lip_claim *claim, double upper)
{
  int exponent = claim->A_exponent + 2 * claim->W_exponent + 1;
  double scaled = ldexp(upper, -exponent);

  return ldexp(scaled, exponent) == upper ? scaled : nextafter(scaled, 0);
}

static const char *misfit(const lip_claim *claim, const lip_array *shift, const lip_array *mu)
{
  bool ball = claim->domain.kind == LIP_BALL;

  if (claim->psi.kind != LIP_SQUARE || claim->m != 1) return "not one output of squares";
  if (claim->norm != LIP_NORM_2) return "the proof is for norm 2";
  if (!ball && claim->domain.kind != LIP_ON_SPHERE) return "the domain is neither ball nor sphere";
  if (!shift || !mu || shift->count != 1 || mu->count != 1)
    return "shift and multiplier are not one number each";
  if (!isfinite(shift->values[0]) || !(mu->values[0] >= 0) || !isfinite(mu->values[0]))
    return "shift or multiplier is not a number in its range";
  if (ball && shift->values[0] != 0) return "on a ball the shift must be 0";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *shift = lip_proof_array(proof, "shift");
  const lip_array *multiplier = lip_proof_array(proof, "multiplier");
  const char *wrong = misfit(claim, shift, multiplier);
  double half, mu, corner, given = 0, relative = 0;
  quadratic t = {.d = 0};

  (void)control;
  if (wrong) return refuse(verdict, wrong);
  half = scaled_half(claim, upper);
  mu = multiplier->values[0];
  corner = lip_mul_up(mu, lip_mul_up(claim->domain.radius, claim->domain.radius));
  corner = lip_add_down(lip_mul_down(half, half), -corner);
  if (!(half >= 0) || !isfinite(half * half) || !(corner >= 0))
    return refuse(verdict, "the multiplier is too large for the claim");
  TRY(quadratic_create(claim, &t, err));
  form_Q(&t);
  form_q(&t);
  form_H(&t, shift->values[0], mu, corner);
  for (size_t i = 0; i < t.order; i++) relative = fmax(relative, t.slack[i] / t.H[i * t.order + i]);
  if (!lip_certainly_semidefinite(t.order, t.H, t.slack, &given)) {
    (void)refuse(verdict, "the matrix of the multiplier is not certainly semidefinite");
    verdict->margin = lip_add_up(relative, given);
    goto done;
  }
  *verdict = (lip_verdict){.proved = true, .margin = lip_add_up(relative, given)};
done:
  quadratic_clear(&t);
  return st;
}

const lip_proof_kind lip_proof_quadratic = {
    "quadratic", "two-layer paper, D.2; theory.md B13: the trust region's dual", false, verify};
