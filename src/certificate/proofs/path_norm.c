/* path_norm.c - sum over neurons of |A_l| |w_l| sup |psi'|: the triangle inequality.

   The norm from p to p of A_l w_l' is |A_l|_p |w_l|_q, 1/p + 1/q = 1 (two-layer paper, section 4.1;
   theory.md B9). Around data the largest sum over the balls; on the sphere of one input, two
   points, nothing is tangential. No arrays. Cost: one pass over the weights for each ball. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/round.h"

#include <stdio.h>

/* |v| in norm p, rounded up, of count numbers that lie `stride` apart, each with its radius (NULL:
   `radius` for all). Entries are at most 1: squares that underflow are covered. */
static double norm_up(lip_norm_kind norm, size_t count, size_t stride, const double *v,
                      const double *radii, double radius)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) {
    double x = lip_add_up(fabs(v[i * stride]), radii ? radii[i * stride] : radius);

    if (v[i * stride] == 0 && (radii ? radii[i * stride] : radius) == 0) continue;
    if (norm == LIP_NORM_INF)
      sum = fmax(sum, x);
    else
      sum = lip_add_up(sum, norm == LIP_NORM_1 ? x : lip_mul_up(x, x));
  }
  return norm == LIP_NORM_2 && sum > 0 ? lip_sqrt_up(sum) : sum;
}

static double sum_over_neurons(const lip_claim *claim, size_t ball, double *low, double *high)
{
  static const lip_norm_kind dual[] = {
      [LIP_NORM_2] = LIP_NORM_2, [LIP_NORM_1] = LIP_NORM_INF, [LIP_NORM_INF] = LIP_NORM_1};
  double sum = 0;

  if (claim->domain.kind == LIP_ON_SPHERE && claim->d == 1) return 0; /* two points: no tangent */
  lip_claim_slopes(claim, ball, low, high);
  for (size_t l = 0; l < claim->k; l++) {
    double slope = fmax(fabs(low[l]), fabs(high[l]));
    double a = norm_up(claim->norm, claim->m, claim->k, claim->A + l, claim->A_radius + l, 0);
    double w = norm_up(dual[claim->norm], claim->d, 1, claim->W + l * claim->d, NULL,
                       claim->W_radius);

    if (a == 0 || w == 0 || slope == 0) continue;
    sum = lip_add_up(sum, lip_mul_up(slope, lip_mul_up(a, w)));
  }
  return sum;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double limit = lip_claim_scale_down(claim, upper);
  double *low = lip_alloc(2 * claim->k, sizeof *low);
  size_t balls = claim->domain.count > 0 ? claim->domain.count : 1;

  *verdict = (lip_verdict){.proved = proof->count == 0, .margin = 1e-15};
  if (!low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", claim->k);
  for (size_t ball = 0; ball < balls && verdict->proved; ball++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    verdict->proved = sum_over_neurons(claim, ball, low, low + claim->k) <= limit;
  }
  if (!verdict->proved)
    (void)snprintf(verdict->reason, sizeof verdict->reason, "the path norm is above the claim");
done:
  lip_free(low);
  return st;
}

const lip_proof_kind lip_proof_path_norm = {
    "path-norm", "two-layer paper, section 4.1; theory.md B9: the triangle inequality", false,
    verify};
