/* sector_proposal.c - what the methods that propose multipliers of sector forms share. */
#include "lipschitz/graphs/sector_proposal.h"

#include "base/error.h"

static const double TIED_BYTES = 1e9; /* of couplings: with more, proofs take minutes */
enum { FEW_VARIABLES = 3000, TIED_ORDER = 2400 };

bool lip_sector_methods_apply(const lip_problem *problem)
{
  return problem->deep && problem->deep->norm == LIP_NORM_2 &&
         lip_problem_slope_is_bounded(problem);
}

lip_status lip_sector_form_choose(const lip_claim *claim, lip_sector_form **form,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *made = NULL;

  TRY(lip_sector_form_create(claim, false, &made, control, err));
  if (made->order > FEW_VARIABLES) {
    lip_sector_form_free(made);
    made = NULL;
    TRY(lip_sector_form_create(claim, true, &made, control, err));
  }
  *form = made;
  made = NULL;
done:
  lip_sector_form_free(made);
  return st;
}

bool lip_sector_form_is_for_tied(const lip_sector_form *form)
{
  return form->order > TIED_ORDER && form->bytes < TIED_BYTES;
}

lip_status lip_sector_proof_start(const lip_sector_form *form, lip_proof *proof,
                                  double **multipliers, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t blocks = form->blocks + 2;
  double *exponents;

  proof->kind = &lip_proof_sectors;
  TRY(lip_proof_add(proof, "multipliers", 1, &form->multipliers, multipliers, err));
  TRY(lip_proof_add(proof, "exponents", 1, &blocks, &exponents, err));
  for (size_t b = 0; b < blocks; b++) exponents[b] = form->exponent[b];
done:
  return st;
}
