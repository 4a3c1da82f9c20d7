/* upper_sectors_closed.c - the semidefinite bound over a graph with multipliers in closed form.

   lipschitz/graphs/sector_closed.h for a few tilts, where that costs little, and the best of them;
   the proof is certificate/proofs/sectors.c. Entries of known slope are variables only where the
   rows that pass through them would make the matrix large and dense. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_proposal.h"
#include "lipschitz/graphs/sector_closed.h"
#include "lipschitz/graphs/sector_spare.h"

#include <math.h>
#include <string.h>

static const double MOST_BYTES = 3e9; /* some 30 s */
enum { FEW_VARIABLES = 1500 };        /* so many have their tilts tried */

/* The form, balanced; NULL with LIP_OK: it is too large or unbounded. */
static lip_status create_form(const lip_claim *claim, lip_sector_form **form,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *made = NULL;

  TRY(lip_sector_form_choose(claim, &made, control, err));
  if (!made->bounded || sizeof(double) * lip_sector_closed_room(made) > MOST_BYTES) goto done;
  if (lip_sector_form_is_for_tied(made)) goto done;
  TRY(lip_sector_balance(made, control, err));
  *form = made;
  made = NULL;
done:
  lip_sector_form_free(made);
  return st;
}

static lip_status best_tilt(lip_sector_form *form, double *multipliers, double *value,
                            const lip_control *control, lip_error *err)
{
  static const double TILTS[] = {0, 0.5, 1};
  lip_status st = LIP_OK;
  size_t tilts = form->order <= FEW_VARIABLES ? sizeof TILTS / sizeof *TILTS : 1;
  double *own = lip_alloc(form->multipliers, sizeof *own), found;

  *value = INFINITY;
  if (!own) FAIL(LIP_ENOMEM, "%zu multipliers", form->multipliers);
  for (size_t i = 0; i < tilts; i++) {
    TRY(lip_sector_closed(form, TILTS[i], own, &found, control, err));
    if (!(found < *value)) continue;
    *value = found;
    memcpy(multipliers, own, form->multipliers * sizeof *own);
  }
done:
  lip_free(own);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  lip_proof proof = {.kind = NULL};
  double *multipliers, value;

  (void)steepest;
  TRY(create_form(problem->deep, &form, control, err));
  if (!form || form->multipliers == 0) goto done;
  TRY(lip_sector_proof_start(form, &proof, &multipliers, err));
  TRY(best_tilt(form, multipliers, &value, control, err));
  if (!isfinite(value)) goto done;
  TRY(lip_sector_spare(form, multipliers, &value, &finding->found, control, err));
  if (!finding->found) goto done;
  value = ldexp(value, form->exponent[form->blocks + 1]);
  finding->value = value;
  finding->proof = proof;
  proof = (lip_proof){.kind = NULL};
done:
  if (st == LIP_EINTERRUPT || st == LIP_ENUMERIC) st = LIP_OK; /* nothing to say */
  lip_proof_clear(&proof);
  lip_sector_form_free(form);
  return st;
}

const lip_method lip_upper_sectors_closed = {
    "sectors",
    "LipSDP-Neuron over a graph, multipliers in closed form (ECLipsE-Fast, arXiv "
    "2404.04375)",
    lip_sector_methods_apply, run};
