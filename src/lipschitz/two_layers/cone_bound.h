/* cone_bound.h - the sign relaxation on one cone, in floating point: a form S for a proof. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CONE_BOUND_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CONE_BOUND_H

#include "certificate/two_layers/cones.h"

enum { LIP_CONE_FORM = LIP_CONE_DIMENSIONS * (LIP_CONE_DIMENSIONS + 1) / 2 };

/* Looks for a form with which lip_cone_form shows a bound of at most `target`.
   S      in/out  d (d + 1) / 2; positive semidefinite, trace 1; out: the best one seen
   steps  in      at most so many; it ends before where target is reached, or certainly cannot be
   bound  out     what the best S shows
   return         bound <= target */
bool lip_cone_improve(const lip_cones *cones, lip_cone_sum *sum, double target, size_t steps,
                      double *S, double *bound);

/* Does S show a bound of at most target? */
bool lip_cone_closes(const lip_cones *cones, lip_cone_sum *sum, double target, const double *S);

/* max |fixed + sum +-v| over all signs; 2^free steps. */
double lip_cone_corners(const lip_cones *cones, const lip_cone_sum *sum);

#endif
