/* near_pairs.h - bounds on all squared distances between the rows of a matrix, by products. */
#ifndef LIP_DATA_NEAR_PAIRS_H
#define LIP_DATA_NEAR_PAIRS_H

#include <liplaw/status.h>

/* |a_i - a_j|^2 = |a_i|^2 + |a_j|^2 - 2 a_i.a_j is fast and cancels where rows are close. What is
   lost is bounded: the rows are centred and scaled to at most 1 by a power of 2; for rows z_i
   computed so, with u = 2^-53,

     error <= (4 d + 64) u (|z_i|^2 + |z_j|^2) + tiny.

   Of it 2 d u is the rounding of the products (gamma_d |z_i| |z_j| in any order of summation), 5 u
   that of the centring (each |z_i| moves by at most u |z_i|), a few u that of the last sums; the
   rest is room. `tiny` covers underflow. */
typedef struct lip_squares {
  size_t n, d;
  const double *A;         /* n x d, row-major, borrowed, finite */
  double *centre, *square; /* d and n entries, owned: the mean (scaled) and |z_i|^2 */
  double before, after;    /* z = (a * before - centre) * after, both powers of 2 */
  int exponent;            /* |a_i - a_j| = |z_i - z_j| 2^exponent */
  double slack, tiny;
} lip_squares;

LIP_MUST_CHECK lip_status lip_squares_prepare(const double *A, size_t n, size_t d,
                                              lip_squares *squares, lip_error *err);
void lip_squares_clear(lip_squares *squares); /* takes one that is zeroed */

enum { LIP_SQUARES_CHUNK = 512 }; /* columns that are multiplied at a time */

/* out[r * columns + c] <- z_(first_row + r) . z_(first_column + c).
   panels  workspace of (rows + columns) * LIP_SQUARES_CHUNK doubles */
void lip_squares_products(const lip_squares *squares, size_t first_row, size_t rows,
                          size_t first_column, size_t columns, double *panels, double *out);

#endif
