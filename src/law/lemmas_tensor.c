/* lemmas_tensor.c - two-layer paper, Lemmas 1, 2 and 3: norms of a tensor, and how many neurons t^p
   express it.

   Source: Bubeck, Li, Nagaraj, appendix A (B15, B16, B17). */
#include "law/theorem.h"

#include <math.h>

static lip_status lemma_1(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = law_whole(in->degree, "degree", err);

  if (st != LIP_OK) return st;
  out->kind = LIP_LIPSCHITZ_AT_MOST;
  out->bound = in->degree * in->norm;
  law_says(out,
           "x -> <T, x^p> has a constant of at most p |T|_op = %.6g on the unit sphere and ball",
           out->bound);
  law_constant(out, "p", in->degree, "two-layer paper, Lemma 1");
  return LIP_OK;
}

/* C(d + p - 2, p - 1): monomials of order p - 1, as many as the symmetric slices of a tensor. */
static double monomials(double d, double p)
{
  return exp(lgamma(d + p - 1) - lgamma(p) - lgamma(d));
}

static lip_status lemma_2(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = law_whole(in->degree, "degree", err);
  double p = in->degree;

  if (st != LIP_OK) return st;
  out->kind = LIP_NUMBER;
  out->bound = pow(2, p) * pow(in->d, p - 1);
  law_says(out, "every tensor of order %.15g is a sum of %.10g neurons +-(w.x)^p", p, out->bound);
  law_constant(out, "2^p d^(p-1)", out->bound, "two-layer paper, Lemma 2");
  law_constant(out, "half of them: signs and their negatives", out->bound / 2, DERIVED);
  law_constant(out, "symmetric tensors: 2^(p-1) monomials", pow(2, p - 1) * monomials(in->d, p),
               DERIVED);
  if (p == 2) law_constant(out, "by eigenvectors: d", in->d, "two-layer paper, proof of Theorem 2");
  return LIP_OK;
}

static lip_status lemma_3(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = law_whole(in->degree, "degree", err);

  if (st != LIP_OK) return st;
  out->kind = LIP_NUMBER;
  out->bound = pow(in->d, in->degree - 1) * in->norm;
  law_says(out, "the nuclear norm is at most d^(p-1) |T|_op = %.6g", out->bound);
  law_constant(out, "d^(p-1)", pow(in->d, in->degree - 1), "two-layer paper, Lemma 3");
  return LIP_OK;
}

const lip_law law_lemma_1 = {"two-layer-lemma-1",
                             "x -> <T, x^p> has Lip <= p |T|_op",
                             "two-layer paper (Bubeck, Li, Nagaraj), Lemma 1",
                             "degree norm",
                             "L_star",
                             "norm",
                             "L",
                             lemma_1};

const lip_law law_lemma_2 = {"two-layer-lemma-2",
                             "a tensor of order p is a sum of 2^p d^(p-1) neurons (w.x)^p",
                             "two-layer paper (Bubeck, Li, Nagaraj), Lemma 2",
                             "d degree",
                             "",
                             "d",
                             "k",
                             lemma_2};

const lip_law law_lemma_3 = {"two-layer-lemma-3",
                             "the nuclear norm is at most d^(p-1) |T|_op",
                             "two-layer paper (Bubeck, Li, Nagaraj), Lemma 3",
                             "d degree norm",
                             "",
                             "",
                             "L",
                             lemma_3};
