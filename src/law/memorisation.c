/* memorisation.c - how many neurons fit n labels in general position: Baum's construction, about
   n/d.

   The rarer label's n_s points in groups of d, each on a hyperplane that no other point is near: a
   tent of 3 ReLU neurons for each, 2 thresholds, or the two-layer paper's 4. Source: Baum 1988,
   cited in Bubeck, Li, Nagaraj, section 1 (B22); `liplaw construct baum` builds it. */
#include "law/theorem.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double share = isnan(in->positive) ? 0.5 : in->positive;
  double rarer = round(in->n * fmin(share, 1 - share)), planes;

  TRY(law_whole(in->n, "n", err));
  planes = ceil(fmax(rarer, 1) / in->d);
  out->kind = LIP_NUMBER;
  out->bound = 3 * planes;
  out->order = in->n / in->d;
  law_says(out,
           "%.15g ReLU neurons, %.15g parameters, fit %.15g labels of which %.15g are of the rarer "
           "kind: one tent for each of %.15g hyperplane%s",
           out->bound, out->bound * (in->d + 2) + 1, in->n, fmax(rarer, 1), planes,
           planes == 1 ? "" : "s");
  law_assume(out, LIP_UNKNOWN,
             "every d of the rarer kind's points lie on a hyperplane without others");
  law_assume(out, isnan(in->positive) ? LIP_UNKNOWN : LIP_YES,
             "a share of %.6g of the labels is +1%s", share,
             isnan(in->positive) ? ": --positive tells another" : "");
  law_constant(out, "parameters, k (d + 2) + 1", out->bound * (in->d + 2) + 1, DERIVED);
  law_constant(out, "neurons by 4 a hyperplane", 4 * planes, "Baum; two-layer paper, section 1");
  law_constant(out, "threshold neurons", 2 * planes, "Baum 1988");
  law_constant(out, "n / d", out->order, "the order, two-layer paper, section 1");
  if (!isnan(in->bits))
    law_constant(out, "parameters of b bits, at least n / b", in->n / in->bits,
                 "2^(b p) functions for 2^n labellings");
done:
  return st;
}

const lip_law law_memorisation = {"memorisation",
                                  "how many neurons fit at all: k = 3 ceil(n_s / d), about 1.5 n/d",
                                  "Baum 1988; two-layer paper (Bubeck, Li, Nagaraj), section 1",
                                  "n d",
                                  "positive bits",
                                  "",
                                  "value",
                                  evaluate};
