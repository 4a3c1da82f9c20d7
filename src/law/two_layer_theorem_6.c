/* two_layer_theorem_6.c - two-layer paper, Theorem 6: polynomial activations of degree p, biases
   allowed: Lip on the unit ball of order sqrt(n / d^(p-1)).

   n = sum_q <T_q, Omega_q> <= sum_q d^(q-1) |Omega_q|_op |T_q|_op on balanced data, and Markov's
   inequality for coefficients bounds |T_q|_op by Lip / factor_q: the paper's own step is wrong.
   Source: Bubeck, Li, Nagaraj, Theorem 6 (B12); proved in docs/theory.md, explicit for p <= 2. */
#include "law/random_tensors.h"
#include "law/theorem.h"

#include "law/markov.h"

#include <math.h>

/* The points of the largest balanced subset, but for probability part. */
static double balanced(const lip_law_input *in, double part)
{
  if (!isnan(in->positive)) return 2 * in->n * fmin(in->positive, 1 - in->positive);
  return fmax(in->n - sqrt(2 * in->n * log(2 / part)), 0);
}

static void constants(lip_law_result *out, int degree)
{
  static const char *const names[] = {"",
                                      "Markov factor of order 1",
                                      "Markov factor of order 2",
                                      "Markov factor of order 3",
                                      "Markov factor of order 4",
                                      "Markov factor of order 5",
                                      "Markov factor of order 6",
                                      "Markov factor of order 7",
                                      "Markov factor of order 8"};

  for (int q = 1; q <= degree && q <= 8; q++)
    law_constant(out, names[q], markov_factor(degree, q), DERIVED);
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double p = in->degree, part = in->delta / 3, n = balanced(in, part);

  TRY(law_whole(p, "degree", err));
  if (p > 40) FAIL(LIP_EOPTION, "degree = %.15g is above 40", p);
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->order = sqrt(in->n / pow(in->d, p - 1));
  if (p == 1) out->bound = n / random_vector(n, part);
  if (p == 2) out->bound = n / (random_vector(n, part) + in->d / 2 * random_matrix(n, in->d, part));
  if (n == 0 && p <= 2) out->bound = 0;
  law_says(out,
           "every network with a polynomial activation of degree %.15g that fits has a constant of "
           "at least %s%.6g on the unit ball, with probability at least %.6g",
           p, p <= 2 ? "" : "c_p ", p <= 2 ? out->bound : out->order, 1 - in->delta);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  law_assume(out, LIP_UNKNOWN, "psi a polynomial of degree p, f(x_i) = y_i at all points");
  if (p > 2)
    law_at_least(out, in->n, pow(in->d, p - 1), "n >= d^(p-1), without which Lemma 5 fails");
  law_constant(out, "c_p", p <= 2 ? out->bound / out->order : NAN,
               p <= 2 ? DERIVED : "two-layer paper, Theorem 6: depends on p alone");
  constants(out, (int)p);
done:
  return st;
}

const lip_law law_two_layer_6 = {
    "two-layer-theorem-6",
    "polynomial psi of degree p, with biases: Lip >= c_p sqrt(n / d^(p-1))",
    "two-layer paper (Bubeck, Li, Nagaraj), Theorem 6; constants " DERIVED,
    "n d degree delta",
    "positive L_star",
    "n delta",
    "L",
    evaluate};
