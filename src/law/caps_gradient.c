/* caps_gradient.c - how small the average gradient of a function through the data can be: that of
   caps, n (1 - t)^(-2) mu(cap), while the largest one stays at sqrt((1 + t) / (1 - t)).

   The cap {x.u >= t} of the unit sphere has the measure I_(1-t^2)((d-1)/2, 1/2) / 2. Source:
   Bubeck, Sellke, section 1.2 (U11), of the two-layer paper's 3.2 (B6); proved in docs/theory.md.
 */
#include "law/theorem.h"

#include "base/incomplete_beta.h"

#include <float.h>
#include <math.h>

/* log mu({x.u >= t}) for -1 < t < 1. */
static double cap_log(double d, double t)
{
  double tail = incomplete_beta_log((d - 1) / 2, 0.5, 1 - t * t) - log(2);

  return t >= 0 ? tail : log1p(-exp(tail));
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double n = in->n, d = in->d, t = in->threshold, shift = log(n) - 2 * log1p(-t), cap, meet;

  if (!(d >= 2)) FAIL(LIP_EOPTION, "d = %.15g must be at least 2: caps of a sphere", d);
  cap = cap_log(d, t);
  meet = n * (n - 1) / 2 * exp(cap_log(d, 2 * t * t - 1));
  out->kind = LIP_NUMBER;
  out->bound = fmax(exp(shift + cap), DBL_MIN);
  law_says(out,
           "the caps' function sum y_i ReLU(x_i.x - t) / (1 - t) has E |grad f|^2 = %.6g over the "
           "unit sphere, though each cap has slopes up to %.6g there",
           out->bound, sqrt((1 + t) / (1 - t)));
  law_assume(out, LIP_UNKNOWN, "points on the unit sphere");
  law_assume(out, LIP_UNKNOWN,
             "labels random, +1 and -1, and the mean over them; or no two caps meet: max x_i.x_j < "
             "2 t^2 - 1 = %.6g",
             2 * t * t - 1);
  law_constant(out, "mu of a cap", fmax(exp(cap), DBL_MIN), "incomplete beta function");
  law_constant(out, "log10 of the bound", (shift + cap) / log(10), DERIVED);
  law_constant(out, "E |tangential gradient|^2",
               fmax((d - 1) / d / 2 * exp(shift + incomplete_beta_log((d + 1) / 2, 0.5, 1 - t * t)),
                    DBL_MIN),
               DERIVED);
  law_constant(out, "by mu(cap) <= exp(-d t^2 / 2)", exp(shift - d * t * t / 2),
               "universal law, section 1.2: the crude form");
  law_constant(out, "Lipschitz constant where no caps meet", sqrt((1 + t) / (1 - t)), DERIVED);
  law_constant(out, "pairs of caps that meet, expected", meet, DERIVED);
done:
  return st;
}

const lip_law law_caps_gradient = {
    "caps-gradient",
    "the caps' average gradient n (1 - t)^(-2) mu(cap): exponentially small, the largest is not",
    "universal law (Bubeck, Sellke), section 1.2; two-layer paper, 3.2; exact form " DERIVED,
    "n d threshold",
    "",
    "d n threshold",
    "value",
    evaluate};
