/* profile.c - the isoperimetric-profile law: how smooth a function of a class that separates the
   two labels can be, with the Gaussian profile in place of its tail.

   {f >= m} and {f <= -m}, m = 1 - errors, are 2 m / L apart. Where the points' law has a profile of
   at least sqrt(d/c) times the Gaussian one, they have probabilities Phi(a) and Phi(b) with a + b
   <= -2 t, t = m sqrt(d/c) / L; so all points lie on their label's side with probability at most
   exp(-n rate(t)), and for balanced labels rate(t) = -log Phi(-t). Below one bit per sample nothing
   fits. All
   but a few points may be asked for: then that holds for every subset of them. Source: proved in
   docs/theory.md. */
#include "law/theorem.h"

#include "law/class_size.h"
#include "law/normal_tail.h"

#include <math.h>

static const double ln_2 = 0.69314718055994530942;

/* Of a mixture, what is left of the points, and the probability that the labels' imbalance within
   the components costs more. */
static void components(const lip_law_input *in, double *points, double *delta)
{
  double share;

  *points = in->n;
  *delta = in->delta;
  if (!(in->mixture > 1)) return;
  *delta = in->delta / 2;
  share = sqrt(2 * (in->mixture * ln_2 + log(2 / in->delta)) / in->n);
  *points = in->n * fmax(1 - share, 0);
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double share = isnan(in->positive) ? 0.5 : in->positive, points, delta, margin, rate, t;
  double outliers = isnan(in->outliers) ? 0 : in->outliers;

  TRY(class_size_net(in, 1 - in->fit_error, &size, err));
  if (in->mixture > 1 && !(isnan(in->positive) && isnan(in->outliers)))
    FAIL(LIP_EOPTION, "positive and outliers are used for one component, not for a mixture");
  components(in, &points, &delta);
  if (!isnan(in->outliers)) delta /= (in->outliers + 1) * (in->outliers + 2);
  margin = 1 - in->fit_error - size.radius;
  rate = (size.log_size + log(1 / delta)) / points;
  t = separation_of_class(&(separation){.points = points,
                                        .share = share,
                                        .outliers = outliers,
                                        .log_size = size.log_size,
                                        .delta = delta});
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = margin > 0 ? margin * sqrt(in->d / in->c) / t : 0;
  if (margin > 0 && t == 0)
    law_says(
        out,
        "with probability at least %.6g, no function of the class has |f(x_i) - y_i| <= %.6g at "
        "all points but %.15g, however steep: %.6g bits per sample are not above the labels' %.6g",
        1 - in->delta, in->fit_error, outliers, rate / ln_2, separation_rate(share, 0) / ln_2);
  else
    law_says(out,
             "with probability at least %.6g, every function of the class with |f(x_i) - y_i| <= "
             "%.6g at all points but %.15g has a Lipschitz constant of at least %.6g",
             1 - in->delta, in->fit_error, outliers, out->bound);
  law_assume(out, LIP_UNKNOWN,
             "points independent, with a profile of at least sqrt(d/c) times the Gaussian one, c = "
             "%.6g: N(0, I/d) 1, sphere d/(d-2)",
             in->c);
  law_assume(out, LIP_UNKNOWN, "labels +1 and -1, independent of the points%s",
             in->mixture > 1 ? ", both equally likely" : "");
  if (!(in->mixture > 1))
    law_assume(out, isnan(in->positive) ? LIP_UNKNOWN : LIP_YES,
               "a share of %.6g of the labels at hand is +1%s", share,
               isnan(in->positive) ? ": --positive tells another" : "");
  if (outliers > 0)
    law_assume(out, LIP_YES,
               "all points but %.15g, whichever they are; delta is shared among all such numbers",
               outliers);
  law_at_least(out, margin, 0, "what is left of the margin 1 is above 0");
  class_size_assume(&size, out);
  law_constant(out, "bits per sample", rate / ln_2, DERIVED);
  law_constant(out, "bits per sample below which nothing fits", separation_rate(share, 0) / ln_2,
               DERIVED);
  law_constant(out, "bound / sqrt(d/c)", out->bound / sqrt(in->d / in->c), DERIVED);
  if (outliers == 0)
    law_constant(out, "the same by a Gaussian tail (sharp)",
                 2 * sqrt(share * (1 - share)) * fmax(margin, 0) / sqrt(2 * rate), DERIVED);
done:
  return st;
}

const lip_law law_profile = {
    "profile",
    "isoperimetric profile: Lip >= (1 - errors) sqrt(d/c) / Phibar^-1((|F| / delta)^(-1/n))",
    "isoperimetric-profile law; " DERIVED,
    "n d c delta mixture fit_error",
    "p bits log_size log diam W J net_radius positive outliers L_star",
    "p n d bits log_size log delta c fit_error net_radius",
    "L",
    evaluate};
