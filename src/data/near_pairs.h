/* near_pairs.h - bounds on all squared distances between the rows of a matrix, by products. */
#ifndef LIP_DATA_NEAR_PAIRS_H
#define LIP_DATA_NEAR_PAIRS_H

#include <liplaw/status.h>

/* |a_i - a_j|^2 = |a_i|^2 + |a_j|^2 - 2 a_i.a_j is fast and cancels where rows are close. What is
   lost is bounded: with z the rows centred, scaled to at most 1 by a power of 2 and rounded to
   float, g the products z_i.z_j in single precision, and u = 2^-24,

     | |a_i - a_j|^2 / 4^exponent - (|z_i|^2 + |z_j|^2 - 2 g) | <= slack (|z_i|^2 + |z_j|^2) + tiny.

   Slack is gamma_(d + 16): d u is the rounding of the products, in any order of summation (2
   gamma_d |z_i| |z_j|), 5 u that of the rows (each moves by at most u |z_i| and a little); the rest
   is room, also for the sum above in double precision. `tiny` covers underflow. */
typedef struct lip_squares {
  size_t n, d;
  float *z;             /* n x d, row-major, owned */
  double *square;       /* n, owned: |z_i|^2 */
  double before, after; /* z = (a * before - centre) * after, both powers of 2 */
  int exponent;
  double slack, tiny; /* slack is infinite where d is too large for a bound */
} lip_squares;

/* A  in  n x d, row-major, finite;  return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_squares_prepare(const double *A, size_t n, size_t d,
                                              lip_squares *squares, lip_error *err);
void lip_squares_clear(lip_squares *squares); /* takes one that is zeroed */

/* g[r * columns + c] <- z_(first_row + r) . z_(first_column + c).
   return  LIP_OK; LIP_ENOMEM or LIP_ENUMERIC from the matrix product */
LIP_MUST_CHECK lip_status lip_squares_products(const lip_squares *squares, size_t first_row,
                                               size_t rows, size_t first_column, size_t columns,
                                               float *g, lip_error *err);

#endif
