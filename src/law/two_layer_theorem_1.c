/* two_layer_theorem_1.c - two-layer paper, Theorem 1: m = n/k points of equal labels per ReLU
   neuron; what the construction reaches.

   Neuron l is 2 ReLU(w_l.x - 1/2), w_l of least norm with w_l.x = 1 on its group. Gaussian model:
   |w_l|^2 = m d / chi^2 with d - m + 1 degrees of freedom, and w_l is independent of the other
   points. On the unit ball the gradient is at most 4 |W|_op^2. Source: Bubeck, Li, Nagaraj, Theorem
   1 and appendix C (B7); constants proved in docs/theory.md. */
#include "law/theorem.h"

#include <math.h>

/* The degree of freedom nu's chi^2 is at least this but for probability exp(-l). */
static double chi_square_low(double nu, double l)
{
  return fmax(nu - 2 * sqrt(nu * l), 0);
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  double m = in->n / in->k, part = in->delta / 4, l = log(in->k / part);
  double longest = sqrt(m * in->d / chi_square_low(in->d - m + 1, l)); /* of the |w_l| */
  double off = longest * sqrt(2 * log(in->k * in->n / part) / in->d);  /* off its group */
  double spread = (sqrt(in->k) + sqrt(in->d) + sqrt(2 * log(1 / part))) /
                  sqrt(chi_square_low(in->d, l)); /* of directions */

  (void)err;
  if (!(m < in->d)) longest = off = INFINITY;
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->order = in->n * log(in->d) / in->k;
  out->bound = 4 * longest * longest * spread * spread;
  if (isnan(out->bound)) out->bound = INFINITY;
  law_says(
      out,
      "groups of %.6g points with equal labels per ReLU neuron fit the data with a constant of "
      "at most %.6g on the unit ball, with probability at least %.6g; the paper's order is "
      "n log(d) / k = %.6g",
      m, out->bound, 1 - in->delta, out->order);
  law_assume(out, LIP_UNKNOWN,
             "points N(0, I/d), labels independent of them, groups of equal labels");
  law_at_most(out, off, 0.5, "|w_l.x_j| <= 1/2 off the group, proved");
  law_assume(out, m <= in->d / (1 + 8 * log(in->n)) ? LIP_YES : LIP_UNKNOWN,
             "in practice: m = %.4g <= d / (1 + 8 log n) = %.4g; adaptive thresholds: %.4g", m,
             in->d / (1 + 8 * log(in->n)), in->d / (1 + 2 * log(in->n)));
  law_constant(out, "C of n log(d) / k", NAN, "two-layer paper, Theorem 1: a universal constant");
  law_constant(out, "4 of 4 |W|_op^2", 4, DERIVED);
  return LIP_OK;
}

const lip_law law_two_layer_1 = {
    "two-layer-theorem-1",
    "n/k points per ReLU neuron: some fit has Lip <= C n log(d) / k",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 1; constants " DERIVED,
    "n d k delta",
    "",
    "k",
    "L",
    evaluate};
