/* interval_jacobian.c - slopes between proved bounds, and the norms of all Jacobians that
   they can make (jacobian_bound.h). No arrays: everything is computed again. Cost: that. */
#include "certificate/proof.h"

#include "base/error.h"
#include "certificate/graphs/jacobian_bound.h"

#include <stdio.h>

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double bound;

  *verdict = (lip_verdict){.proved = false};
  (void)snprintf(verdict->reason, sizeof verdict->reason, "the Jacobians do not prove the claim");
  if (proof->count != 0) goto done;
  TRY(lip_jacobian_bound(claim, &bound, control, err));
  if (!(bound <= upper)) goto done;
  verdict->proved = true;
  verdict->reason[0] = 0;
done:
  return st;
}

const lip_proof_kind lip_proof_interval_jacobian = {
    "interval-jacobian", "theory.md: all Jacobians that slopes between their bounds can make", true,
    verify};
