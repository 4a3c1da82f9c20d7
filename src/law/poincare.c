/* poincare.c - the universal law where the points' law has a Poincare inequality only: n sqrt(d) /
   p in place of sqrt(n d / p).

   Var f <= (c/d) E |grad f|^2 gives E exp(s (f - E f)) <= exp(Lambda(a)), a = s L sqrt(c/d) < 2,
   Lambda(a) = -sum_k 2^k log(1 - a^2 / 4^(k+1)) (Aida and Stroock; Bobkov and Ledoux). So a
   function fits n random signs with probability at most exp(-n I), I(tau) = max over a of a tau -
   Lambda(a), tau = margin sqrt(d/c) / L; I is about 2 tau. Source: Bubeck, Sellke, section 1.2
   (U11), which names the order only; the form and its constants are proved in docs/theory.md. */
#include "law/theorem.h"

#include "law/class_size.h"

#include <math.h>

static const double ln_2 = 0.69314718055994530942;

/* Lambda and its derivative at a = 2 - 2 gap. */
static void cumulant(double gap, double *value, double *slope)
{
  double a = 2 - 2 * gap, first = gap * (2 - gap), power = 1; /* 1 - a^2/4, 2^k */

  *value = -log(first);
  *slope = a / 2 / first;
  for (int k = 1; k < 60; k++) {
    double share;

    power *= 2;
    share = a * a / (4 * power * power);
    *value -= power * log1p(-share);
    *slope += power * 2 * share / a / (1 - share);
  }
}

/* The tau at which I(tau) = rate: at the best a, tau = Lambda'(a) and I = a tau - Lambda. Bisection
   for log(1 - a/2). */
static double tau_of_rate(double rate)
{
  double low = -700, high = 0, tau = 0;

  for (int step = 0; step < 200 && low < high; step++) {
    double middle = low + 0.5 * (high - low), gap = exp(middle), value;

    if (middle == low || middle == high || gap >= 1) break;
    cumulant(gap, &value, &tau);
    if ((2 - 2 * gap) * tau - value > rate)
      low = middle;
    else
      high = middle;
  }
  return tau;
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double help = sqrt(2 * (in->mixture * ln_2 + log(2 / in->delta)) / in->n), margin, rate, tau;

  TRY(class_size_net(in, 1 - in->fit_error - help, &size, err));
  margin = 1 - in->fit_error - help - size.radius;
  rate = (size.log_size + log(2 / in->delta)) / in->n;
  tau = tau_of_rate(rate);
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = fmax(margin, 0) * sqrt(in->d / in->c) / tau;
  if (!isnan(in->p)) out->order = in->n * sqrt(in->d) / in->p;
  law_says(
      out,
      "with probability at least %.6g, every function of the class with |f(x_i) - y_i| <= %.6g "
      "at all points has a Lipschitz constant of at least %.6g",
      1 - in->delta, in->fit_error, out->bound);
  law_assume(out, LIP_UNKNOWN, "labels +1 and -1, independent of the points, both equally likely");
  law_assume(out, LIP_UNKNOWN,
             "Var f <= (c/d) E |grad f|^2 under the law of the points, or of each of %.15g "
             "components, c = %.15g",
             in->mixture, in->c);
  law_at_least(out, margin, 0, "what is left of the margin 1 is above 0");
  class_size_assume(&size, out);
  law_constant(out, "tau: the bound is margin sqrt(d/c) / tau", tau, DERIVED);
  law_constant(out, "log of the size of the class", size.log_size, DERIVED);
  if (!isnan(in->p)) law_constant(out, "n sqrt(d) / p", out->order, "universal law, section 1.2");
done:
  return st;
}

const lip_law law_poincare = {
    "poincare",
    "points with a Poincare inequality only: Lip >= about n sqrt(d) / p",
    "universal law (Bubeck, Sellke), section 1.2; form and constants " DERIVED,
    "n d delta c mixture fit_error",
    "p log bits log_size diam W J net_radius L_star",
    "p n d c delta log bits log_size fit_error",
    "L",
    evaluate};
