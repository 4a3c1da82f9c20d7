/* net_size.c - the net of a class with parameters: how many functions stand for it, and how far its
   points are apart.

   Source: Bubeck, Sellke, proof of Theorem 3 (U7); the separated set is counted in
   docs/theory.md. */
#include "law/theorem.h"

#include "law/class_size.h"

#include <math.h>

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input own = *in;
  class_size paper, separated;

  own.log_size = NAN; /* the target of solving */
  if (isnan(own.net_radius)) own.net_radius = in->eps / 6;
  TRY(class_size_paper(in, &paper, err));
  TRY(class_size_net(&own, 1, &separated, err));
  out->kind = LIP_NUMBER;
  out->bound = separated.log_size;
  law_says(out,
           "at most exp(%.6g) functions of the class are enough for every one to be within %.6g of "
           "one of "
           "them at the points: parameters %.6g apart",
           out->bound, own.net_radius, own.net_radius / in->J);
  class_size_assume(&separated, out);
  law_constant(out, "p log(1 + 2 diam J / radius)", separated.log_size, DERIVED);
  law_constant(out, "p log(60 diam J / eps)", paper.log_size,
               "universal law, proof of Theorem 3; radius eps / 6, diam J / eps >= 1/48");
  law_constant(out, "eps / (6 J), distance of its points", in->eps / (6 * in->J),
               "universal law, proof of Theorem 3");
done:
  return st;
}

const lip_law law_net = {"net",
                         "a net of a class of p parameters has (1 + 2 diam J / r)^p functions",
                         "universal law (Bubeck, Sellke), proof of Theorem 3; count " DERIVED,
                         "p J eps",
                         "W diam net_radius",
                         "p J W diam net_radius",
                         "log_size",
                         evaluate};
