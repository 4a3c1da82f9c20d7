/* upper_sectors_tied.c - the semidefinite bound over a large graph, with multipliers tied by
   channel.

   sector_tied.h, where the interior-point method (upper_sectors.c) is out of reach; the proof is
   certificate/proofs/sectors.c. Cost: a share of the time limit, and the proof a few times. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_proposal.h"
#include "lipschitz/graphs/sector_tied.h"

#include <math.h>
#include <string.h>

static const double LONG_PROOF = 1.2e9, LEAST_SHARE = 0.3; /* bytes of couplings; of the time */
static const double SHARE = 0.3, NO_LIMIT = 60;

static lip_status find(lip_sector_form *form, double seconds, double *multipliers, double *value,
                       const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_operator *op = NULL;

  TRY(lip_sector_operator_create(form, &op, control, err));
  TRY(lip_sector_tied(op, seconds, multipliers, value, control, err));
done:
  lip_sector_operator_free(op);
  return st;
}

/* What the proof verifies, with all multipliers larger by some spare (sector_spare.h says why);
   what the verdict gave away is claimed twice more (proof.h). Where time is out the value is that
   of the first try, not proved. */
static lip_status prove(const lip_claim *claim, const lip_proof *proof, double value,
                        double *multipliers, size_t count, lip_finding *finding,
                        const lip_control *control, lip_error *err)
{
  static const double LEAST = 1e-4, MOST = 0.03, STEP = 30;
  lip_status st = LIP_OK;
  lip_verdict verdict = {.proved = false};
  double all = 1;

  for (double spare = LEAST; !verdict.proved && spare <= MOST; spare *= STEP) {
    double more = (1 + spare) / all;

    for (size_t i = 0; i < count; i++) multipliers[i] *= more;
    all = 1 + spare;
    finding->value = value * sqrt(all);
    finding->found = spare == LEAST;
    TRY(lip_proof_verify(claim, proof, finding->value, &verdict, control, err));
    finding->found = false;
  }
  finding->value *= 1 + fmin(2 * verdict.margin, 1e-3);
  finding->found = finding->proved = verdict.proved;
done:
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

/* The form is as chosen, and releases its couplings. */
static lip_status find_and_prove(const lip_claim *claim, lip_sector_form *form, double seconds,
                                 lip_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof proof = {.kind = NULL};
  double *multipliers, value = INFINITY;

  if (!form->bounded || form->multipliers == 0) goto done;
  TRY(lip_sector_balance(form, control, err));
  TRY(lip_sector_proof_start(form, &proof, &multipliers, err));
  TRY(find(form, seconds, multipliers, &value, control, err));
  value = ldexp(value, form->exponent[form->blocks + 1]);
  if (!isfinite(value)) goto done;
  for (size_t b = 0; b < form->blocks + 2; b++) lip_sector_form_release(form, b);
  TRY(prove(claim, &proof, value, multipliers, form->multipliers, finding, control, err));
  if (!finding->found) goto done;
  finding->proof = proof;
  proof = (lip_proof){.kind = NULL};
done:
  if (st == LIP_EINTERRUPT || st == LIP_ENUMERIC) st = LIP_OK; /* nothing to say */
  lip_proof_clear(&proof);
  return st;
}

lip_status lip_sector_tied_finding(const lip_claim *claim, double seconds, lip_finding *finding,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;

  TRY(lip_sector_form_choose(claim, &form, control, err));
  TRY(find_and_prove(claim, form, seconds, finding, control, err));
done:
  lip_sector_form_free(form);
  return st == LIP_EINTERRUPT || st == LIP_ENUMERIC ? LIP_OK : st;
}

/* Small forms are those of upper_sectors.c. The search gets less of the time where the proof takes
   more. */
static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  double seconds = problem->time_limit > 0 ? SHARE * problem->time_limit : NO_LIMIT;

  (void)steepest;
  TRY(lip_sector_form_choose(problem->deep, &form, control, err));
  if (!lip_sector_form_is_for_tied(form)) goto done;
  seconds *= fmax(1 - form->bytes / LONG_PROOF, LEAST_SHARE);
  TRY(find_and_prove(problem->deep, form, seconds, finding, control, err));
done:
  lip_sector_form_free(form);
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

const lip_method lip_upper_sectors_tied = {
    "tied-sectors",
    "LipSDP-Neuron over a graph, one multiplier for each channel, by LOBPCG and L-BFGS",
    lip_sector_methods_apply, run};
