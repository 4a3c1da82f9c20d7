/* half_plane_moments.h - moment matrices of a neuron on the half plane z >= 0, in floating point:
   the small semidefinite blocks of the moment program. */
#ifndef LIP_LIPSCHITZ_HALF_PLANE_MOMENTS_H
#define LIP_LIPSCHITZ_HALF_PLANE_MOMENTS_H

#include "certificate/half_plane.h"

enum { LIP_HALF_ENTRIES = 45 /* of S (6 x 6) and T (3 x 3), row by row */ };

/* Which of the LIP_HALF_MONOMIALS moments of (|z|, y sign z) stands at each entry: S_ij = E m_i
   m_j, T_ij = E |z| n_i n_j; how often each one stands there; and which of the coefficients of
   quartic_rows.h it is (-1: the constant, or an odd one). */
typedef struct lip_half_plane_places {
  unsigned char moment[LIP_HALF_ENTRIES];
  double multiplicity[LIP_HALF_MONOMIALS];
  signed char even[LIP_HALF_MONOMIALS];
} lip_half_plane_places;

enum { LIP_HALF_Y = 2 /* the moment E y sign(z) */ };

lip_half_plane_places lip_half_plane_places_make(void);

/* The nearest positive semidefinite matrices.  blocks  in/out  LIP_HALF_ENTRIES */
void lip_half_plane_project(double *blocks);

/* Grams near those of the blocks whose m'Sm + z n'Tn has the odd part -slope y exactly (to
   rounding), and that are a little inside the cone. */
void lip_half_plane_repair(const lip_half_plane_places *places, double slope, double *blocks);

#endif
