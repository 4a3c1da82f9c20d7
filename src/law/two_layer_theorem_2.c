/* two_layer_theorem_2.c - two-layer paper, Theorem 2: f(x) = sum y_i (x_i.x)^p with about d^(p-1)
   neurons t^p; what the construction reaches, explicit for p = 2.

   Lip on the sphere is at most p |sum y_i x_i^p|_op (Lemma 1), and f(x_j) - y_j is a sum of the
   other points' terms (Lemma 4). Source: Bubeck, Li, Nagaraj, Theorem 2 (B8); constants proved in
   docs/theory.md. */
#include "law/random_tensors.h"
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double p = in->degree, half = in->delta / 2, k, error;

  TRY(law_whole(p, "degree", err));
  if (p < 2) FAIL(LIP_EOPTION, "degree = %.15g must be at least 2", p);
  k = p == 2 ? in->d : pow(2, p) * pow(in->d, p - 1);
  error = random_sum(in->n - 1, in->d, p, half / in->n);
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->order = sqrt(in->n / pow(in->d, p - 1));
  if (p == 2) out->bound = 2 * random_matrix(in->n, in->d, half);
  law_says(out,
           "sum y_i (x_i.x)^p has %.10g neurons, a constant of at most %s%.6g on the sphere and "
           "errors |f(x_i) - y_i| of at most %s%.6g, with probability at least %.6g",
           k, p == 2 ? "" : "C_p ", p == 2 ? out->bound : out->order, p == 2 ? "" : "C_p ",
           p == 2 ? error : sqrt(in->n * log(in->n) / pow(in->d, p)), 1 - in->delta);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  law_assume(out, fmod(p, 2) == 0 ? LIP_YES : LIP_NO, "p is even");
  law_at_most(out, sqrt(in->n * log(in->n) / pow(in->d, p)), 1,
              "eps = sqrt(n log n / d^p) below 1, else it fits nothing");
  law_constant(out, "C_p", NAN, "two-layer paper, Theorem 2: depends on p alone");
  if (p == 2) {
    law_constant(out, "largest |f(x_i) - y_i|", error, DERIVED);
    law_constant(out, "4 sqrt(n/k), as n/d grows", 4 * sqrt(in->n / in->d), "measured, not proved");
  }
done:
  return st;
}

const lip_law law_two_layer_2 = {
    "two-layer-theorem-2",
    "sum y_i (x_i.x)^p: some fit has Lip <= C_p sqrt(n/k), k about d^(p-1)",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 2; constants " DERIVED,
    "n d degree delta",
    "",
    "n",
    "L",
    evaluate};
