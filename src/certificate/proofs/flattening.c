/* flattening.c - powers, one output: the constant is at most that of the form's flattening.

   With C, N and the factor of flattening.h the claim follows from  rho C - C N C >= 0,
   rho = (upper / factor)^2: then z' C^1/2 N C^1/2 z <= rho |z|^2 for every z in the range of C^1/2,
   so no eigenvalue of C N is above rho. No arrays. Cost: k^2 d + 5 k^3, 4 k^2 doubles. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/two_layers/flattening.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <stdio.h>
#include <string.h>

/* Is rho C - C N C certainly semidefinite? X = C N and Y = X C carry |E| <= gamma |C||N||C|,
   bounded by row norms: (|C||N|)_lm <= |C_l| |N_m|. */
static lip_status test(const lip_flattening *form, double rho, lip_verdict *verdict, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = form->k;
  double gamma = lip_gamma(2 * k + 8), given = 0, norms = 0, across = 0;
  double *X = lip_alloc(k, k * sizeof *X), *Y = lip_alloc(k, k * sizeof *Y);
  double *c = lip_alloc(3 * k, sizeof *c), *n, *slack;

  if (!X || !Y || !c) FAIL(LIP_ENOMEM, "two matrices of order %zu", k);
  n = c + k;
  slack = n + k;
  lip_row_norms_up(k, k, form->C, c);
  lip_row_norms_up(k, k, form->N, n);
  lip_dgemm(false, false, k, k, k, 1, form->C, k, form->N, k, 0, X, k);
  lip_dgemm(false, false, k, k, k, 1, X, k, form->C, k, 0, Y, k);
  for (size_t l = 0; l < k; l++) norms = lip_add_up(norms, lip_mul_up(n[l], n[l]));
  for (size_t l = 0; l < k; l++) across = lip_add_up(across, c[l]);
  norms = lip_sqrt_up(norms); /* row l of |C||N| is at most |C_l| |N|_F long */
  for (size_t l = 0; l < k; l++) {
    slack[l] = lip_mul_up(gamma, lip_mul_up(lip_mul_up(c[l], norms), across));
    for (size_t m = 0; m <= l; m++) {
      double value = rho * form->C[l * k + m], off = Y[l * k + m];

      Y[l * k + m] = value - off;
      slack[l] = lip_add_up(slack[l], lip_mul_up(0x1p-51, fabs(value) + fabs(off)));
      slack[m] = lip_add_up(slack[m], lip_mul_up(0x1p-51, fabs(value) + fabs(off)));
    }
    slack[l] = lip_add_up(slack[l], 1e-290);
  }
  for (size_t l = 0; l < k; l++)
    verdict->margin = fmax(verdict->margin, slack[l] / (rho * form->C[l * k + l]));
  verdict->proved = lip_certainly_semidefinite(k, Y, slack, &given);
  verdict->margin = lip_add_up(verdict->margin, given);
done:
  lip_free(c);
  lip_free(Y);
  lip_free(X);
  return st;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_flattening form = {.k = 0};
  double rho;

  (void)control;
  *verdict = (lip_verdict){.proved = false};
  if (proof->count != 0 || !lip_flattening_applies(claim)) {
    (void)snprintf(verdict->reason, sizeof verdict->reason,
                   "the proof is for powers, one output, norm 2, a bounded domain, and no arrays");
    goto done;
  }
  TRY(lip_flattening_create(claim, &form, err));
  rho = lip_div_down(upper, form.factor);
  rho = lip_mul_down(rho, rho);
  if (rho > 0 && isfinite(rho)) TRY(test(&form, rho, verdict, err));
  if (!verdict->proved)
    (void)snprintf(verdict->reason, sizeof verdict->reason,
                   "the flattening is not certainly below the claim");
done:
  lip_flattening_clear(&form);
  return st;
}

const lip_proof_kind lip_proof_flattening = {
    "flattening", "two-layer paper, appendix A; theory.md B14: the norm of a flattening", false,
    verify};
