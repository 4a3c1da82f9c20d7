/* upper_semidefinite.c - the semidefinite relaxation of all slopes that neurons may have:
   LipSDP-Neuron, for one output the sign relaxation.

   The multipliers of lipschitz/multipliers.h for the slopes of each neuron on the whole domain. The
   proof is the test of certificate/slope_box.h; around data the balls have no multipliers of their
   own here. Fazlyab, Robey, Hassani, Morari and Pappas, NeurIPS 2019, arXiv 1906.04893. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "lipschitz/multipliers.h"

#include <math.h>

/* The wanted accuracy: more than is needed costs little where there are few weights. */
static const double FEW_WEIGHTS = 2e6, FINE = 1e-7, MANY_WEIGHTS = 2e7, COARSE = 1e-4,
                    COARSEST = 1e-3;

static bool applies(const lip_problem *problem)
{
  return problem->claim && problem->claim->norm == LIP_NORM_2 &&
         problem->claim->domain.kind != LIP_AROUND_DATA && lip_problem_slope_is_bounded(problem);
}

static double accuracy_for(double weights)
{
  return weights <= FEW_WEIGHTS ? FINE : weights <= MANY_WEIGHTS ? COARSE : COARSEST;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  const lip_claim *claim = problem->claim;
  double weights = (double)claim->k * (double)claim->d;
  lip_multipliers_goal goal = {accuracy_for(weights), 0, INFINITY};
  double *low = lip_alloc(claim->k, sizeof *low), *high = lip_alloc(claim->k, sizeof *high);
  double *tau = NULL, value;
  lip_multipliers *solver = NULL;
  lip_proof proof = {.kind = &lip_proof_multipliers};
  lip_status st = LIP_OK;

  (void)steepest;
  if (!low || !high) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", claim->k);
  lip_claim_slopes(claim, 0, low, high);
  TRY(lip_multipliers_create(claim, &solver, err));
  TRY(lip_proof_add(&proof, "multipliers", 1, &claim->k, &tau, err));
  st = lip_multipliers_find(solver, low, high, goal, false, tau, &value, NULL, control, err);
  if (st == LIP_EINTERRUPT)
    st = LIP_OK;
  else if (st == LIP_OK && isfinite(value)) {
    finding->found = true;
    finding->value = value;
    finding->proof = proof;
    proof = (lip_proof){.kind = NULL};
  }
done:
  lip_proof_clear(&proof);
  lip_multipliers_free(solver);
  lip_free(low);
  lip_free(high);
  return st;
}

const lip_method lip_upper_semidefinite = {
    "semidefinite", "LipSDP-Neuron, arXiv 1906.04893; for one output the sign relaxation", applies,
    run};
