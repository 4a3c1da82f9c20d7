/* infinite.h - whether a constant is infinite, proved. */
#ifndef LIP_LIPSCHITZ_INFINITE_H
#define LIP_LIPSCHITZ_INFINITE_H

#include "certificate/claim.h"

/* True where it is proved, rounding counted, that slopes grow without bound over the claim's
   domain: squares and powers on the whole space, unless their leading forms cancel (or nearly do).
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_constant_is_infinite(const lip_claim *claim, bool *infinite,
                                                   lip_error *err);

#endif
