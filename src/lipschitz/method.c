/* method.c - what the methods share. */
#include "lipschitz/method.h"

#include <string.h>

void lip_finding_offer(lip_finding *finding, lip_steepest *steepest, double slope, const double *x)
{
  lip_steepest_offer(steepest, slope, x);
  if (!(slope >= 0) || (finding->found && slope <= finding->value)) return;
  finding->found = true;
  finding->value = slope;
  memcpy(finding->point, x, steepest->d * sizeof *x);
}

void lip_tell(const lip_control *control, double done)
{
  if (control && control->progress) control->progress(control->context, done, "");
}

bool lip_stopped(const lip_control *control)
{
  return control && control->stop && control->stop(control->context);
}
