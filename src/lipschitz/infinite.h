/* infinite.h - whether a constant is infinite, proved. */
#ifndef LIP_LIPSCHITZ_INFINITE_H
#define LIP_LIPSCHITZ_INFINITE_H

#include "certificate/claim.h"

/* True where it is proved, rounding counted, that slopes grow without bound over the claim's
   domain: squares and powers on the whole space, unless their leading forms cancel (or nearly do).
   Networks of any graph (graphs/leading_terms.h) and those of two layers.
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_constant_is_infinite(const lip_claim *claim, bool *infinite,
                                                   lip_error *err);

/* The first activation whose slope is unbounded on the space; LIP_NOWHERE: there is none. */
size_t lip_unbounded_node(const lip_net *net);

#endif
