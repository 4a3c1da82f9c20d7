/* sure_slope.h - the slope at a point, or at one beside it, that a witness can stand for. */
#ifndef LIP_LIPSCHITZ_SURE_SLOPE_H
#define LIP_LIPSCHITZ_SURE_SLOPE_H

#include "lipschitz/problem.h"

/* At a kink the formula of the gradient may be that of a pattern which no point has. Where the
   slope at x is not certain (two layers: in interval arithmetic; other networks: where no point
   close by has it), x moves to the steepest of some points close by. x      in/out  d; a point of
   the domain slope  in      lip_problem_slopes at x;  out  the same, or the slope of the new point
   return         LIP_OK; LIP_ENOMEM
   cost           one evaluation of the slope with intervals; 50 where x is a kink */
LIP_MUST_CHECK lip_status lip_sure_slope(const lip_problem *problem, double *x, double *slope,
                                         lip_error *err);

#endif
