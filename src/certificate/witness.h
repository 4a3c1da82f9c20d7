/* witness.h - a lower end that is attained: the slope at a point, in interval arithmetic. */
#ifndef LIP_CERTIFICATE_WITNESS_H
#define LIP_CERTIFICATE_WITNESS_H

#include "certificate/claim.h"

/* |J(x) P v|_p / |v|_p from below, P the projection to the tangent space on the sphere, else the
   identity: at most the claim's constant, rounding counted.
   x          in   d; a point of the domain (certainly: rounding counted). On the sphere the point
                   meant is radius x / |x|
   direction  in   d, not zero; NULL: it is chosen here (the gradient; of several outputs, by a few
                   steps of power iteration; for the norms 1 and inf an axis or signs)
   lower      out  0 where x is not certainly in the domain, or nothing is certain
   chosen     out  d: the direction used; may be NULL
   return     LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_witness_slope(const lip_claim *claim, const double *x,
                                            const double *direction, double *lower, double *chosen,
                                            lip_error *err);

#endif
