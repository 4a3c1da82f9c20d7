/* moment_splitting.h - solves the moment program by splitting: moments against semidefinite copies
   of their matrices. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_SPLITTING_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_SPLITTING_H

#include "lipschitz/two_layers/half_plane_moments.h"
#include "lipschitz/two_layers/moment_program.h"

typedef struct lip_moment_splitting {
  const lip_moment_program *program; /* borrowed */
  lip_half_plane_places places;
  double step;                /* the penalty */
  double *mu, *neuron;        /* moments; K x LIP_HALF_MONOMIALS: of (|z|, y sign z), scaled */
  double *big, *big_dual;     /* rows x rows: the semidefinite copy of M(mu), and its dual / step */
  double *small, *small_dual; /* K x LIP_HALF_ENTRIES */
  double *penalty;            /* K: of the small blocks, relative to the big one */
  double *g, *residual, *image; /* moments each; workspace */
  double *direction;            /* moments: of conjugate gradients */
  double *even, *even_moved;    /* K x LIP_MOST_EVEN: of the neurons from mu and from direction */
  double *coefficient, *multipliers, *scratch;
  double *M, *V, *values; /* workspace of the eigenvalues */
  double primal, dual;    /* how far the copies are apart, and how far they moved */
} lip_moment_splitting;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_moment_splitting_create(const lip_moment_program *program,
                                                      lip_moment_splitting **splitting,
                                                      lip_error *err);
void lip_moment_splitting_free(lip_moment_splitting *splitting); /* takes NULL */

/* One iteration: O(K rows^2 + rows^3).   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_moment_splitting_step(lip_moment_splitting *s, lip_error *err);

/* Makes the step longer or shorter where one side lags behind. */
void lip_moment_splitting_balance(lip_moment_splitting *s);

#endif
