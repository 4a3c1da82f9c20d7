/* rademacher.c - generalisation: the Rademacher average of a class of L-Lipschitz functions, and
   the gap between training and test error that it bounds.

   Rad = (1/n) E sup |sum s_i f(x_i)| <= sqrt(k/n) + L sqrt(2 c log(2|F|) / (n d)): the components'
   means, then the deviations from them (Massart's lemma), or that lemma alone. The gap of a loss in
   [0, B] that is 1-Lipschitz in f is at most 2 Rad + B sqrt(log(2/delta) / (2n)). Source: Bubeck,
   Sellke, abstract (U16); constants proved in docs/theory.md. */
#include "law/theorem.h"

#include "law/class_size.h"

#include <math.h>
#include <stdio.h>

static const double ln_2 = 0.69314718055994530942;

/* The Rademacher average, its assumptions and its constants. */
static lip_status average(const lip_law_input *in, double *value, lip_law_result *out,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  class_size size;
  double massart, deviation, with_class;

  TRY(class_size_net(in, 1, &size, err));
  with_class = size.log_size + ln_2;
  massart = sqrt(2 * with_class / in->n);
  deviation = in->L * sqrt(2 * in->c * with_class / (in->n * in->d));
  *value = fmin(sqrt(in->mixture / in->n) + deviation, massart) + size.radius;
  law_assume(out, LIP_UNKNOWN,
             "E exp(s (f - E f)) <= exp(s^2 c L^2 / (2 d)) for L-Lipschitz f, in each of %.15g "
             "components, c = %.15g",
             in->mixture, in->c);
  law_assume(out, LIP_UNKNOWN, "the functions of the class have values in [-1, 1]");
  class_size_assume(&size, out);
  law_constant(out, "sqrt(k/n), the components' means", sqrt(in->mixture / in->n), DERIVED);
  law_constant(out, "L sqrt(2 c log(2|F|) / (n d))", deviation, DERIVED);
  law_constant(out, "Massart: sqrt(2 log(2|F|) / n)", massart, "any class in [-1, 1]");
  law_constant(out, "gain sqrt(d/c) / L", sqrt(in->d / in->c) / in->L, DERIVED);
  if (size.radius > 0) law_constant(out, "net radius", size.radius, DERIVED);
done:
  return st;
}

static lip_status rademacher(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = average(in, &out->bound, out, err);

  if (st != LIP_OK) return st;
  out->kind = LIP_NUMBER;
  law_says(out,
           "the Rademacher average (1/n) E sup |sum s_i f(x_i)| of the functions of the class with "
           "Lip <= %.6g is at most %.6g",
           in->L, out->bound);
  return LIP_OK;
}

static lip_status generalisation(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double most = isnan(in->loss_bound) ? 1 : in->loss_bound, rad, chance;

  TRY(average(in, &rad, out, err));
  chance = most * sqrt(log(2 / in->delta) / (2 * in->n));
  out->kind = LIP_NUMBER;
  out->bound = 2 * rad + chance;
  law_says(out,
           "with probability at least %.6g, training and test error of every function of the class "
           "with Lip <= %.6g differ by at most %.6g, for a loss in [0, %.6g]",
           1 - in->delta, in->L, out->bound, most);
  law_assume(out, LIP_UNKNOWN, "the loss is 1-Lipschitz in f; the points are independent");
  law_constant(out, "Rademacher average", rad, DERIVED);
  law_constant(out, "B sqrt(log(2/delta) / (2n))", chance, "McDiarmid, both sides");
  if (out->bound >= most) {
    out->vacuous = true;
    (void)snprintf(out->why_vacuous, sizeof out->why_vacuous,
                   "not below %.6g, the largest difference of losses", most);
  }
done:
  return st;
}

const lip_law law_rademacher = {
    "rademacher",
    "smooth classes generalise: Rad <= sqrt(k/n) + L sqrt(2 c log(2|F|) / (n d))",
    "universal law (Bubeck, Sellke), abstract; constants " DERIVED,
    "n d L c mixture",
    "p log bits log_size diam W J net_radius",
    "n d L p log bits log_size c",
    "value",
    rademacher};

const lip_law law_generalisation = {
    "generalisation",
    "training against test error: gap <= 2 Rad + B sqrt(log(2/delta) / (2n))",
    "universal law (Bubeck, Sellke), abstract; constants " DERIVED,
    "n d L c mixture delta",
    "p log bits log_size diam W J net_radius loss_bound",
    "n d L p log bits log_size c delta loss_bound",
    "value",
    generalisation};
