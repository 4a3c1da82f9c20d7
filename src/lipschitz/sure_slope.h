/* sure_slope.h - the slope at a point, or at one beside it, that a witness can stand for. */
#ifndef LIP_LIPSCHITZ_SURE_SLOPE_H
#define LIP_LIPSCHITZ_SURE_SLOPE_H

#include "lipschitz/problem.h"

/* At a kink the formula of the gradient may be that of a pattern which no point has. Where the
   slope at x is not certain, x moves to the steepest of some points close by.
   x      in/out  d; a point of the domain
   slope  in      lip_problem_slopes at x;  out  the same, or what is proved at the new point
   return         LIP_OK; LIP_ENOMEM
   cost           one evaluation of the slope with intervals; where x is a kink some 50, of large
                  networks 12 */
LIP_MUST_CHECK lip_status lip_sure_slope(const lip_problem *problem, double *x, double *slope,
                                         lip_error *err);

#endif
