/* slope_range.c - between which slopes each neuron of a claim stays, rounding counted.

   Arguments: w.x + b over a ball around c is w.c + b +- radius |w|; over a box every term is at one
   of its ends. Enclosures of the activations: piecewise linear ones and powers by directed
   rounding; tanh, softplus, sigmoid and ELU by monotony from values at the ends (psi' of tanh and
   sigmoid falls with |t|), which the C library computes: WIDER covers several times the largest
   errors known of its exp, expm1, log1p and tanh (glibc manual, "Known Maximum Errors in Math
   Functions": at most 2 units in the last place), and those of the few operations after them. */
#include "certificate/slope_range.h"

#include <float.h>
#include <math.h>

static const double WIDER = 0x1p-49; /* relative: 8 units in the last place */
static const double TINY = 32 * DBL_TRUE_MIN;

/* ---- values of smooth functions, from below and from above ---- */

static double below(double value)
{
  return isinf(value) ? fmin(value, DBL_MAX) : lip_down(value - fabs(value) * WIDER - TINY);
}

static double above(double value)
{
  return lip_up(value + fabs(value) * WIDER + TINY);
}

static lip_interval clamped(lip_interval t, double low, double high)
{
  return (lip_interval){fmin(fmax(t.low, low), high), fmax(fmin(t.high, high), low)};
}

/* psi or psi' (value) of an activation that rises with t. */
static lip_interval rising(lip_activation psi, double (*function)(lip_activation, double),
                           lip_interval t)
{
  return (lip_interval){below(function(psi, t.low)), above(function(psi, t.high))};
}

/* |t| over t. */
static lip_interval magnitude(lip_interval t)
{
  double least = t.low > 0 ? t.low : t.high < 0 ? -t.high : 0;

  return (lip_interval){least, fmax(-t.low, t.high)};
}

/* An even function that falls with |t|. */
static lip_interval falling(lip_activation psi, double (*function)(lip_activation, double),
                            lip_interval t)
{
  lip_interval size = magnitude(t);

  return (lip_interval){below(function(psi, size.high)), above(function(psi, size.low))};
}

/* ---- powers ---- */

/* t^p for t >= 0: rises, so that both ends may be multiplied up by themselves. */
static lip_interval power_of_magnitude(lip_interval t, unsigned p)
{
  lip_interval result = lip_interval_of(1);

  for (; p > 0; p /= 2) {
    if (p % 2) result = lip_interval_mul(result, t);
    if (p > 1) t = lip_interval_mul(t, t);
  }
  return result;
}

static lip_interval power(lip_interval t, unsigned p)
{
  lip_interval low, high;

  if (p % 2 == 0) return power_of_magnitude(magnitude(t), p);
  low = power_of_magnitude(lip_interval_of(fabs(t.low)), p);
  high = power_of_magnitude(lip_interval_of(fabs(t.high)), p);
  return (lip_interval){t.low < 0 ? -low.high : low.low, t.high < 0 ? -high.low : high.high};
}

static unsigned exponent_of(lip_activation psi)
{
  return psi.kind == LIP_SQUARE ? 2 : (unsigned)psi.slope;
}

static lip_interval slope_of_power(lip_interval t, unsigned p)
{
  return lip_interval_mul(lip_interval_of(p), power(t, p - 1));
}

/* ---- piecewise linear ---- */

static lip_interval slope_with_kink(lip_interval t, double left)
{
  if (t.low >= 0 && t.high > 0) return lip_interval_of(1);
  if (t.high <= 0 && t.low < 0) return lip_interval_of(left);
  return (lip_interval){fmin(left, 1), fmax(left, 1)};
}

/* ---- ELU: alpha (e^t - 1) where t < 0 ---- */

/* f over the t <= 0 of an interval that has some, f rising. */
static lip_interval rising_left_of_kink(double (*f)(double), lip_interval t, double low,
                                        double high)
{
  return clamped((lip_interval){below(f(t.low)), above(f(fmin(t.high, 0)))}, low, high);
}

static lip_interval slope_of_elu(lip_interval t, double alpha)
{
  lip_interval left;

  if (t.low >= 0 && t.high > 0) return lip_interval_of(1);
  left = lip_interval_mul(lip_interval_of(alpha), rising_left_of_kink(exp, t, 0, 1));
  if (t.high <= 0 && t.low < 0) return left;
  return (lip_interval){fmin(left.low, 1), fmax(left.high, 1)};
}

static lip_interval value_of_elu(lip_interval t, double alpha)
{
  lip_interval left;

  if (t.low >= 0) return t;
  left = lip_interval_mul(lip_interval_of(alpha), rising_left_of_kink(expm1, t, -1, 0));
  if (t.high <= 0) return left;
  return (lip_interval){fmin(left.low, 0), fmax(left.high, t.high)};
}

/* ---- */

lip_interval lip_activation_slopes_on(lip_activation psi, lip_interval t)
{
  switch (psi.kind) {
  case LIP_IDENTITY:
    return lip_interval_of(1);
  case LIP_RELU:
    return slope_with_kink(t, 0);
  case LIP_LEAKY_RELU:
    return slope_with_kink(t, psi.slope);
  case LIP_ABS:
    return slope_with_kink(t, -1);
  case LIP_TANH:
    return clamped(falling(psi, lip_activation_slope, t), 0, 1);
  case LIP_SOFTPLUS:
    return clamped(rising(psi, lip_activation_slope, t), 0, 1);
  case LIP_SIGMOID:
    return clamped(falling(psi, lip_activation_slope, t), 0, 0.25);
  case LIP_SQUARE:
  case LIP_POWER:
    return slope_of_power(t, exponent_of(psi));
  case LIP_ELU:
    return slope_of_elu(t, psi.slope);
  }
  return (lip_interval){-INFINITY, INFINITY};
}

/* A kink at 0: slope `left` below, 1 above. */
static lip_interval bent(lip_interval t, double left)
{
  lip_interval negative = lip_interval_mul(lip_interval_of(left),
                                           (lip_interval){t.low, fmin(t.high, 0)});

  if (t.low >= 0) return t;
  if (t.high <= 0) return negative;
  return (lip_interval){fmin(negative.low, 0), fmax(negative.high, t.high)};
}

lip_interval lip_activation_values_on(lip_activation psi, lip_interval t)
{
  switch (psi.kind) {
  case LIP_IDENTITY:
    return t;
  case LIP_RELU:
    return (lip_interval){fmax(t.low, 0), fmax(t.high, 0)};
  case LIP_LEAKY_RELU:
    return bent(t, psi.slope);
  case LIP_ABS:
    return magnitude(t);
  case LIP_TANH:
    return clamped(rising(psi, lip_activation_value, t), -1, 1);
  case LIP_SOFTPLUS:
    return (lip_interval){fmax(rising(psi, lip_activation_value, t).low, 0),
                          rising(psi, lip_activation_value, t).high};
  case LIP_SIGMOID:
    return clamped(rising(psi, lip_activation_value, t), 0, 1);
  case LIP_SQUARE:
  case LIP_POWER:
    return power(t, exponent_of(psi));
  case LIP_ELU:
    return value_of_elu(t, psi.slope);
  }
  return (lip_interval){-INFINITY, INFINITY};
}

/* ---- arguments ---- */

static bool is_zero(size_t n, const double *w)
{
  for (size_t i = 0; i < n; i++)
    if (w[i] != 0) return false;
  return true;
}

/* w.x over the box, low <= x_i <= high. */
static lip_interval over_box(const lip_claim *claim, const double *w)
{
  lip_interval sum = {0, 0};

  for (size_t i = 0; i < claim->d; i += 64) {
    size_t count = claim->d - i < 64 ? claim->d - i : 64;
    double least[64], most[64];

    for (size_t j = 0; j < count; j++) {
      bool positive = w[i + j] > 0;

      least[j] = positive ? claim->domain.low : claim->domain.high;
      most[j] = positive ? claim->domain.high : claim->domain.low;
    }
    sum = lip_interval_add(sum, (lip_interval){lip_interval_dot(count, w + i, least).low,
                                               lip_interval_dot(count, w + i, most).high});
  }
  return sum;
}

static lip_interval argument(const lip_claim *claim, size_t ball, size_t l)
{
  size_t d = claim->d;
  const double *w = claim->W_true + l * d;
  lip_interval sum = {0, 0}, reach = {0, 0};

  if (is_zero(d, w)) return lip_interval_of(claim->b[l]);
  switch (claim->domain.kind) {
  case LIP_SPACE:
    return (lip_interval){-INFINITY, INFINITY};
  case LIP_BOX:
    sum = over_box(claim, w);
    break;
  case LIP_AROUND_DATA:
    sum = lip_interval_dot(d, w, claim->domain.centers + ball * d);
    /* fall through */
  case LIP_BALL:
  case LIP_ON_SPHERE:
    reach.high = lip_mul_up(lip_interval_norm(d, w).high, claim->domain.radius);
    reach.low = -reach.high;
    break;
  }
  return lip_interval_add(lip_interval_add(sum, reach), lip_interval_of(claim->b[l]));
}

void lip_claim_arguments(const lip_claim *claim, size_t ball, lip_interval *z)
{
  for (size_t l = 0; l < claim->k; l++) z[l] = argument(claim, ball, l);
}

void lip_claim_slopes(const lip_claim *claim, size_t ball, double *low, double *high)
{
  for (size_t l = 0; l < claim->k; l++) {
    lip_interval s = lip_activation_slopes_on(claim->psi, argument(claim, ball, l));

    low[l] = s.low;
    high[l] = s.high;
  }
}

void lip_claim_all_slopes(const lip_claim *claim, double *low, double *high)
{
  size_t balls = claim->domain.kind == LIP_AROUND_DATA ? claim->domain.count : 1;

  for (size_t l = 0; l < claim->k; l++) {
    low[l] = INFINITY;
    high[l] = -INFINITY;
    for (size_t ball = 0; ball < balls; ball++) {
      lip_interval s = lip_activation_slopes_on(claim->psi, argument(claim, ball, l));

      low[l] = fmin(low[l], s.low);
      high[l] = fmax(high[l], s.high);
    }
  }
}
