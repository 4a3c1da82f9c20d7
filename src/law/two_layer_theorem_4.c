/* two_layer_theorem_4.c - two-layer paper, Theorem 4: f(x) = g(Px) with P of rank k <= d needs a
   constant of order sqrt(d/k), whatever g is.

   N disjoint pairs of opposite labels, S = sum (x - x')(x - x')': Lip >= 2 N / sqrt(N sum of the k
   largest eigenvalues of S), and the largest is at most (2/d) (sqrt N + sqrt d + t)^2. Source:
   Bubeck, Li, Nagaraj, Theorem 4 (B10); constants proved in docs/theory.md. */
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  double half = in->delta / 2, t = sqrt(2 * log(1 / half)), pairs;

  (void)err;
  pairs = isnan(in->positive) ? in->n / 2 - sqrt(in->n * log(2 / half) / 2)
                              : in->n * fmin(in->positive, 1 - in->positive);
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = pairs > 0 ? sqrt(2 * in->d / in->k) / (1 + sqrt(in->d / pairs) + t / sqrt(pairs))
                         : 0;
  law_says(out,
           "with probability at least %.6g, every f(x) = g(Px), P of rank %.15g, that fits has a "
           "constant of at least %.6g on the smallest ball that holds the data",
           1 - in->delta, in->k, out->bound);
  law_assume(out, LIP_UNKNOWN, "points N(0, I/d), signs independent of them%s",
             isnan(in->positive) ? ", both equally likely" : "; their counts as given");
  law_assume(out, LIP_UNKNOWN, "f(x_i) = y_i at all points, whatever g is");
  law_at_most(out, in->k, in->d, "k <= d: beyond, every f has this form");
  law_constant(out, "sqrt 2, and pairs N", sqrt(2), DERIVED);
  law_constant(out, "N, pairs of opposite labels", pairs, DERIVED);
  law_constant(out, "sqrt(2 d/k) / (1 + sqrt(d/N)), typical",
               sqrt(2 * in->d / in->k) / (1 + sqrt(in->d / fmax(in->n / 2, 1))), DERIVED);
  return LIP_OK;
}

const lip_law law_two_layer_4 = {
    "two-layer-theorem-4",
    "k <= d neurons, any activation: Lip >= c sqrt(d/k)",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 4; constants " DERIVED,
    "n d k delta",
    "positive L_star",
    "k n delta",
    "L",
    evaluate};
