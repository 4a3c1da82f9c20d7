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

/* The form, balanced; NULL with LIP_OK: it is unbounded. */
static lip_status create_form(const lip_claim *claim, lip_sector_form **form,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *made = NULL;

  TRY(lip_sector_form_choose(claim, &made, control, err));
  if (!made->bounded || made->multipliers == 0) goto done;
  TRY(lip_sector_balance(made, control, err));
  *form = made;
  made = NULL;
done:
  lip_sector_form_free(made);
  return st;
}

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

lip_status lip_sector_tied_finding(const lip_claim *claim, double seconds, lip_finding *finding,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  lip_proof proof = {.kind = NULL};
  double *multipliers, value = INFINITY;

  TRY(create_form(claim, &form, control, err));
  if (!form) goto done;
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
  lip_sector_form_free(form);
  return st;
}

/* Small ones are those of upper_sectors.c. The search gets less of the time where the proof takes
   more.
   seconds  in/out  0: the form is small */
static lip_status share_time(const lip_claim *claim, double *seconds, const lip_control *control,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;

  TRY(lip_sector_form_choose(claim, &form, control, err));
  *seconds *= lip_sector_form_is_for_tied(form) ? fmax(1 - form->bytes / LONG_PROOF, LEAST_SHARE)
                                                : 0;
done:
  lip_sector_form_free(form);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double seconds = problem->time_limit > 0 ? SHARE * problem->time_limit : NO_LIMIT;

  (void)steepest;
  TRY(share_time(problem->deep, &seconds, control, err));
  if (seconds > 0) TRY(lip_sector_tied_finding(problem->deep, seconds, finding, control, err));
done:
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

const lip_method lip_upper_sectors_tied = {
    "tied-sectors",
    "LipSDP-Neuron over a graph, one multiplier for each channel, by LOBPCG and L-BFGS",
    lip_sector_methods_apply, run};
