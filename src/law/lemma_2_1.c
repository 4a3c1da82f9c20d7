/* lemma_2_1.c - universal law, Lemma 2.1: to fit below the noise level is to correlate with the
   noise.

   Source: Bubeck, Sellke, Lemma 2.1 (U4). The printed proof gives eps/4; docs/theory.md proves the
   statement. */
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  double square = in->n * in->eps * in->eps;

  (void)err;
  out->kind = LIP_PROBABILITY;
  out->bound = 2 * exp(-square / 512);
  law_says(
      out,
      "but for probability %.6g, every f whose mean squared error is at most sigma^2 - %.6g has "
      "(1/n) sum f(x_i) z_i >= %.6g",
      out->bound, in->eps, in->eps / 3);
  law_assume(out, LIP_UNKNOWN,
             "labels in [-1, 1], pairs (x_i, y_i) independent, z_i = y_i - E(y | x_i)");
  law_at_least(out, in->sigma2, in->eps, "sigma^2 >= eps, else no error is so far below it");
  law_constant(out, "8^3", 512, "universal law, Lemma 2.1");
  law_constant(out, "18 suffices in its place", 18, DERIVED);
  law_constant(out, "eps / 3", in->eps / 3, "universal law, Lemma 2.1");
  return LIP_OK;
}

const lip_law law_lemma_2_1 = {
    "lemma-2.1",
    "a fit below the noise level correlates with the noise: <f, z> >= eps/3",
    "universal law (Bubeck, Sellke), Lemma 2.1",
    "n eps",
    "sigma2",
    "n eps",
    "delta",
    evaluate};
