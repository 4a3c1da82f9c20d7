/* two_layer_theorem_5.c - two-layer paper, Theorem 5: an order-p tensor (psi = t^p without biases)
   that fits has |T|_op of order sqrt(n / d^(p-1)), and p |T|_op is its constant on the unit ball.

   |T|_op >= n / (d^(p-1) |sum y_i x_i^p|_op), and always |T|_op >= 1. The slope of <T, x^p> at the
   unit vector where it is largest in size is p |T|_op: T is symmetric. Source: Bubeck, Li, Nagaraj,
   Theorem 5 (B11); constants for p <= 2 proved in docs/theory.md. */
#include "law/random_tensors.h"
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double p = in->degree, norm = NAN; /* |T|_op at least */

  TRY(law_whole(p, "degree", err));
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->order = sqrt(in->n / pow(in->d, p - 1));
  if (p == 1) norm = in->n / random_vector(in->n, in->delta);
  if (p == 2) norm = fmax(1, in->n / (in->d * random_matrix(in->n, in->d, in->delta)));
  if (p <= 2) out->bound = p * norm;
  law_says(out,
           "with probability at least %.6g, every symmetric tensor T with <T, x_i^p> = y_i has "
           "|T|_op >= %s%.6g, and x -> <T, x^p> a constant of p |T|_op >= %s%.6g on the unit ball",
           1 - in->delta, p <= 2 ? "" : "c_p ", p <= 2 ? norm : out->order, p <= 2 ? "" : "p c_p ",
           p <= 2 ? out->bound : out->order);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  law_assume(out, LIP_UNKNOWN, "psi = t^p, no biases, f(x_i) = y_i at all points");
  if (p > 2)
    law_at_least(out, in->n, pow(in->d, p - 1), "n >= d^(p-1), without which Lemma 5 fails");
  law_constant(out, "|T|_op at least", norm, p <= 2 ? DERIVED : "c_p times the order");
  law_constant(out, "c_p of |T|_op", p <= 2 ? norm / out->order : NAN,
               p <= 2 ? DERIVED : "two-layer paper, Theorem 5: depends on p alone");
done:
  return st;
}

const lip_law law_two_layer_5 = {
    "two-layer-theorem-5",
    "psi = t^p without biases: Lip >= c_p sqrt(n / d^(p-1))",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 5; constants " DERIVED,
    "n d degree delta",
    "L_star",
    "n delta",
    "L",
    evaluate};
