/* upper_path_norm.c - sum over neurons of |A_l| |w_l| sup |psi'|, for two-layer networks.

   J = sum psi'(z_l) A_l w_l', so the triangle inequality gives it (two-layer paper, section 4.1;
   theory.md B9); the norm from p to p of A_l w_l' is |A_l|_p |w_l|_q, 1/p + 1/q = 1. The largest
   slope is the one on the neuron's range over the domain. Cost: one pass over the weights. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/vector.h"

#include <math.h>

static bool applies(const lip_problem *problem)
{
  return problem->claim != NULL;
}

static double norm_of(size_t n, const double *v, lip_norm_kind norm)
{
  double sum = 0;

  if (norm == LIP_NORM_2) return lip_norm(n, v);
  if (norm == LIP_NORM_INF) return lip_largest(n, v);
  for (size_t i = 0; i < n; i++) sum += fabs(v[i]);
  return sum;
}

/* The largest sum over the balls of a domain around data; other domains are one ball. */
static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  static const lip_norm_kind dual[] = {
      [LIP_NORM_2] = LIP_NORM_2, [LIP_NORM_1] = LIP_NORM_INF, [LIP_NORM_INF] = LIP_NORM_1};
  const lip_claim *claim = problem->claim;
  size_t k = claim->k, balls = claim->domain.count > 0 ? claim->domain.count : 1;
  double *low = lip_alloc(3 * k + claim->m, sizeof *low), largest = 0;
  double *high, *weight, *column;
  lip_status st = LIP_OK;

  (void)steepest;
  if (!low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", k);
  high = low + k;
  weight = high + k;
  column = weight + k;
  for (size_t l = 0; l < k; l++) {
    for (size_t i = 0; i < claim->m; i++) column[i] = claim->A[i * k + l];
    weight[l] = norm_of(claim->m, column, claim->norm) *
                norm_of(claim->d, claim->W + l * claim->d, dual[claim->norm]);
  }
  for (size_t ball = 0; ball < balls; ball++) {
    double sum = 0;

    if (lip_stopped(control)) goto done;
    lip_claim_slopes(claim, ball, low, high);
    for (size_t l = 0; l < k; l++)
      if (weight[l] > 0 && !(claim->domain.kind == LIP_ON_SPHERE && claim->d == 1))
        sum += weight[l] * fmax(fabs(low[l]), fabs(high[l]));
    largest = fmax(largest, sum);
  }
  finding->found = isfinite(largest);
  finding->value = ldexp(largest, claim->W_exponent + claim->A_exponent);
  finding->proof.kind = &lip_proof_path_norm;
done:
  lip_free(low);
  return st;
}

const lip_method lip_upper_path_norm = {
    "path-norm", "two-layer paper, section 4.1: sum of |a_l| |w_l| Lip(psi)", applies, run};
