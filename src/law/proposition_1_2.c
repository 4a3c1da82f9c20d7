/* proposition_1_2.c - universal law, Proposition 1.2: n^(-1/2) times a sum of n independent
   C-subgaussian variables of mean 0 is 18 C-subgaussian.

   Source: Bubeck, Sellke, Proposition 1.2 (U2), quoted there from Vershynin and van Handel. */
#include "law/theorem.h"

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  (void)err;
  out->kind = LIP_NUMBER;
  out->bound = 18 * in->subgaussian;
  law_says(out,
           "n^(-1/2) sum X_i is %.10g-subgaussian: P(|sum| >= sqrt(n) t) <= 2 exp(-t^2 / %.10g)",
           out->bound, out->bound);
  law_assume(out, LIP_UNKNOWN, "X_i independent, mean 0, P(|X_i| >= t) <= 2 exp(-t^2 / C)");
  law_constant(out, "18", 18, "universal law, Proposition 1.2");
  law_constant(out, "what random signs need, C = 1 / log 2", 2, "Hoeffding: 18 is 13 times more");
  return LIP_OK;
}

const lip_law law_proposition_1_2 = {"proposition-1.2",
                                     "a normalised sum of C-subgaussians is 18 C-subgaussian",
                                     "universal law (Bubeck, Sellke), Proposition 1.2",
                                     "subgaussian",
                                     "",
                                     "subgaussian",
                                     "L",
                                     evaluate};
