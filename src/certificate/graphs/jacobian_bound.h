/* jacobian_bound.h - norms of all Jacobians that slopes between their bounds can make. */
#ifndef LIP_CERTIFICATE_GRAPHS_JACOBIAN_BOUND_H
#define LIP_CERTIFICATE_GRAPHS_JACOBIAN_BOUND_H

#include "certificate/claim.h"

/* An upper bound of the claim's constant, rounding counted: never above the product of the nodes'
   norms along the paths in the norms 1 and inf, close to the truth where few neurons switch on the
   domain. Around data ball by ball, where that is not too much work. Deterministic;
   the claim keeps it.
   bound  out  infinite where a slope is not bounded, or it overflows
   return      LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT
   cost        at most some 1e10 flops for the bounds of the values and as many for the norms */
LIP_MUST_CHECK lip_status lip_jacobian_bound(const lip_claim *claim, double *bound,
                                             const lip_control *control, lip_error *err);

#endif
