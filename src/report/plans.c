/* plans.c - finds the plan of a paper's experiment. */
#include "report/texts.h"

#include <liplaw/report.h>

#include <string.h>

const char *lip_experiment_plan(const char *name, const char *scale)
{
  for (const experiment_plan *plan = experiment_plans; plan->name; plan++)
    if (strcmp(plan->name, name) == 0 && strcmp(plan->scale, scale) == 0) return plan->text;
  return NULL;
}
