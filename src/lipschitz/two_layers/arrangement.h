/* arrangement.h - the arrangement of the neurons' hyperplanes. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_ARRANGEMENT_H
#define LIP_LIPSCHITZ_TWO_LAYERS_ARRANGEMENT_H

#include "certificate/claim.h"

/* One output on the space, piecewise linear: the gradient is rest + the sum of v_l over the neurons
   with h_l.y > 0, where y is (x, 1) up to a positive factor; y = x where all biases are 0. */
typedef struct lip_arrangement {
  size_t k, d, D; /* neurons that matter; D = d + 1 with biases, else d */
  double s_scale; /* the last entry of y, with biases, is s / s_scale */
  double *H, *v;  /* k x D, rows of length 1; k x d, scaled as in the claim */
  double *rest;   /* d */
} lip_arrangement;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_arrangement_create(const lip_claim *claim, lip_arrangement *made,
                                                 lip_error *err);
void lip_arrangement_clear(lip_arrangement *of); /* takes one that is zeroed */

#endif
