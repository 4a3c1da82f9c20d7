/* leading_terms.h - how fast the values of a graph grow along a ray. */
#ifndef LIP_LIPSCHITZ_GRAPHS_LEADING_TERMS_H
#define LIP_LIPSCHITZ_GRAPHS_LEADING_TERMS_H

#include "certificate/claim.h"

/* True where it is proved, rounding counted, that the function asked for grows faster than every
   line along the ray t x, t -> infinity: its constant on the space is infinite.
   claim  in   deep;  x  in  d
   return      LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_grows_along(const lip_claim *claim, const double *x, bool *grows,
                                          lip_error *err);

#endif
