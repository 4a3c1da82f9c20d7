/* active_bound.h - the constant on the unit sphere of a sum of ReLUs with thresholds, from which
   neurons can be active together. */
#ifndef LIP_CONSTRUCT_ACTIVE_BOUND_H
#define LIP_CONSTRUCT_ACTIVE_BOUND_H

#include "construct/construction.h"

/* f(x) = sum_l a_l ReLU(w_l.x - theta_l) on |x| = 1. */
typedef struct lip_thresholded {
  size_t k, d;
  const double *W;     /* k x d */
  const double *theta; /* k, 0 <= theta_l < |w_l| */
  const double *a;     /* k */
} lip_thresholded;

typedef struct lip_active_bound {
  double value; /* at least the supremum of the tangential gradient's norm */
  bool exact;   /* it is the supremum: no two neurons are active together */
  double pairs; /* how many pairs may be */
  size_t most;  /* no more neurons are active together */
} lip_active_bound;

/* cost  2 k^2 d flops; two norms by iteration where pairs > 0.  d >= 2
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_bound_active(const lip_construct_job *job, const lip_thresholded *f,
                                           lip_active_bound *bound, lip_error *err);

#endif
