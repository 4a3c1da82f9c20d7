/* sector_proposal.h - what the methods that propose multipliers of sector forms share. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_PROPOSAL_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_PROPOSAL_H

#include "certificate/graphs/sector_form.h"
#include "certificate/proof.h"
#include "lipschitz/problem.h"

/* A graph in the norm 2 whose slopes are bounded. */
bool lip_sector_methods_apply(const lip_problem *problem);

/* A form without the entries of known slope as variables, or, where the rows that pass through them
   would make it large and dense, with them. The caller releases it. */
LIP_MUST_CHECK lip_status lip_sector_form_choose(const lip_claim *claim, lip_sector_form **form,
                                                 const lip_control *control, lip_error *err);

/* Is the form, as chosen, one for multipliers tied by channel: too large for the interior-point
   method, and its couplings not too large to be proved in seconds? */
bool lip_sector_form_is_for_tied(const lip_sector_form *form);

/* The arrays of a proof of the kind `sectors`: exponents as the form's are.
   multipliers  out  the array, to be filled: form->multipliers */
LIP_MUST_CHECK lip_status lip_sector_proof_start(const lip_sector_form *form, lip_proof *proof,
                                                 double **multipliers, lip_error *err);

#endif
