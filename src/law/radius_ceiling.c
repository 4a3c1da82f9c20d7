/* radius_ceiling.c - the largest certified radius, margin over Lipschitz constant, that any network
   of a class reaches at all points with random labels.

   g with y_i g(x_i) >= eta and constant L gives f = g / eta, cut to [-1, 1], which fits exactly and
   has the constant L / eta: so eta / L is at most one over the bound for exact fits. In order
   sqrt(p / (n d)). Source: corollary of Bubeck, Sellke, Theorem 3 (theory.md U6); docs/theory.md.
 */
#include "law/theorem.h"

#include <math.h>
#include <stdio.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input exact = *in;
  lip_law_result by_tail = {.bound = NAN}, by_profile = {.bound = NAN};
  double trivial = in->L_star > 0 ? 1 / in->L_star : 1;

  exact.fit_error = 0;
  exact.outliers = NAN;
  TRY(law_theorem_3_sharp.evaluate(&exact, &by_tail, err));
  TRY(law_profile.evaluate(&exact, &by_profile, err));
  *out = by_tail;
  out->solved = *in;
  out->kind = LIP_NUMBER;
  out->bound = 1 / by_tail.bound; /* infinite where the errors leave nothing */
  if (!isnan(in->p)) out->order = sqrt(in->p / (in->n * in->d));
  law_says(out,
           "with probability at least %.6g, no network of the class has margins of at least %.6g "
           "times its Lipschitz constant at all points: no certificate of the form margin / Lip "
           "reaches that radius everywhere",
           1 - in->delta, out->bound);
  law_constant(out, "by the isoperimetric profile", 1 / by_profile.bound,
               DERIVED ", where the points' law has one");
  if (!isnan(in->p)) law_constant(out, "sqrt(p / (n d))", out->order, "the order of the ceiling");
  if (!isnan(in->J))
    law_assume(out, LIP_UNKNOWN, "the class holds f / margin with each f, cut to [-1, 1] or not");
  if (!(out->bound < trivial)) {
    out->vacuous = true;
    (void)snprintf(out->why_vacuous, sizeof out->why_vacuous,
                   "not below %.6g, half the least distance of opposite labels%s", trivial,
                   in->L_star > 0 ? "" : " in the unit ball; --L-star tells it");
  }
done:
  return st;
}

const lip_law law_radius_ceiling = {
    "radius-ceiling",
    "certified radius margin / Lip of random labels <= one over the sharp bound, about sqrt(p/(n "
    "d))",
    "corollary of the universal law (Bubeck, Sellke), Theorem 3; constants " DERIVED,
    "n d delta c mixture",
    "p log bits log_size diam W J net_radius positive L_star",
    "p n d c delta log bits log_size",
    "value",
    evaluate};
