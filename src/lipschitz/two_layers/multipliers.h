/* multipliers.h - good multipliers for the semidefinite test of certificate/two_layers/slope_box.h,
   found in floating point: a proposal, never a proof. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_H

#include "certificate/claim.h"

/* A solver for one claim (norm 2), with its workspace; the claim is borrowed. */
typedef struct lip_multipliers lip_multipliers;

LIP_MUST_CHECK lip_status lip_multipliers_create(const lip_claim *claim, lip_multipliers **solver,
                                                 lip_error *err);
void lip_multipliers_free(lip_multipliers *solver); /* takes NULL */

/* When a search for multipliers may end. */
typedef struct lip_multipliers_goal {
  double accuracy; /* relative: the value is this near to the best one */
  double below;    /* a value below this is good enough (0: no) */
  double above;    /* give up where even the best value is certainly above this (infinite: no) */
} lip_multipliers_goal;

/* Minimises the bound of slope_box.h over tau, for slopes low <= s <= high (the network's own, not
   scaled).
   tau        in/out  k; where warm, the search starts from it; positive at the end on every free
                      neuron that matters
   value      out     about the network's J: what the tau prove, in floating point
   direction  out     d, unit: the direction in which the bound is attained, whose signs
                      sign(A_l (w_l . direction)) suggest a pattern; may be NULL
   return     LIP_OK; LIP_ENOMEM; LIP_ENUMERIC; LIP_EINTERRUPT only where tau is of no use */
LIP_MUST_CHECK lip_status lip_multipliers_find(lip_multipliers *solver, const double *low,
                                               const double *high, lip_multipliers_goal goal,
                                               bool warm, double *tau, double *value,
                                               double *direction, const lip_control *control,
                                               lip_error *err);

#endif
