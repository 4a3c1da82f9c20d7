/* moments_parts.h - the verifier of moments in pieces: what its files share. */
#ifndef LIP_CERTIFICATE_PROOFS_MOMENTS_PARTS_H
#define LIP_CERTIFICATE_PROOFS_MOMENTS_PARTS_H

#include "certificate/claim.h"
#include "certificate/two_layers/half_plane.h"
#include "certificate/two_layers/moment_rows.h"
#include "linalg/round.h"

/* The parts of a proof, and what is derived from them. */
typedef struct lip_moments_proof {
  size_t D, d, K;
  lip_moment_rows rows;
  lip_half_plane plane;
  lip_moment_feature feature[LIP_MOMENT_FEATURES];
  const double *coordinates, *grams, *Q, *multipliers, *constant; /* borrowed from the proof */
  double *h, *v, *weight;      /* K x D, K x d, K: h^_l, v^_l, c_l; all owned, as what follows */
  double *coefficient;         /* K x LIP_MOST_EVEN, times weight */
  double *work, *G, *residual; /* lip_moment_work; rows x rows; monomials */
  double bound;                /* of the scaled J, so far */
  double errors;               /* to be added to it: what is inexact, and the residuals */
} lip_moments_proof;

static inline void lip_moments_add_error(lip_moments_proof *m, double error)
{
  m->errors = lip_add_up(m->errors, error);
}

/* v_l = r A_l w_l for l >= 1, and v_0 = sum of c A_l w_l: their directions m->v and lengths
   m->weight (0 where one vanishes), what is inexact into the errors.
   low, high  in  the two slopes: r is half their difference, c their mean
   vector     in  d doubles of workspace;  column: k */
void lip_moments_set_directions(const lip_claim *claim, lip_moments_proof *m, double low,
                                double high, double *vector, double *column);

/* h^_l, a unit vector to rounding, and e: |h^_l - multiple of B'[w_l, b_l], of length at most 1| <=
   e. h_0 = (0, ..., 0, 1).
   columns  in   D x D: B'
   form     in   D doubles of workspace
   return        false where the numbers are out of range */
bool lip_moments_set_hyperplane(const lip_claim *claim, lip_moments_proof *m, size_t l,
                                const double *columns, double *form, double *error);

/* The polynomial of neuron l: its constant goes into the bound, its even coefficients times c_l
   into m->coefficient, all that is inexact into the errors.  e  in  how far z^ may be from z */
void lip_moments_set_polynomial(lip_moments_proof *m, size_t l, double e);

#endif
