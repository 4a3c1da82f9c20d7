/* lemmas_random.c - two-layer paper, Lemmas 4 and 5: sums of random signs times powers of random
   points; explicit constants for p <= 2, and the ranges that the paper leaves out.

   Source: Bubeck, Li, Nagaraj, appendix B (B18, B19); constants proved in docs/theory.md. */
#include "law/random_tensors.h"
#include "law/theorem.h"

#include <math.h>

static lip_status lemma_4(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = law_whole(in->degree, "degree", err);
  double p = in->degree, tau = log(2 / in->delta);

  if (st != LIP_OK) return st;
  out->kind = LIP_NUMBER;
  out->bound = random_sum(in->n, in->d, p, in->delta);
  out->order = sqrt(in->n * tau / pow(in->d, p));
  law_says(
      out,
      "|sum y_i (x_i.x)^p| is at most %s%.6g with probability at least %.6g, for a fixed unit x",
      p <= 2 ? "" : "C_p ", p <= 2 ? out->bound : out->order, 1 - in->delta);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  if (p > 2)
    law_at_most(out, tau, pow(in->n, 1 / (p - 1)),
                "tau = log(2 / delta) <= n^(1/(p-1)): the paper's tau <= n is too much for p > 2");
  law_constant(out, "C_p sqrt(tau)", p <= 2 ? out->bound / out->order * sqrt(tau) : NAN,
               p <= 2 ? DERIVED : "two-layer paper, Lemma 4: depends on p alone");
  return LIP_OK;
}

static lip_status lemma_5(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = law_whole(in->degree, "degree", err);
  double p = in->degree;

  if (st != LIP_OK) return st;
  out->kind = LIP_NUMBER;
  out->order = sqrt(in->n / pow(in->d, p - 1));
  if (p == 1) out->bound = random_vector(in->n, in->delta);
  if (p == 2) out->bound = random_matrix(in->n, in->d, in->delta);
  law_says(out, "|sum y_i x_i^p|_op is at most %s%.6g with probability at least %.6g",
           p <= 2 ? "" : "C_p ", p <= 2 ? out->bound : out->order, 1 - in->delta);
  law_assume(out, LIP_UNKNOWN, "points independent and uniform on the unit sphere, random signs");
  if (p > 2)
    law_at_least(out, in->n, pow(in->d, p - 1),
                 "n >= d^(p-1): for fewer points the norm is at least about 1");
  law_constant(out, "C_p here", p <= 2 ? out->bound / out->order : NAN,
               p <= 2 ? DERIVED : "two-layer paper, Lemma 5: depends on p alone");
  if (p == 2) law_constant(out, "C_2 as n/d grows", 2, "measured, not proved");
  return LIP_OK;
}

const lip_law law_lemma_4 = {"two-layer-lemma-4",
                             "|sum y_i (x_i.x)^p| <= C_p sqrt(n tau / d^p); explicit for p <= 2",
                             "two-layer paper (Bubeck, Li, Nagaraj), Lemma 4; constants " DERIVED,
                             "n d degree delta",
                             "",
                             "",
                             "L",
                             lemma_4};

const lip_law law_lemma_5 = {"two-layer-lemma-5",
                             "|sum y_i x_i^p|_op <= C_p sqrt(n / d^(p-1)); explicit for p <= 2",
                             "two-layer paper (Bubeck, Li, Nagaraj), Lemma 5; constants " DERIVED,
                             "n d degree delta",
                             "",
                             "",
                             "L",
                             lemma_5};
