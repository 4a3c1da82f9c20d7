/* projection.c - the trade-off met: tents about points projected to d' coordinates, p = n (d' + 1)
   parameters, constant 2 / (least distance).

   For points N(0, I/d), d |Px - Px'|^2 / 2 is chi-square with d' degrees of freedom; by the sum
   over pairs the least distance is above the delta with n (n-1)/2 P(chi^2 <= d delta^2 / 2) =
   probability of failure. Source: Bubeck, Sellke, Remark 1.1 (U14); proved in docs/theory.md. */
#include "law/theorem.h"

#include "base/incomplete_gamma.h"

#include <math.h>

/* The constant 2 / delta whose pairs have the given expected number. */
static double constant_of(const lip_law_input *in, double kept, double expected)
{
  double wanted = log(expected) - log(in->n * (in->n - 1) / 2);
  double low = -700, high = log(4 * in->d + 4000); /* of chi^2 / 2, as a logarithm */

  for (int step = 0; step < 100; step++) {
    double middle = low + 0.5 * (high - low);

    if (incomplete_gamma_log(kept / 2, exp(middle)) > wanted)
      high = middle;
    else
      low = middle;
  }
  return sqrt(in->d) * exp(-low / 2); /* d delta^2 / 4 = exp(low) */
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double kept = fmin(floor(in->p / in->n) - 1, in->d), heuristic = sqrt(in->n * in->d / in->p);

  if (!(in->n >= 2)) FAIL(LIP_EOPTION, "n = %.15g must be at least 2: the nearest pair", in->n);
  if (!(kept >= 1))
    FAIL(LIP_EOPTION, "p = %.15g must be at least 2 n = %.15g: one coordinate and a height a point",
         in->p, 2 * in->n);
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->bound = constant_of(in, kept, in->delta);
  out->order = sqrt(in->d / kept);
  law_says(
      out,
      "with probability at least %.6g, tents about the points' first %.15g coordinates fit all "
      "labels -1 and +1 with %.15g parameters and a Lipschitz constant of at most %.6g",
      1 - in->delta, kept, in->n * (kept + 1), out->bound);
  law_assume(out, LIP_UNKNOWN, "points independent N(0, I/d)");
  law_at_least(out, kept, 3 * log(in->n),
               "typical of sqrt(d/d'): d' >= 3 log n; below, the nearest pair is far nearer");
  law_constant(out, "d', coordinates kept", kept, "the largest whole d' with n (d' + 1) <= p");
  law_constant(out, "typical constant", constant_of(in, kept, log(2)),
               "pairs as if independent: a forecast");
  law_constant(out, "sqrt(n d / p), the law's order", heuristic, "universal law, Remark 1.1");
  law_constant(out, "bound / sqrt(n d / p)", out->bound / heuristic, DERIVED);
done:
  return st;
}

const lip_law law_projection = {
    "projection",
    "the curve p = n (d' + 1): tents about projected points reach Lip = O(sqrt(n d / p))",
    "universal law (Bubeck, Sellke), Remark 1.1; constants " DERIVED,
    "n d p delta",
    "",
    "p n",
    "L",
    evaluate};
