/* deep.c - Theorem 3 for classes whose parameters move the function very fast.

   The net's logarithm per parameter, log(60 J diam / eps) or log(1 + 2 J diam / r), is formed from
   logarithms and handed to the theorem: J = R (W Q p)^D is no double for deep networks. Source:
   universal law, section 3 (U10). */
#include "law/deep.h"

#include <math.h>
#include <string.h>

/* log(1 + 2 J diam / r) */
static double separated(const deep_class *at, double radius)
{
  double ratio = log(2) + at->log_slope + at->log_diameter - log(radius);

  return ratio > 0 ? ratio + log1p(exp(-ratio)) : log1p(exp(ratio));
}

/* The radius with the largest (room - r) / sqrt(log): golden section in log r. It depends on
   nothing that was drawn. */
static double best_radius(const deep_class *at, double room)
{
  const double golden = 0.61803398874989484820;
  double low = log(1e-9 * room), high = log(room);

  for (int step = 0; step < 80; step++) {
    double left = exp(high - golden * (high - low)), right = exp(low + golden * (high - low));

    if ((room - left) / sqrt(separated(at, left)) > (room - right) / sqrt(separated(at, right)))
      high = log(right);
    else
      low = log(left);
  }
  return exp(low);
}

/* What took the place of the class: its assumption comes last. */
static void name_class(const deep_class *at, const lip_law_input *in, lip_law_result *out)
{
  if (out->assumptions) out->assumptions--;
  law_assume(out, LIP_UNKNOWN,
             "|f_w(x) - f_v(x)| <= J |w - v| at the points, |w - v| <= diam, neither read off the "
             "trained network");
  law_constant(out, "log10 J", at->log_slope / log(10), "universal law, Lemma 3.1; " DERIVED);
  law_constant(out, "log10 diam", at->log_diameter / log(10), "of the set of parameters");
  law_constant(out, "log of the net per parameter", in->log, "universal law, proof of Theorem 3");
}

lip_status deep_law(const lip_law *theorem, const lip_law_input *in, const deep_class *at,
                    lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input by_log = *in;
  bool below_noise = theorem == &law_theorem_3_paper || theorem == &law_theorem_3_corrected;

  if (isnan(in->p)) FAIL(LIP_EOPTION, "p is missing: parameters");
  if (!isfinite(at->log_slope) || !isfinite(at->log_diameter))
    FAIL(LIP_ENUMERIC, "the network's dependence on its parameters is beyond all numbers");
  by_log.J = by_log.W = by_log.diam = by_log.bits = by_log.log_size = NAN;
  if (below_noise) {
    by_log.log = fmax(log(60 / in->eps) + at->log_slope + at->log_diameter, log(60.0 / 48));
  } else {
    if (isnan(in->net_radius)) by_log.net_radius = best_radius(at, fmax(1 - in->fit_error, 1e-6));
    if (!(by_log.net_radius > 0))
      FAIL(LIP_EOPTION, "net-radius = 0: a net of a continuous class has a radius above 0");
    by_log.log = separated(at, by_log.net_radius);
  }
  TRY(theorem->evaluate(&by_log, out, err));
  out->solved = *in;
  name_class(at, &by_log, out);
  if (!below_noise) law_constant(out, "net radius", by_log.net_radius, DERIVED);
done:
  return st;
}
