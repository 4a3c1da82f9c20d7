/* verified.h - what floating-point matrix computations prove: products with error bounds, and
   definiteness by a Cholesky factorisation that runs through. */
#ifndef LIP_LINALG_VERIFIED_H
#define LIP_LINALG_VERIFIED_H

#include <liplaw/status.h>

/* gamma_n = n u / (1 - n u), u = 2^-53, rounded up: the relative error of a sum of n terms, in any
   order and with or without fused multiply-add. Infinite where n u >= 1. */
double lip_gamma(size_t n);

/* |v|_2 of each row of V (rows x n), rounded up.  norms  out  rows */
void lip_row_norms_up(size_t rows, size_t n, const double *V, double *norms);

/* Is every symmetric matrix X with |X_ij - H_ij| <= E_ij positive semidefinite, where the matrix of
   errors satisfies E <= diag(slack) in the semidefinite order (for example slack_i = sum_j E_ij)?
   Rump, "Verification of positive definiteness", BIT 46 (2006): a floating-point Cholesky
   factorisation of H - diag(slack + rounding) that runs through.
   H      in   n x n, row-major; the lower triangle is read; destroyed
   slack  in   n, >= 0; NULL: zeros
   given  out  what the test took off the diagonal for rounding, beyond slack: max over i of
               rounding_i / H_ii; may be NULL
   return      true: proved. False also for NaN, infinite, a diagonal entry <= 0 whose row is not 0
 */
bool lip_certainly_semidefinite(size_t n, double *H, const double *slack, double *given);

#endif
