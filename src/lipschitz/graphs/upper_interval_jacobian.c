/* upper_interval_jacobian.c - the norms of all Jacobians that slopes between their bounds can make.

   certificate/graphs/jacobian_bound.h, a little above it, so that another machine's rounding proves
   it too. Cost: that. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "certificate/graphs/jacobian_bound.h"

#include <math.h>

static const double SPARE = 1e-11;

static bool applies(const lip_problem *problem)
{
  return problem->deep != NULL;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st;
  double bound;

  (void)steepest;
  st = lip_jacobian_bound(problem->deep, &bound, control, err);
  if (st == LIP_EINTERRUPT) return LIP_OK;
  TRY(st);
  if (!isfinite(bound)) goto done;
  finding->proof.kind = &lip_proof_interval_jacobian;
  finding->found = true;
  finding->value = bound * (1 + SPARE);
done:
  return st;
}

const lip_method lip_upper_interval_jacobian = {
    "interval-jacobian", "theory.md: all Jacobians that slopes between their bounds can make",
    applies, run};
