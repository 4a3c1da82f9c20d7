/* class_size.c - how many functions stand for a class of networks.

   A set of parameters of diameter D lies in a ball of radius D. A largest set of points in it whose
   distances are above r / J is a net of radius r in outputs, lies in the set itself (so its
   functions are as smooth as the class), and by volume has at most (1 + 2 D J / r)^p points. */
#include "law/class_size.h"

#include <math.h>

static const double ln_2 = 0.69314718055994530942;

static bool given(double value)
{
  return !isnan(value);
}

/* Whether exactly one way to count is given; `allow_size`: the number of functions itself is one.
 */
static lip_status one_way(const lip_law_input *in, bool allow_size, lip_error *err)
{
  bool from_net = given(in->J) || given(in->diam) || given(in->W);
  int ways = given(in->log) + given(in->bits) + from_net + (allow_size && given(in->log_size));

  if (ways == 0)
    return lip_fail(err, LIP_EOPTION,
                    "the size of the class is missing: log, or bits%s, or J with W or diam",
                    allow_size ? ", or log-size" : "");
  if (ways > 1)
    return lip_fail(err, LIP_EOPTION,
                    "the size of the class is given twice: one of log, bits%s, J with W or diam",
                    allow_size ? ", log-size" : "");
  if (from_net && !given(in->J))
    return lip_fail(err, LIP_EOPTION, "J is missing: the Lipschitz constant of w -> f_w(x)");
  if (from_net && given(in->diam) == given(in->W))
    return lip_fail(err, LIP_EOPTION, "J needs one of W and diam: how far the parameters reach");
  if (!given(in->p) && !(allow_size && given(in->log_size)))
    return lip_fail(err, LIP_EOPTION, "p is missing: parameters");
  return LIP_OK;
}

/* The box [-W, W]^p has diameter 2 W sqrt p, not W. */
static double diameter(const lip_law_input *in)
{
  return given(in->diam) ? in->diam : 2 * in->W * sqrt(in->p);
}

lip_status class_size_paper(const lip_law_input *in, class_size *size, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(one_way(in, false, err));
  *size = (class_size){.diameter = NAN, .ratio = NAN};
  if (given(in->log)) {
    size->log_size = in->p * in->log;
    size->from_log = true;
  } else if (given(in->bits)) {
    size->log_size = in->p * in->bits * ln_2;
  } else {
    size->diameter = diameter(in);
    size->ratio = size->diameter * in->J / in->eps;
    size->least_ratio = 1.0 / 48; /* 1 + 12 x <= 60 x */
    size->log_size = in->p * fmax(log(60 * size->ratio), 0);
  }
done:
  return st;
}

static double separated(const lip_law_input *in, double radius)
{
  return in->p * log1p(2 * diameter(in) * in->J / radius);
}

/* The radius r that makes (room - r) / sqrt(log size) largest: golden section in log r. */
static double best_radius(const lip_law_input *in, double room)
{
  const double golden = 0.61803398874989484820;
  double low = log(1e-9 * room), high = log(room);

  for (int step = 0; step < 80; step++) {
    double left = exp(high - golden * (high - low)), right = exp(low + golden * (high - low));

    if ((room - left) / sqrt(separated(in, left)) > (room - right) / sqrt(separated(in, right)))
      high = log(right);
    else
      low = log(left);
  }
  return exp(low);
}

lip_status class_size_net(const lip_law_input *in, double room, class_size *size, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(one_way(in, true, err));
  *size = (class_size){.diameter = NAN, .ratio = NAN};
  size->radius = given(in->net_radius) ? in->net_radius : 0;
  if (given(in->log_size)) {
    size->log_size = in->log_size;
  } else if (given(in->log)) {
    size->log_size = in->p * in->log;
    size->from_log = true;
  } else if (given(in->bits)) {
    size->log_size = in->p * in->bits * ln_2;
  } else {
    if (in->net_radius == 0)
      FAIL(LIP_EOPTION, "net-radius = 0: a net of a continuous class has a radius above 0");
    if (!given(in->net_radius)) size->radius = best_radius(in, fmax(room, 1e-6));
    size->diameter = diameter(in);
    size->ratio = size->diameter * in->J / size->radius;
    size->log_size = separated(in, size->radius);
  }
done:
  return st;
}

void class_size_assume(const class_size *size, lip_law_result *out)
{
  if (size->from_log)
    law_assume(out, LIP_UNKNOWN,
               "a net of the smooth part of the class has at most exp(p log) members");
  if (isnan(size->ratio)) return;
  law_assume(out, LIP_UNKNOWN,
             "|f_w(x) - f_v(x)| <= J |w - v| at the points, |w - v| <= %.6g, neither "
             "read off the trained network",
             size->diameter);
  if (size->least_ratio > 0)
    law_at_least(out, size->ratio, size->least_ratio,
                 "diam J / eps >= 1/48, for (60 diam J / eps)^p to count the net");
}
