/* conjectures.c - two-layer paper, Conjectures 1 and 2: sqrt(n/k), with constants that nobody
   knows, and which of the paper's regimes (n, d, k) lies in.

   Source: Bubeck, Li, Nagaraj, section 2 (B4). Both are open: Conjecture 1 is proved in special
   cases (its Theorems 4 to 7), Conjecture 2 at both ends of k. */
#include "law/theorem.h"

#include <math.h>

/* The paper's regimes, its unknown constants set to 1, and 10 for "much more than". */
static const char *regime(double n, double d, double k)
{
  if (isnan(d)) return "without d the regime is not known";
  if (k > 10 * n)
    return "saturated: many more neurons than points, which the conjecture says nothing gains by";
  if (k >= n / 2) return "optimal smoothness: about one neuron per point";
  if (k < n / d) return "infeasible: below n/d, where generic labels cannot be memorised";
  if (k <= d) return "undercomplete: k <= d, where Theorem 4 proves sqrt(d/k)";
  if (k <= 10 * n / d) return "optimal size: about one neuron per d points";
  return "intermediate: between optimal size n/d and optimal smoothness n";
}

static lip_status lower(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  (void)err;
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->order = sqrt(in->n / in->k);
  law_says(
      out,
      "CONJECTURE, not a theorem: every network of %.15g neurons that fits %.15g generic points "
      "has a constant of at least c %.6g on the sphere; %s",
      in->k, in->n, out->order, regime(in->n, in->d, in->k));
  law_assume(out, LIP_UNKNOWN,
             "generic data: points uniform on the sphere or N(0, I/d), random signs");
  law_assume(out, LIP_UNKNOWN, "the conjecture itself");
  if (!isnan(in->d))
    law_at_least(out, in->k, in->n / in->d, "k >= n/d: below, no network fits generic labels");
  law_constant(out, "c", NAN, "two-layer paper, Conjecture 1: a universal constant");
  return LIP_OK;
}

static lip_status upper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  (void)err;
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->order = sqrt(in->n / in->k);
  law_says(out,
           "CONJECTURE, not a theorem: for some activation a network of %.15g neurons fits %.15g "
           "generic points with a constant of at most C %.6g on the sphere; %s",
           in->k, in->n, out->order, regime(in->n, in->d, in->k));
  law_assume(out, LIP_UNKNOWN,
             "generic data: points uniform on the sphere or N(0, I/d), random signs");
  law_assume(out, LIP_UNKNOWN, "the conjecture itself; n at most a power of d");
  law_at_least(out, in->k, in->n / in->d, "k >= C n/d, at C = 1");
  law_at_most(out, in->k, in->n, "k <= C n, at C = 1");
  law_constant(out, "C", NAN, "two-layer paper, Conjecture 2: a universal constant");
  return LIP_OK;
}

const lip_law law_conjecture_1 = {"conjecture-1",
                                  "Lip >= c sqrt(n/k) for every fit of generic data, c unknown",
                                  "two-layer paper (Bubeck, Li, Nagaraj), Conjecture 1",
                                  "n k",
                                  "d",
                                  "k n",
                                  "L",
                                  lower};

const lip_law law_conjecture_2 = {"conjecture-2",
                                  "some fit has Lip <= C sqrt(n/k) for n/d <= k <= n, C unknown",
                                  "two-layer paper (Bubeck, Li, Nagaraj), Conjecture 2",
                                  "n d k",
                                  "",
                                  "k n",
                                  "L",
                                  upper};
