/* half_plane_moments.h - moment matrices of a neuron on the strip z >= 0, in floating point:
   the small semidefinite blocks of the moment program. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_HALF_PLANE_MOMENTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_HALF_PLANE_MOMENTS_H

#include "certificate/two_layers/half_plane.h"
#include "certificate/two_layers/moment_rows.h"

enum { LIP_HALF_ENTRIES = 74 /* of S and T, row by row: 36 + 9 or 49 + 25 */ };

/* The blocks S_ij = E m_i m_j, T_ij = E |z| (1 - |z| / sqrt(D)) n_i n_j of scaled z and y, divided
   by the sizes that Gaussian z and y would give m_i and n_i: entry e is factor[e] times one of the
   moments of (|z|, y sign z), less taken[e] times another. And which of the coefficients of
   moment_rows.h a moment is (-1: the constant, or an odd one). */
typedef struct lip_half_plane_places {
  lip_half_plane plane;
  size_t entries, count; /* of the blocks; of even moments */
  unsigned char moment[LIP_HALF_ENTRIES], less[LIP_HALF_ENTRIES];
  double factor[LIP_HALF_ENTRIES], taken[LIP_HALF_ENTRIES];
  double size_of_S[LIP_HALF_MOST], size_of_T[LIP_HALF_MOST]; /* of m_i, n_i */
  signed char even[LIP_HALF_MONOMIALS];
  size_t odd_count, odd[LIP_HALF_MONOMIALS], at[LIP_MOST_EVEN]; /* the odd moments; the even ones */
  double odd_inverse[LIP_HALF_MONOMIALS][LIP_HALF_MONOMIALS];   /* least squares: see below */
  double odd_of_even[LIP_HALF_MONOMIALS][LIP_MOST_EVEN], reduced[LIP_MOST_EVEN][LIP_MOST_EVEN];
} lip_half_plane_places;

lip_half_plane_places lip_half_plane_places_make(const lip_moment_rows *rows);

/* blocks = A moments; and the adjoint: sum = A' blocks. */
void lip_half_plane_blocks(const lip_half_plane_places *places, const double *moments,
                           double *blocks);
void lip_half_plane_adjoint(const lip_half_plane_places *places, const double *blocks, double *sum);

/* Least squares of the blocks, minimised over the odd moments: those are odd_inverse sum less
   odd_of_even times the even ones, whose own quadratic form is `reduced` and whose right side is
   put into `even` here. Of `moments` the odd ones are set, for even ones of 0.
   sum  in  A' (blocks wanted), and what pulls at the moments */
void lip_half_plane_eliminate(const lip_half_plane_places *places, const double *sum,
                              double *moments, double *even);

/* The nearest positive semidefinite matrices.  blocks  in/out  entries */
void lip_half_plane_project(const lip_half_plane_places *places, double *blocks);

/* Grams near those of the blocks whose m'Sm + z (1 - z) n'Tn has the odd part -slope y exactly (to
   rounding), and that are a little inside the cone. */
void lip_half_plane_repair(const lip_half_plane_places *places, double slope, double *blocks);

#endif
