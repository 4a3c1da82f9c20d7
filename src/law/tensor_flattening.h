/* tensor_flattening.h - upper ends of the operator norm of sum v_i x_i^p: norms of a flattening. */
#ifndef LIP_LAW_TENSOR_FLATTENING_H
#define LIP_LAW_TENSOR_FLATTENING_H

#include <liplaw/status.h>

/* The largest singular value of the flattening with i = floor(p / 2) factors in its rows, p >= 2.
   bound  out  at least that; infinite where the sizes are beyond what is tried
   how    out  static text
   return      LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_tensor_flattening_up(size_t n, size_t d, const double *X,
                                                   const double *v, size_t p, double *bound,
                                                   const char **how, const lip_control *control,
                                                   lip_error *err);

#endif
