/* half_plane_moments.h - moment matrices of a neuron on the half plane z >= 0, in floating point:
   the small semidefinite blocks of the moment program. */
#ifndef LIP_LIPSCHITZ_HALF_PLANE_MOMENTS_H
#define LIP_LIPSCHITZ_HALF_PLANE_MOMENTS_H

#include "certificate/half_plane.h"
#include "certificate/moment_rows.h"

enum { LIP_HALF_ENTRIES = 74 /* of S and T, row by row: 36 + 9 or 49 + 25 */ };

/* Which of the moments of (|z|, y sign z) stands at each entry: S_ij = E m_i m_j, T_ij = E |z| n_i
   n_j, divided by the sizes that Gaussian z and y would give m_i and n_i; with what weights the
   squares of all entries add up; and which of the coefficients of moment_rows.h a moment is (-1:
   the constant, or an odd one). */
typedef struct lip_half_plane_places {
  lip_half_plane plane;
  size_t entries;
  unsigned char moment[LIP_HALF_ENTRIES];
  double factor[LIP_HALF_ENTRIES];
  double size_of_S[LIP_HALF_MOST], size_of_T[LIP_HALF_MOST]; /* of m_i, n_i */
  double multiplicity[LIP_HALF_MONOMIALS];
  signed char even[LIP_HALF_MONOMIALS];
} lip_half_plane_places;

lip_half_plane_places lip_half_plane_places_make(const lip_moment_rows *rows);

/* The nearest positive semidefinite matrices.  blocks  in/out  entries */
void lip_half_plane_project(const lip_half_plane_places *places, double *blocks);

/* Grams near those of the blocks whose m'Sm + z n'Tn has the odd part -slope y exactly (to
   rounding), and that are a little inside the cone. */
void lip_half_plane_repair(const lip_half_plane_places *places, double slope, double *blocks);

#endif
