/* two_layer_theorem_3.c - two-layer paper, Theorem 3: |a| |W|_op bounds the constant from above
   (5), and is at least of order sqrt(n/k) for networks without biases that fit (6).

   Source: Bubeck, Li, Nagaraj, Theorem 3 (B9); the constants of (6) are proved in docs/theory.md.
 */
#include "law/theorem.h"

#include <math.h>

static lip_status upper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  (void)err;
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->bound = in->product;
  law_says(out, "Lip(f) <= Lip(psi) |a| |W|_op = %.6g, on every domain", out->bound);
  law_assume(out, LIP_UNKNOWN, "product = Lip(psi) |a| |W|_op");
  return LIP_OK;
}

static lip_status lower(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  double factor = 1 / (2 + sqrt(2 * log(1 / in->delta)));

  (void)err;
  out->kind = LIP_NUMBER;
  out->bound = factor * sqrt(in->n / in->k);
  law_says(
      out,
      "Lip(psi) |a| |W|_op >= %.6g for every network without biases that fits, with probability "
      "at least %.6g; it is at least %.6g with positive probability",
      out->bound, 1 - in->delta, 0.5 * sqrt(in->n / in->k));
  law_assume(out, LIP_UNKNOWN, "points of length at most 1, signs random and independent of them");
  law_assume(out, LIP_UNKNOWN,
             "no biases, psi(s t) = s psi(t) for s > 0 (ReLU, leaky ReLU, identity)");
  law_assume(out, LIP_UNKNOWN, "f(x_i) = y_i at all points");
  law_at_most(out, out->bound, in->product, "the network's own product is no smaller");
  law_constant(out, "1 / (2 + sqrt(2 log(1 / delta)))", factor, DERIVED);
  law_constant(out, "1/2, with positive probability", 0.5, DERIVED);
  return LIP_OK;
}

const lip_law law_two_layer_3_upper = {"two-layer-theorem-3-upper",
                                       "Lip <= Lip(psi) |a| |W|_op (5)",
                                       "two-layer paper (Bubeck, Li, Nagaraj), Theorem 3 (5)",
                                       "product",
                                       "",
                                       "",
                                       "L",
                                       upper};

const lip_law law_two_layer_3_lower = {
    "two-layer-theorem-3-lower",
    "Lip(psi) |a| |W|_op >= sqrt(n/k) / 2 for fits without biases (6)",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 3 (6); constants " DERIVED,
    "n k delta",
    "product",
    "k n delta",
    "product",
    lower};
