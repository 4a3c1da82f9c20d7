/* lower_ascent.c - ascent on the gradient norm over the domain, from the steepest points found. */
#include "lipschitz/method.h"

static bool applies(const lip_problem *problem)
{
  return problem->starts > 0;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  (void)problem, (void)control, (void)err;
  if (steepest->count > 0)
    lip_finding_offer(finding, steepest, steepest->slope[0], steepest->point);
  return LIP_OK;
}

const lip_method lip_lower_ascent = {"ascent", "theory.md B3: ascent on the gradient norm", applies,
                                     run};
