/* half_plane.h - even polynomials P(z, y) above y sign(z), |z| <= 1, by sums of squares on the
   strip 0 <= z <= 1.

   P(z, y) - y = m' S m + z (1 - z) n' T n + what is left, S and T positive semidefinite: P holds
   the even monomials of the right side, and what is left the odd ones, which ought to be -y. So
   y sign(z) <= P(z, y) + |what is left|, for z < 0 because P is even. Of degree 4 m is
   (1, z, y, z^2, zy, y^2) and n is (1, z, y); of degree 6, and 2 in y, m is
   (1, z, z^2, z^3, y, zy, z^2 y) and n is (1, z, z^2, y, zy). */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_HALF_PLANE_H
#define LIP_CERTIFICATE_TWO_LAYERS_HALF_PLANE_H

#include "linalg/interval.h"

enum {
  LIP_HALF_MOST = 7,       /* order of S */
  LIP_HALF_GRAMS = 43,     /* lower triangles of S and T, row by row: 21 + 6 or 28 + 15 */
  LIP_HALF_MONOMIALS = 18, /* z^i y^j: 15 or 18 */
  LIP_HALF_Y = 2           /* place of y among them; the constant is 0 */
};

typedef struct lip_half_plane {
  size_t S, T, grams, monomials;
  unsigned char of_S[LIP_HALF_MOST][2], of_T[LIP_HALF_MOST][2]; /* exponents of m and n */
  unsigned char power[LIP_HALF_MONOMIALS][2];
  unsigned char row[LIP_HALF_GRAMS], column[LIP_HALF_GRAMS]; /* of an entry of the triangles */
  unsigned char monomial[LIP_HALF_GRAMS];                    /* which one it multiplies */
  unsigned char less[LIP_HALF_GRAMS]; /* and, in T, which one it takes from */
} lip_half_plane;

/* degree  in  2 or 3: half the degree of P */
lip_half_plane lip_half_plane_of(size_t degree);

/* The coefficients of m' S m + z (1 - z) n' T n, rounding counted.
   grams        in   plane->grams: the lower triangles of S and T, row by row
   coefficient  out  plane->monomials */
void lip_half_plane_expand(const lip_half_plane *plane, const double *grams,
                           lip_interval *coefficient);

/* Are S and T certainly semidefinite?  grams  in  as above */
bool lip_half_plane_is_sum_of_squares(const lip_half_plane *plane, const double *grams);

#endif
