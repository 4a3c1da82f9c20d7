/* cholesky.h - factors, inverses and solutions of positive definite matrices (LAPACK), as computed.
   Matrices are n x n, row-major; of a symmetric one the lower triangle is read. */
#ifndef LIP_LINALG_CHOLESKY_H
#define LIP_LINALG_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* A = L L'; L takes the place of the lower triangle. False: not numerically definite; A destroyed.
 */
bool lip_cholesky(size_t n, double *A);

/* log det (L L') */
double lip_cholesky_logdet(size_t n, const double *L);

/* L in, the whole inverse of L L' out. */
void lip_cholesky_inverse(size_t n, double *L);

/* Each of the `count` rows of X <- its product with the inverse of L L'. */
void lip_cholesky_solve(size_t n, const double *L, size_t count, double *X);

/* X <- X L^-T for X of `count` rows: X (L L')^-1 X' becomes a product of the result with itself. */
void lip_cholesky_whiten(size_t n, const double *L, size_t count, double *X);

/* X <- X L^-1: after whiten it makes the rows those of X (L L')^-1. */
void lip_cholesky_color(size_t n, const double *L, size_t count, double *X);

#endif
