/* settings.c - which theorems are about points or activations that these are not: they fail.

   Only what can be seen is checked: the size of the points, and that psi is a power. */
#include "audit/audit_parts.h"

#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* What theorems of the two-layer paper assume, and can be checked here. */
typedef struct setting {
  bool gaussian; /* E |x|^2 is 1, as of N(0, I/d): within a quarter and five standard errors */
  bool sphere;   /* |x| = 1 */
  bool powers;   /* two layers, psi = t^p */
} setting;

static setting setting_of(const audit_run *run)
{
  double n = (double)run->data->n, d = (double)run->data->d, sum = 0;
  const lip_net *net = run->net;
  setting is = {.sphere = true};

  for (size_t i = 0; i < run->data->n; i++) {
    double norm = lip_norm(run->data->d, run->data->X + i * run->data->d);

    is.sphere = is.sphere && fabs(norm - 1) <= 1e-5;
    sum += norm * norm;
  }
  is.gaussian = fabs(sum / n - 1) <= 0.25 + 5 * sqrt(2 / (n * d));
  is.powers = net->layer && net->depth == 2 &&
              (net->layer[0].activation.kind == LIP_SQUARE ||
               net->layer[0].activation.kind == LIP_POWER);
  return is;
}

/* Theorems about points or activations that are not these fail. */
static void check_setting(setting is, lip_law_result *result)
{
  for (size_t k = 0; k < result->assumptions; k++) {
    lip_assumption *one = &result->assumption[k];
    bool gaussian = strstr(one->text, "points N(0, I/d)") ||
                    strstr(one->text, "points independent N(0, I/d)");
    bool sphere = strstr(one->text, "uniform on the unit sphere");
    bool powers = strstr(one->text, "psi = t^") == one->text;

    if ((gaussian && !is.gaussian) || (sphere && !is.sphere) || (powers && !is.powers))
      one->holds = result->holds = LIP_NO;
  }
}

void audit_check_settings(audit_run *run)
{
  setting is = setting_of(run);

  for (size_t k = 0; k < run->found.laws; k++) check_setting(is, &run->found.law[k].result);
}
