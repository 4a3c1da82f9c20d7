/* pattern_bound.h - the semidefinite bound of one node of the search over patterns. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BOUND_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BOUND_H

#include "certificate/claim.h"

/* Bounds |A diag(s) W|^2 of the claim's scaled A and W over boxes of slopes whose neurons are free
   (low_l <= s_l <= high_l) or fixed to an end. Squares throughout. */
typedef struct lip_pattern_bound lip_pattern_bound;

/* gram  in  k x k: W W' of the scaled W; borrowed, as the claim, low and high */
LIP_MUST_CHECK lip_status lip_pattern_bound_create(const lip_claim *claim, const double *gram,
                                                   const double *low, const double *high,
                                                   lip_pattern_bound **bound, lip_error *err);
void lip_pattern_bound_free(lip_pattern_bound *bound); /* takes NULL */

/* How many floats a node keeps for its children to start from. */
size_t lip_pattern_bound_rows(const lip_pattern_bound *bound);

/* Can neuron l change the value? Others are never worth a split. */
bool lip_pattern_bound_matters(const lip_pattern_bound *bound, size_t neuron);

typedef struct lip_node_bound {
  bool proved;      /* tau prove `below` */
  double value;     /* what tau prove, in floating point; infinite: nothing */
  size_t pick;      /* where to split next; k where nothing that matters is free */
  bool likely_high; /* its more likely end */
} lip_node_bound;

/* ends    in      k: -1 at low, +1 at high, 0 free (neurons with low = high as well)
   rows    in/out  lip_pattern_bound_rows: of the parent, then of the node; all zero: start anew
   below   in      the value that is to be proved
   above   in      no use in going on where the relaxation's value is above this
   known   in      the parent's value
   effort  in      the most sweeps
   tau     in/out  k: the parent's, then, where that proves more, the node's
   t       out     k: +1 or -1 on every free neuron that matters: ends with a large value
   value   out     the value of the ends with t */
LIP_MUST_CHECK lip_status lip_pattern_bound_node(lip_pattern_bound *bound, const signed char *ends,
                                                 float *rows, double below, double above,
                                                 double known, size_t effort, double *tau,
                                                 lip_node_bound *node, signed char *t,
                                                 double *value, const lip_control *control,
                                                 lip_error *err);

/* Random roundings of the rows of the node bounded last, each climbed.
   ends  in   k: that node's
   best  out  k: the best signs of its free neurons;  t  workspace  k
   value out  their value; -1 where none was tried */
LIP_MUST_CHECK lip_status lip_pattern_bound_round(lip_pattern_bound *bound, const signed char *ends,
                                                  size_t tries, uint64_t seed, signed char *best,
                                                  signed char *t, double *value,
                                                  const lip_control *control, lip_error *err);

#endif
