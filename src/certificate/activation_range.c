/* activation_range.c - activations and their slopes over intervals, rounding counted.

   Enclosures of the activations: piecewise linear ones and powers by directed
   rounding; tanh, softplus, sigmoid and ELU by monotony from values at the ends (psi' of tanh and
   sigmoid falls with |t|), which the C library computes: WIDER covers several times the largest
   errors known of its exp, expm1, log1p and tanh (glibc manual, "Known Maximum Errors in Math
   Functions": at most 2 units in the last place), and those of the few operations after them. For
   erfc (at most 5) twice that is taken. SiLU and GELU are t F(t), with slopes F + t F', in interval
   arithmetic at the ends of t; between the places of their extremes they are monotonous. */
#include "certificate/activation_range.h"

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

/* ---- erf ---- */

/* e^(-t^2) at one t: t^2 has an error that grows with it. */
static lip_interval bell(double t)
{
  lip_interval square = lip_interval_mul(lip_interval_of(t), lip_interval_of(t));

  return clamped((lip_interval){below(exp(-square.high)), above(exp(-square.low))}, 0, 1);
}

/* 2 / sqrt(pi) e^(-t^2). */
static lip_interval slope_of_erf(lip_interval t)
{
  const lip_interval factor = {1.1283791670955123,
                               lip_activation_lipschitz((lip_activation){LIP_ERF, 0})};
  lip_interval size = magnitude(t);

  return clamped(lip_interval_mul((lip_interval){bell(size.high).low, bell(size.low).high}, factor),
                 0, factor.high);
}

/* ---- t F(t), F of the logistic or the normal distribution ---- */

/* Where such a function is least and what it is there, where its slope is largest (and at minus
   that, least); places to 1e-9, values rounded outward. The slopes at t and -t sum to 1. */
typedef struct gate {
  lip_interval least_at, steepest_at;
  double least;
} gate;

static const gate silu_gate = {
    {-1.2784645438, -1.2784645417}, {2.3993572795, 2.3993572815}, -0.27846454276107385};
static const gate gelu_gate = {
    {-0.7517915257, -0.7517915237}, {1.4142135613, 1.4142135634}, -0.16997120747990369};

static bool meet(lip_interval s, lip_interval t)
{
  return s.low <= t.high && t.low <= s.high;
}

/* F and F' at one finite t. */
static void logistic_at(double t, lip_interval *F, lip_interval *density)
{
  const lip_activation logistic = {LIP_SIGMOID, 0};
  double value = lip_activation_value(logistic, t), slope = lip_activation_slope(logistic, t);

  *F = clamped((lip_interval){below(value), above(value)}, 0, 1);
  *density = clamped((lip_interval){below(slope), above(slope)}, 0, 0.25);
}

static void normal_at(double t, lip_interval *F, lip_interval *density)
{
  static const lip_interval root_half = {0.70710678118654746, 0.70710678118654757};
  static const lip_interval over_root = {0.39894228040143265, 0.39894228040143271};
  lip_interval u, half_square;

  u = lip_interval_mul((lip_interval){-t, -t}, root_half); /* F = erfc(u) / 2, which falls */
  *F = (lip_interval){below(below(0.5 * erfc(u.high))), above(above(0.5 * erfc(u.low)))};
  *F = clamped(*F, 0, 1);
  half_square = lip_interval_mul(lip_interval_of(t / 2), lip_interval_of(t));
  *density = (lip_interval){below(exp(-half_square.high)), above(exp(-half_square.low))};
  *density = lip_interval_mul(clamped(*density, 0, 1), over_root);
}

static void gate_at(lip_activation psi, double t, lip_interval *value, lip_interval *slope)
{
  lip_interval F, density, at = lip_interval_of(t);

  if (isinf(t)) {
    *value = (lip_interval){t > 0 ? DBL_MAX : -above(0), t > 0 ? INFINITY : 0};
    *slope = t > 0 ? (lip_interval){below(1), above(1)} : (lip_interval){-above(0), above(0)};
    return;
  }
  if (psi.kind == LIP_SILU)
    logistic_at(t, &F, &density);
  else
    normal_at(t, &F, &density);
  *value = lip_interval_mul(at, F);
  *slope = lip_interval_add(F, lip_interval_mul(at, density));
}

static const gate *gate_of(lip_activation psi)
{
  return psi.kind == LIP_SILU ? &silu_gate : &gelu_gate;
}

static lip_interval slope_of_gate(lip_activation psi, lip_interval t)
{
  lip_interval low, high, steep = gate_of(psi)->steepest_at, value, s;
  double most = lip_activation_lipschitz(psi), least = lip_down(1 - most);

  gate_at(psi, t.low, &value, &low);
  gate_at(psi, t.high, &value, &high);
  s = (lip_interval){fmin(low.low, high.low), fmax(low.high, high.high)};
  if (meet(t, steep)) s.high = most;
  if (meet(t, (lip_interval){-steep.high, -steep.low})) s.low = least;
  return clamped(s, least, most);
}

static lip_interval value_of_gate(lip_activation psi, lip_interval t)
{
  const gate *of = gate_of(psi);
  lip_interval low, high, slope;

  gate_at(psi, t.low, &low, &slope);
  gate_at(psi, t.high, &high, &slope);
  return (lip_interval){meet(t, of->least_at) ? of->least
                                              : fmax(fmin(low.low, high.low), of->least),
                        fmax(low.high, high.high)};
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
  case LIP_ERF:
    return slope_of_erf(t);
  case LIP_SILU:
  case LIP_GELU:
    return slope_of_gate(psi, t);
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
  case LIP_ERF:
    return clamped(rising(psi, lip_activation_value, t), -1, 1);
  case LIP_SILU:
  case LIP_GELU:
    return value_of_gate(psi, t);
  }
  return (lip_interval){-INFINITY, INFINITY};
}
