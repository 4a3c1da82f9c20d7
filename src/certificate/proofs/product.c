/* product.c - Theorem 3 (5): |A|_op |W|_op sup |psi'|.

   Array `norms` (2,): upper bounds of the scaled |A|_op and |W|_op; each is proved by n^2 I - X >=
   0, X = VV' or V'V of the smaller order. Cost: k d min(k, d). */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <stdio.h>

static const double CUSHION = 1e-290;

/* Is |V|_op + radius <= norm certain? V is rows x columns, entries at most 1. The errors of X are
   at most gamma |V_i| |V_j| by its rows (or columns), so their matrix is at most gamma |V|_F^2 I.
 */
static lip_status norm_is_below(size_t rows, size_t columns, const double *V, double radius,
                                double norm, bool *proved, double *margin, lip_error *err)
{
  lip_status st = LIP_OK;
  bool wide = rows <= columns;
  size_t n = wide ? rows : columns, length = wide ? columns : rows;
  double *X = lip_alloc(n, n * sizeof *X), *slack = lip_alloc(n, sizeof *slack);
  double squares = 0, given = 0, least = lip_add_down(norm, -radius);

  *proved = false;
  if (!X || !slack) FAIL(LIP_ENOMEM, "a matrix of order %zu", n);
  for (size_t i = 0; i < rows * columns; i++) squares += V[i] * V[i];
  squares = squares * (1 + 2 * lip_gamma(rows * columns + 4)) + CUSHION;
  lip_dgemm(!wide, wide, n, n, length, 1, V, columns, V, columns, 0, X, n);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++) X[i * n + j] = -X[i * n + j];
    X[i * n + i] = lip_add_down(lip_mul_down(least, least), -X[i * n + i]);
    slack[i] = lip_add_up(lip_mul_up(lip_gamma(length + 8), squares), CUSHION);
    *margin = fmax(*margin, slack[i] / X[i * n + i]);
  }
  *proved = least > 0 && lip_certainly_semidefinite(n, X, slack, &given);
  *margin = lip_add_up(*margin, given);
done:
  lip_free(slack);
  lip_free(X);
  return st;
}

static double steepest_slope(const lip_claim *claim, double *low)
{
  double slope = 0;

  lip_claim_all_slopes(claim, low, low + claim->k);
  for (size_t l = 0; l < 2 * claim->k; l++) slope = fmax(slope, fabs(low[l]));
  return slope;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *norms = lip_proof_array(proof, "norms");
  double *low = lip_alloc(2 * claim->k, sizeof *low), open = 0, product;

  (void)control;
  *verdict = (lip_verdict){.proved = false};
  (void)snprintf(verdict->reason, sizeof verdict->reason, "the norms do not prove the claim");
  if (!low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", claim->k);
  if (claim->norm != LIP_NORM_2 || !norms || proof->count != 1 || norms->count != 2 ||
      !(norms->values[0] >= 0) || !(norms->values[1] >= 0))
    goto done;
  product = lip_mul_up(norms->values[0], norms->values[1]);
  product = lip_mul_up(product, steepest_slope(claim, low));
  if (!(product <= lip_claim_scale_down(claim, upper))) goto done;
  for (size_t i = 0; i < claim->m * claim->k; i++) open = lip_add_up(open, claim->A_radius[i]);
  TRY(norm_is_below(claim->m, claim->k, claim->A, open, norms->values[0], &verdict->proved,
                    &verdict->margin, err));
  if (!verdict->proved) goto done;
  open = lip_mul_up((double)claim->k * (double)claim->d, claim->W_radius);
  TRY(norm_is_below(claim->k, claim->d, claim->W, open, norms->values[1], &verdict->proved,
                    &verdict->margin, err));
  if (verdict->proved) verdict->reason[0] = 0;
done:
  lip_free(low);
  return st;
}

const lip_proof_kind lip_proof_product = {
    "product", "two-layer paper, Theorem 3 (5): product of operator norms", false, verify};
