/* operator_norm.h - the largest singular value of a matrix, by iteration. */
#ifndef LIP_LINALG_OPERATOR_NORM_H
#define LIP_LINALG_OPERATOR_NORM_H

#include <liplaw/status.h>

typedef struct lip_operator_norm {
  double value;    /* at most |A|_op, up to rounding: the iteration approaches it from below */
  double residual; /* |A'A v - value^2 v| / value^2 at the unit vector v found */
  double error;    /* relative, estimated from the residual and the gap to the next value */
  size_t steps;    /* products with A'A */
} lip_operator_norm;

/* |A|_op = max |A v| / |v|.
   A      in   m x n, row-major, finite
   norm   out  `error` is at most 1e-10 unless the step limit was reached first
   cost        one pass over A a step, usually 30 to 300 steps; 120 n doubles
   return      LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where A is not finite or the value
               overflows */
LIP_MUST_CHECK lip_status lip_operator_norm_of(size_t m, size_t n, const double *A,
                                               lip_operator_norm *norm, const lip_control *control,
                                               lip_error *err);

#endif
