/* jacobian_norm.h - the operator norm of one Jacobian, and the vector in which it is attained. */
#ifndef LIP_LIPSCHITZ_JACOBIAN_NORM_H
#define LIP_LIPSCHITZ_JACOBIAN_NORM_H

#include <liplaw/certificate.h>

/* |v| in the norm dual to `norm`: 2 of 2, the largest entry of 1, the sum of inf. */
double lip_dual_length(lip_norm_kind norm, size_t n, const double *v);

/* |J| from p to p as the dual length of g = J'u, u of dual length at most 1. Exact up to rounding,
   but for norm 2 and more than 64 rows and columns: there by power iteration, from below.
   J       in   m x d, row-major
   u       out  m; may be NULL where m = 1
   g       out  d
   value   out  the dual length of g; infinite or NaN where J is not finite
   cost         O(m d min(m, d)), at most 100 m d
   return       LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_jacobian_norm(lip_norm_kind norm, size_t m, size_t d, const double *J,
                                            double *u, double *g, double *value, lip_error *err);

#endif
