/* moment_splitting_proof.h - a proof by moments from the dual variables of the splitting. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_SPLITTING_PROOF_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_SPLITTING_PROOF_H

#include "lipschitz/two_layers/moment_splitting.h"

/* A proof from the dual variables: made feasible, the rest put into the bound.
   grams        out  K x (entries of the triangles), as proofs/moments.c reads it
   Q            out  packed, for the monomial rows
   multipliers  out  multipliers of the rows
   constant     out  1
   bound        out  about the scaled J
   return            LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_moment_splitting_proof(lip_moment_splitting *s, double *grams,
                                                     double *Q, double *multipliers,
                                                     double *constant, double *bound,
                                                     lip_error *err);

#endif
