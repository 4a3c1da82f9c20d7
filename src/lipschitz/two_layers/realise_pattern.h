/* realise_pattern.h - a point of the space that has a given pattern, where W has full row rank. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_REALISE_PATTERN_H
#define LIP_LIPSCHITZ_TWO_LAYERS_REALISE_PATTERN_H

#include "certificate/claim.h"

/* A solver for many patterns of one claim: the factor of W W' of the neurons that matter. */
typedef struct lip_realiser lip_realiser;

/* realiser  out  NULL where the rows of W of the neurons that matter (not zero, and not of zero
                  weight) are not linearly independent as far as rounding can tell, or their
                  activation has no pattern (square)
   cost           k^2 d + k^3 / 3 flops
   return         LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_realiser_create(const lip_claim *claim, lip_realiser **realiser,
                                              lip_error *err);
void lip_realiser_free(lip_realiser *realiser); /* takes NULL */

/* slopes  in   k, each the smallest or the largest slope of psi (as supremum)
   x       out  d: every neuron that matters has the slope (up to 1e-16 for smooth ones) with a
                distance of at least 1e-9 |x| from its kink
   return       false where rounding, or W near to dependent rows, left no such point */
bool lip_realise_pattern(lip_realiser *realiser, const double *slopes, double *x);

#endif
