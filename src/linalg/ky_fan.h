/* ky_fan.h - sums of the largest eigenvalues of symmetric matrices, from above, rounding counted.
 */
#ifndef LIP_LINALG_KY_FAN_H
#define LIP_LINALG_KY_FAN_H

#include <liplaw/status.h>

/* sum_i v_i x_i x_i', as a matrix with what it may be off by. */
typedef struct lip_moment_matrix {
  size_t d;
  double *S;     /* d x d, both triangles, owned; entries of size at most about 1 */
  double *slack; /* d, owned: -diag(slack) <= exact - S <= diag(slack) in the semidefinite order */
  int exponent;  /* the matrix meant is 2^exponent times the exact one */
} lip_moment_matrix;

/* X          in   n x d, finite; v  in  n, finite
   roundings  in   so many roundings, each of 2^-53 relative, that the entries of X have behind them
   return          LIP_OK; LIP_ENOMEM.  cost  n d^2, blocked */
LIP_MUST_CHECK lip_status lip_moment_matrix_create(size_t n, size_t d, const double *X,
                                                   const double *v, size_t roundings,
                                                   lip_moment_matrix *moment, lip_error *err);
void lip_moment_matrix_clear(lip_moment_matrix *moment); /* takes one that is zeroed */

/* The sum of the k largest eigenvalues of the matrix meant, or, where `sizes`, of the k largest
   absolute values of eigenvalues (Ky Fan's norms: k = 1 the operator norm, k >= d the nuclear one).
   bound  out  at least that, and larger by what the slack and the test ask for; infinite where
               nothing is proved
   return      LIP_OK; LIP_ENOMEM; LIP_ENUMERIC.  cost  an eigenvalue problem and a few
               factorisations of order d */
LIP_MUST_CHECK lip_status lip_ky_fan_up(const lip_moment_matrix *moment, size_t k, bool sizes,
                                        double *bound, lip_error *err);

#endif
