/* two_layer_theorem_7.c - two-layer paper, Theorem 7: a quadratic network x'Tx of rank k that fits
   has |T|_op of order sqrt(n d) / k, and the constant 2 |T|_op on the unit ball.

   |T|_op >= n / (sum of the k largest singular values of sum y_i x_i x_i'). Source: Bubeck, Li,
   Nagaraj, Theorem 7 (B13); constants proved in docs/theory.md. */
#include "law/random_tensors.h"
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  double norm = fmax(1, in->n / (in->k * random_matrix(in->n, in->d, in->delta)));

  (void)err;
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = 2 * norm;
  law_says(out,
           "with probability at least %.6g, every symmetric matrix T of rank %.15g with x_i'Tx_i = "
           "y_i has |T|_op >= %.6g, and x'Tx a constant of 2 |T|_op >= %.6g on the unit ball",
           1 - in->delta, in->k, norm, out->bound);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  law_assume(out, LIP_UNKNOWN, "psi = t^2, no biases, f(x_i) = y_i at all points");
  law_at_most(out, in->k, in->d, "k <= d, the rank of a matrix");
  law_constant(out, "|T|_op at least", norm, DERIVED);
  law_constant(out, "c of |T|_op >= c sqrt(n d) / k", norm * in->k / sqrt(in->n * in->d), DERIVED);
  law_constant(out, "|T|_op as n/d grows, sqrt(n d) / (2 k)", sqrt(in->n * in->d) / (2 * in->k),
               "measured, not proved");
  return LIP_OK;
}

const lip_law law_two_layer_7 = {
    "two-layer-theorem-7",
    "quadratic networks of k neurons: Lip = 2 |T|_op >= 2 c sqrt(n d) / k",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 7; constants " DERIVED,
    "n d k delta",
    "L_star",
    "k n delta",
    "L",
    evaluate};
