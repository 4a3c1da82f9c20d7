/* theorem_2.c - universal law, Theorem 2: the probability that a finite class holds an L-Lipschitz
   function that fits; as printed, mended, and for exact fits of random signs.

   Source: Bubeck, Sellke, Theorem 2 (U5); `corrected` and `sharp` are proved in docs/theory.md. The
   number of functions of a quantised model is 2^(bits p). */
#include "law/theorem.h"

#include "law/class_size.h"

#include <math.h>

static lip_status finite_size(const lip_law_input *in, class_size *size, lip_error *err)
{
  if (!isnan(in->log_size) || !isnan(in->bits) || !isnan(in->log))
    return class_size_net(in, 1 - in->fit_error, size, err);
  return lip_fail(err, LIP_EOPTION,
                  "the size of the class is missing: log-size, or bits and p, or log and p");
}

static lip_status below_noise(const lip_law_input *in, double factor, lip_law_result *out,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double k = in->mixture, square = in->n * in->eps * in->eps;

  TRY(finite_size(in, &size, err));
  out->kind = LIP_PROBABILITY;
  out->bound = 4 * k * exp(-square / (512 * k)) +
               2 * exp(size.log_size - in->n * in->d / (factor * in->c) * pow(in->eps / in->L, 2));
  law_says(
      out,
      "the class holds a function with Lip <= %.6g whose mean squared error is at most sigma^2 - "
      "%.6g with probability at most %.6g",
      in->L, in->eps, out->bound);
  law_assume(out, LIP_UNKNOWN, "labels in [-1, 1], pairs (x_i, y_i) independent");
  law_assume(out, LIP_UNKNOWN, "points from a mixture of %.15g c-isoperimetric laws, c = %.15g", k,
             in->c);
  law_at_least(out, in->sigma2, in->eps, "sigma^2 >= eps, else no error is so far below it");
  law_constant(out, "log of the size of the class", size.log_size, "log-size, or bits p log 2");
  law_constant(out, "8^3 of the labels", 512, "universal law, Theorem 2");
done:
  return st;
}

static lip_status paper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = below_noise(in, 4096, out, err);

  if (st == LIP_OK)
    law_constant(out, "8^4", 4096, "universal law, Theorem 2, as printed: too small");
  return st;
}

static lip_status corrected(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = below_noise(in, 5184, out, err);

  if (st == LIP_OK) law_constant(out, "5184 in place of 8^4", 5184, DERIVED);
  return st;
}

/* log of 2^k exp(-n s^2 / 2) + |F| exp(-n d (margin - s)^2 / (2 c L^2)), the labels' share s
   between 0 and margin. */
static double log_probability(const lip_law_input *in, double log_size, double margin, double s)
{
  double labels = in->mixture * log(2) - in->n * s * s / 2;
  double rest = margin - s;
  double class_part = log_size - in->n * in->d / (2 * in->c) * pow(rest / in->L, 2);

  return fmax(labels, class_part) + log1p(exp(-fabs(labels - class_part)));
}

/* The s that makes it least, by golden section; any s gives a true bound. */
static double least_log_probability(const lip_law_input *in, double log_size, double margin)
{
  const double golden = 0.61803398874989484820;
  double low = 0, high = margin;

  for (int step = 0; step < 90; step++) {
    double left = high - golden * (high - low), right = low + golden * (high - low);

    if (log_probability(in, log_size, margin, left) < log_probability(in, log_size, margin, right))
      high = right;
    else
      low = left;
  }
  return log_probability(in, log_size, margin, low);
}

static lip_status sharp(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double margin;

  TRY(finite_size(in, &size, err));
  margin = fmax(1 - in->fit_error - size.radius, 0);
  if (!isnan(in->positive) && in->mixture > 1)
    FAIL(LIP_EOPTION, "positive: a share of labels is used for one component, not for a mixture");
  out->kind = LIP_PROBABILITY;
  if (margin == 0)
    out->bound = 1;
  else if (isnan(in->positive))
    out->bound = exp(least_log_probability(in, size.log_size, margin));
  else
    out->bound = exp(size.log_size - 2 * in->n * in->d / in->c * in->positive * (1 - in->positive) *
                                         pow(margin / in->L, 2));
  law_says(
      out,
      "the class holds a function with Lip <= %.6g and |f(x_i) - y_i| <= %.6g at all points with "
      "probability at most %.6g",
      in->L, in->fit_error, out->bound);
  law_assume(out, LIP_UNKNOWN, "labels +1 and -1, independent of the points%s",
             isnan(in->positive) ? ", both equally likely" : "; their counts as given");
  law_assume(out, LIP_UNKNOWN,
             "E exp(s (f - E f)) <= exp(s^2 c L^2 / (2 d)) for L-Lipschitz f, c = %.15g: so by "
             "log-Sobolev",
             in->c);
  law_constant(out, "log of the size of the class", size.log_size, "log-size, or bits p log 2");
  law_constant(out, "2 in exp(-n d (1 - ...)^2 / (2 c L^2))", 2, DERIVED);
done:
  return st;
}

const lip_law law_theorem_2_paper = {"theorem-2-paper",
                                     "finite classes: P(fit below noise) <= 4k exp(-n eps^2/(8^3 "
                                     "k)) + 2|F| exp(-n d eps^2/(8^4 c L^2))",
                                     "universal law (Bubeck, Sellke), Theorem 2",
                                     "n d L eps c mixture",
                                     "p bits log_size log sigma2",
                                     "L n d p bits log_size eps c",
                                     "delta",
                                     paper};

const lip_law law_theorem_2_corrected = {
    "theorem-2-corrected",
    "the same with a slip of the proof mended: 5184 in place of 8^4",
    "universal law (Bubeck, Sellke), Theorem 2; constants " DERIVED,
    "n d L eps c mixture",
    "p bits log_size log sigma2",
    "L n d p bits log_size eps c",
    "delta",
    corrected};

const lip_law law_theorem_2_sharp = {
    "theorem-2-sharp",
    "finite classes and exact fits of random signs, nothing given away",
    "universal law (Bubeck, Sellke), Theorem 2; form and constants " DERIVED,
    "n d L c mixture fit_error",
    "p bits log_size log net_radius positive",
    "L n d p bits log_size c fit_error",
    "delta",
    sharp};
