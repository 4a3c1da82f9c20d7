/* pair_weights.h - which pairs of points, with which weights, prove most of functions of rank k. */
#ifndef LIP_LAW_PAIR_WEIGHTS_H
#define LIP_LAW_PAIR_WEIGHTS_H

#include <liplaw/dataset.h>

typedef struct lip_pair_weights {
  size_t count;
  size_t *i, *j;  /* count each, owned */
  double *weight; /* count, > 0, owned: c_e of sum c_e a_e a_e', a_e = (x_i - x_j) / (y_i - y_j) */
  double sum;     /* of the k largest eigenvalues of that sum, as computed; the weights sum to 1 */
  double least;   /* of any weights on any pairs, as computed: what is left to be gained */
} lip_pair_weights;

/* Weights on pairs that (nearly) minimise the sum of the k largest eigenvalues of sum c_e a_e a_e'.
   data     in   at least two points with different labels, m = 1
   seconds  in   about so long at most; what was found is a proposal at any time
   cost          an eigenvalue problem of order d and a product of up to 4000 x d and d x k a step;
                 a search through all pairs (lip_smallest_constant in k dimensions) every 40 steps
   return        LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_pair_weights_find(const lip_dataset *data, size_t k, double seconds,
                                                lip_pair_weights *pairs, const lip_control *control,
                                                lip_error *err);
void lip_pair_weights_clear(lip_pair_weights *pairs); /* takes one that is zeroed */

#endif
