/* half_plane.h - even quartics P(z, y) above y sign(z), by sums of squares on the half plane z >=
   0.

   P(z, y) - y = m' S m + z n' T n + what is left, m = (1, z, y, z^2, zy, y^2), n = (1, z, y), S and
   T positive semidefinite: P holds the even monomials of the right side, and what is left the odd
   ones, which ought to be -y. So y sign(z) <= P(z, y) + |what is left|, for z < 0 because P is
   even. */
#ifndef LIP_CERTIFICATE_HALF_PLANE_H
#define LIP_CERTIFICATE_HALF_PLANE_H

#include "linalg/interval.h"

enum {
  LIP_HALF_S = 6,
  LIP_HALF_T = 3,
  LIP_HALF_GRAMS = 27,    /* lower triangles of S (21) and T (6), row by row */
  LIP_HALF_MONOMIALS = 15 /* z^i y^j with i + j <= 4 */
};

/* i and j of z^i y^j. */
extern const unsigned char lip_half_plane_power[LIP_HALF_MONOMIALS][2];

/* Which monomial entry e of the Grams multiplies (and twice where it is off the diagonal). */
size_t lip_half_plane_monomial(size_t entry);
bool lip_half_plane_off_diagonal(size_t entry);

/* The coefficients of m' S m + z n' T n, rounding counted.  out  LIP_HALF_MONOMIALS */
void lip_half_plane_expand(const double *grams, lip_interval *coefficient);

/* Are S and T certainly semidefinite? */
bool lip_half_plane_is_sum_of_squares(const double *grams);

#endif
