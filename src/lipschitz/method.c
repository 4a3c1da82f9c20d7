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

void lip_bracket_take(lip_bracket *bracket, double upper, lip_proof *proof)
{
  lip_proof_clear(&bracket->proof);
  bracket->proof = *proof;
  bracket->upper = upper;
  *proof = (lip_proof){.kind = NULL};
}

void lip_bracket_tell(const lip_bracket *bracket)
{
  if (bracket->improved) bracket->improved(bracket->context, bracket);
}

void lip_tell(const lip_control *control, double done)
{
  if (control && control->progress) control->progress(control->context, done, "");
}

bool lip_stopped(const lip_control *control)
{
  return control && control->stop && control->stop(control->context);
}
