/* sign_patterns.h - the steepest sign patterns, whether or not any point has them. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SIGN_PATTERNS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SIGN_PATTERNS_H

#include "lipschitz/two_layers/pattern_batch.h"

/* Looks for slopes s_l in {low_l, high_l} with a large |A diag(s) W|: corners that neither a step
   of alternating maximisation nor (norm 2) the change of one slope improves.
   low, high  in      k each, finite; the network's own slopes
   batch      in/out  created; its rows are the starts, and hold what became of them
   passes     in      most products with W of one row each
   best       out     the row of the largest value
   return             LIP_OK, also when it was stopped
   source     power iteration on |U't|; every step improves the value */
LIP_MUST_CHECK lip_status lip_sign_patterns_find(lip_pattern_batch *batch, const double *low,
                                                 const double *high, uint64_t seed, double passes,
                                                 size_t *best, const lip_control *control,
                                                 lip_error *err);

#endif
