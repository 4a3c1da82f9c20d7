/* profile_two_layer.c - the profile law for all two-layer ReLU networks of k neurons, weights of
   any size: the whole count, with nothing left to assume of the class.

   f(x) = sum of +-ReLU(v_l.x + b_l) + b_0 has k (d + 1) + 1 parameters once |a_l| is moved inside.
   Their norm V is halved until no larger than a power of 2 (delta is shared among the powers), a
   separated set of radius r counts the functions, points lie in a ball of radius R but for
   probability delta / 2, and f / margin has margin 1. Source: proved in docs/theory.md. */
#include "law/normal_tail.h"
#include "law/theorem.h"

#include <math.h>

typedef struct count {
  double parameters, signs; /* k (d + 1) + 1; log of the number of sign patterns */
  double radius, slope;     /* R; J = sqrt(k (R^2 + 1) + 1) */
  double step, ball;        /* of the dyadic norms: j, and 2^j */
  double delta;             /* what is left for the class at this step */
} count;

static count count_class(const lip_law_input *in, double margin)
{
  count at = {.parameters = in->k * (in->d + 1) + 1, .signs = log(in->k + 1)};
  double delta = in->delta;

  at.radius = in->radius;
  if (isnan(in->radius)) {
    delta /= 2;
    at.radius = 1 + sqrt(2 * log(in->n / delta) / in->d);
  }
  at.slope = sqrt(in->k * (at.radius * at.radius + 1) + 1);
  at.step = fmax(ceil(log2(in->norm / margin)), 0);
  at.ball = exp2(at.step);
  at.delta = delta / ((at.step + 1) * (at.step + 2));
  return at;
}

static double log_size(const count *at, double radius)
{
  return at->signs + at->parameters * log1p(2 * at->ball * at->slope / radius);
}

/* (1 - r) / t: the bound is this times margin sqrt(d/c). */
static double gain(const lip_law_input *in, const count *at, double radius, double share,
                   double outliers)
{
  separation of = {.points = in->n,
                   .share = share,
                   .outliers = outliers,
                   .log_size = log_size(at, radius),
                   .delta = at->delta};

  return (1 - radius) / separation_of_class(&of);
}

/* The radius with the largest gain for balanced labels without outliers: golden section in log r.
   It depends on nothing drawn. */
static double best_radius(const lip_law_input *in, const count *at)
{
  const double golden = 0.61803398874989484820;
  double low = log(1e-6), high = 0;

  for (int step = 0; step < 30; step++) {
    double left = high - golden * (high - low), right = low + golden * (high - low);

    if (gain(in, at, exp(left), 0.5, 0) > gain(in, at, exp(right), 0.5, 0))
      high = right;
    else
      low = left;
  }
  return exp(low);
}

static lip_status evaluate(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  double margin = 1 - in->fit_error, radius, share = isnan(in->positive) ? 0.5 : in->positive;
  count at;

  if (!(margin > 0)) FAIL(LIP_EOPTION, "fit-error = %.15g must be below 1", in->fit_error);
  at = count_class(in, margin);
  radius = best_radius(in, &at);
  if (!isnan(in->outliers)) at.delta /= (in->outliers + 1) * (in->outliers + 2);
  out->kind = LIP_LIPSCHITZ_AT_LEAST;
  out->bound = margin * sqrt(in->d / in->c) *
               gain(in, &at, radius, share, isnan(in->outliers) ? 0 : in->outliers);
  law_says(out,
           "with probability at least %.6g over the data, every two-layer ReLU network of %.15g "
           "neurons with y_i f(x_i) >= %.6g at all points but %.15g and parameters of norm at most "
           "%.6g has a "
           "constant of at least %.6g",
           1 - in->delta, in->k, margin, isnan(in->outliers) ? 0 : in->outliers, at.ball * margin,
           out->bound);
  law_assume(out, LIP_UNKNOWN,
             isnan(in->radius)
                 ? "points independent N(0, I/d)"
                 : "points independent, in a ball of radius %.6g, profile at least sqrt(d/c) times "
                   "the Gaussian one",
             in->radius);
  law_assume(out, isnan(in->positive) ? LIP_UNKNOWN : LIP_YES,
             "a share of %.6g of the labels at hand is +1%s", share,
             isnan(in->positive) ? ": --positive tells another" : "");
  law_assume(out, LIP_UNKNOWN, "labels +1 and -1, independent of the points");
  if (isnan(in->radius)) law_at_most(out, in->c, 1, "c = 1, as for N(0, I/d); others need radius");
  law_constant(out, "parameters, k (d + 1) + 1", at.parameters, DERIVED);
  law_constant(out, "R, the points' ball", at.radius, DERIVED);
  law_constant(out, "J = sqrt(k (R^2 + 1) + 1)", at.slope, DERIVED);
  law_constant(out, "2^j, the norm's power of 2", at.ball, DERIVED);
  law_constant(out, "delta at that power", at.delta, DERIVED);
  law_constant(out, "net radius, the best one", radius, DERIVED);
  law_constant(out, "log of the size of the class", log_size(&at, radius), DERIVED);
  law_constant(out, "bits per sample", (log_size(&at, radius) + log(1 / at.delta)) / in->n / log(2),
               DERIVED);
done:
  return st;
}

const lip_law law_profile_two_layer = {
    "profile-two-layer",
    "the profile law for every two-layer ReLU network of k neurons: the whole count",
    "isoperimetric-profile law; " DERIVED,
    "n d k norm c delta fit_error",
    "radius positive outliers L_star",
    "n k d norm delta",
    "L",
    evaluate};
