/* theorem_3.c - universal law, Theorem 3: classes of p parameters, below the noise level; as
   printed, with its slips mended, and for exact fits of random signs with nothing given away.

   Source: Bubeck, Sellke, Theorem 3 (U6), its net (U7); `corrected` and `sharp` are proved in
   docs/theory.md. */
#include "law/theorem.h"

#include "law/class_size.h"

#include <math.h>

static const double ln_2 = 0.69314718055994530942;

/* Paper and corrected: eps / (factor sqrt c) sqrt(n d / (p log + log(4 / delta))). */
static lip_status below_noise(const lip_law_input *in, double factor, lip_law_result *out,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double k = in->mixture, wanted = 4096 * k * log(8 * k / in->delta);

  TRY(class_size_paper(in, &size, err));
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = in->eps / (factor * sqrt(in->c)) *
               sqrt(in->n * in->d / (size.log_size + log(4 / in->delta)));
  law_says(out,
           "with probability at least %.6g, every network of the class whose mean squared error is "
           "at most sigma^2 - %.6g has a Lipschitz constant of at least %.6g",
           1 - in->delta, in->eps, out->bound);
  law_at_least(out, in->n * in->eps * in->eps, wanted,
               "n eps^2 >= 4096 k log(8 k / delta), k = %.15g components of the mixture", k);
  law_at_least(out, in->sigma2, in->eps, "sigma^2 >= eps, else no error is so far below it");
  law_assume(out, LIP_UNKNOWN, "labels in [-1, 1], pairs (x_i, y_i) independent");
  law_assume(out, LIP_UNKNOWN, "points from a mixture of %.15g c-isoperimetric laws, c = %.15g", k,
             in->c);
  class_size_assume(&size, out);
done:
  return st;
}

static lip_status paper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = below_noise(in, 512, out, err);

  if (st != LIP_OK) return st;
  law_constant(out, "2^9", 512, "universal law, Theorem 3, as printed");
  law_constant(out, "60 of the net", 60, "universal law, proof of Theorem 3");
  return st;
}

static lip_status corrected(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = below_noise(in, 144, out, err);

  if (st != LIP_OK) return st;
  law_constant(out, "144 in place of 2^9", 144, DERIVED);
  law_constant(out, "60 of the net", 60, "universal law, proof of Theorem 3");
  return st;
}

/* How far the means of the components, at most 1 in size, can help: (1/n) sum_l |sum over component
   l of y_i| is at most this with probability 1 - delta / 2 (2^k sums, Hoeffding). */
static double labels_help(const lip_law_input *in)
{
  return sqrt(2 * (in->mixture * ln_2 + log(2 / in->delta)) / in->n);
}

static lip_status sharp(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double margin, rate;

  if (!isnan(in->positive) && in->mixture > 1)
    FAIL(LIP_EOPTION, "positive: a share of labels is used for one component, not for a mixture");
  margin = 1 - in->fit_error - (isnan(in->positive) ? labels_help(in) : 0);
  TRY(class_size_net(in, margin, &size, err));
  margin -= size.radius;
  if (!isnan(in->positive)) /* weights 1/n_+ and 1/n_- leave no mean */
    margin *= 2 * sqrt(in->positive * (1 - in->positive));
  rate = 2 * in->c * (size.log_size + log(4 / in->delta));
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = margin > 0 ? margin * sqrt(in->n * in->d / rate) : 0;
  law_says(out,
           "with probability at least %.6g, every network of the class with |f(x_i) - y_i| <= %.6g "
           "at all points has a Lipschitz constant of at least %.6g",
           1 - in->delta, in->fit_error, out->bound);
  law_assume(out, LIP_UNKNOWN, "labels +1 and -1, independent of the points%s",
             isnan(in->positive) ? ", both equally likely" : "; their counts as given");
  law_assume(out, LIP_UNKNOWN,
             "E exp(s (f - E f)) <= exp(s^2 c L^2 / (2 d)) for L-Lipschitz f, c = %.15g: so by "
             "log-Sobolev",
             in->c);
  law_at_least(out, margin, 0, "what is left of the margin 1 is above 0");
  class_size_assume(&size, out);
  law_constant(out, "2 under the root", 2, DERIVED);
  law_constant(out, "log of the size of the class", size.log_size, DERIVED);
done:
  return st;
}

const lip_law law_theorem_3_paper = {
    "theorem-3-paper",
    "Lip >= eps / (2^9 sqrt c) sqrt(n d / (p log(60 W J / eps) + log(4 / delta))), as printed",
    "universal law (Bubeck, Sellke), Theorem 3",
    "n d p eps delta c mixture",
    "log bits diam W J sigma2 L_star",
    "p n d eps delta c log bits",
    "L",
    paper};

const lip_law law_theorem_3_corrected = {
    "theorem-3-corrected",
    "the same with the slips of the proof mended: 144 in place of 2^9",
    "universal law (Bubeck, Sellke), Theorem 3; constants " DERIVED,
    "n d p eps delta c mixture",
    "log bits diam W J sigma2 L_star",
    "p n d eps delta c log bits",
    "L",
    corrected};

const lip_law law_theorem_3_sharp = {
    "theorem-3-sharp",
    "exact fits of random signs: Lip >= (1 - errors) sqrt(n d / (2 c (log|F| + log(4 / delta))))",
    "universal law (Bubeck, Sellke), Theorem 3; form and constants " DERIVED,
    "n d delta c mixture fit_error",
    "p log bits log_size diam W J net_radius positive L_star",
    "p n d c delta log bits fit_error net_radius",
    "L",
    sharp};
