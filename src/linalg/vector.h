/* vector.h - inner products and lengths of vectors in f64, the same bits on every machine. */
#ifndef LIP_LINALG_VECTOR_H
#define LIP_LINALG_VECTOR_H

#include <stddef.h>

/* sum x_i y_i */
double lip_dot(size_t n, const double *x, const double *y);

/* y <- y + alpha x */
void lip_add_multiple(size_t n, double alpha, const double *x, double *y);

/* |x|, without overflow or underflow on the way; NaN if an entry is. */
double lip_norm(size_t n, const double *x);

/* max |x_i|; NaN if an entry is. */
double lip_largest(size_t n, const double *x);

#endif
