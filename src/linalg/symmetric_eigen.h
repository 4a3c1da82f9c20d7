/* symmetric_eigen.h - eigenvalues and eigenvectors of a symmetric matrix (LAPACK), as computed. */
#ifndef LIP_LINALG_SYMMETRIC_EIGEN_H
#define LIP_LINALG_SYMMETRIC_EIGEN_H

#include <liplaw/status.h>

/* A = V' diag(values) V.
   A       in   n x n, row-major, symmetric (the lower triangle is read), finite
           out  where vectors: row i is the unit eigenvector of values[i]; else destroyed
   values  out  n, ascending
   cost         O(n^3) time, O(n^2) doubles where vectors, else O(n)
   return       LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where it does not converge (A not finite) */
LIP_MUST_CHECK lip_status lip_symmetric_eigen(size_t n, double *A, double *values, bool vectors,
                                              lip_error *err);

#endif
