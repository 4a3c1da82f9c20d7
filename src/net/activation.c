/* activation.c - the activations: name, value, slope, Lipschitz constant.

   Values and slopes of what is not a number are not numbers either: nothing here hides an overflow
   that happened before it. */
#include "net/activation.h"

#include <math.h>

static const double SQRT_HALF = 0.70710678118654752440;
static const double OVER_SQRT_2_PI = 0.39894228040143267794;
static const double TWO_OVER_SQRT_PI = 1.12837916709551257390;

const char *lip_activation_name(lip_activation_kind kind)
{
  static const char *const names[] = {
      [LIP_IDENTITY] = "identity", [LIP_RELU] = "relu",       [LIP_LEAKY_RELU] = "leaky-relu",
      [LIP_ABS] = "abs",           [LIP_TANH] = "tanh",       [LIP_SOFTPLUS] = "softplus",
      [LIP_SQUARE] = "square",     [LIP_SIGMOID] = "sigmoid", [LIP_POWER] = "power",
      [LIP_ELU] = "elu",           [LIP_ERF] = "erf",         [LIP_SILU] = "silu",
      [LIP_GELU] = "gelu",
  };
  size_t i = (size_t)kind;

  return i < sizeof names / sizeof *names ? names[i] : "unknown";
}

static double softplus(double t)
{
  return fmax(t, 0) + log1p(exp(-fabs(t)));
}

static double logistic(double t)
{
  double e = exp(-fabs(t));

  return (t < 0 ? e : 1) / (1 + e);
}

/* 1 - tanh(t)^2 without its cancellation. */
static double tanh_slope(double t)
{
  double e = exp(-2 * fabs(t));

  return 4 * e / ((1 + e) * (1 + e));
}

/* Without the cancellation of sigma (1 - sigma). */
static double logistic_slope(double t)
{
  double e = exp(-fabs(t));

  return e / ((1 + e) * (1 + e));
}

/* Phi and phi of the standard normal distribution. */
static double normal_below(double t)
{
  return 0.5 * erfc(-t * SQRT_HALF);
}

static double normal_density(double t)
{
  return OVER_SQRT_2_PI * exp(-0.5 * t * t);
}

/* t psi(t) where psi vanishes at infinity faster than 1 / t. */
static double fading(double t, double value)
{
  return value == 0 ? value : t * value;
}

/* The slope `left` up to the kink at 0, `right` beyond. */
static double kink(double t, double left, double right)
{
  return t > 0 ? right : t <= 0 ? left : t;
}

bool lip_activation_has_parameter(lip_activation_kind kind)
{
  return kind == LIP_LEAKY_RELU || kind == LIP_POWER || kind == LIP_ELU;
}

bool lip_activation_is_piecewise_linear(lip_activation psi)
{
  return psi.kind == LIP_IDENTITY || psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU ||
         psi.kind == LIP_ABS;
}

double lip_activation_value(lip_activation psi, double t)
{
  switch (psi.kind) {
  case LIP_IDENTITY:
    return t;
  case LIP_RELU:
    return t < 0 ? 0 : t;
  case LIP_LEAKY_RELU:
    return t < 0 ? psi.slope * t : t;
  case LIP_ABS:
    return fabs(t);
  case LIP_TANH:
    return tanh(t);
  case LIP_SOFTPLUS:
    return softplus(t);
  case LIP_SQUARE:
    return t * t;
  case LIP_SIGMOID:
    return logistic(t);
  case LIP_POWER:
    return pow(t, psi.slope);
  case LIP_ELU:
    return t < 0 ? psi.slope * expm1(t) : t;
  case LIP_ERF:
    return erf(t);
  case LIP_SILU:
    return fading(t, logistic(t));
  case LIP_GELU:
    return fading(t, normal_below(t));
  }
  return NAN;
}

double lip_activation_slope(lip_activation psi, double t)
{
  switch (psi.kind) {
  case LIP_IDENTITY:
    return 1;
  case LIP_RELU:
    return kink(t, 0, 1);
  case LIP_LEAKY_RELU:
    return kink(t, psi.slope, 1);
  case LIP_ABS:
    return kink(t, -1, 1);
  case LIP_TANH:
    return tanh_slope(t);
  case LIP_SOFTPLUS:
    return logistic(t);
  case LIP_SQUARE:
    return 2 * t;
  case LIP_SIGMOID:
    return logistic_slope(t);
  case LIP_POWER:
    return psi.slope * pow(t, psi.slope - 1);
  case LIP_ELU:
    return kink(t, psi.slope * exp(t), 1);
  case LIP_ERF:
    return TWO_OVER_SQRT_PI * exp(-t * t);
  case LIP_SILU:
    return logistic(t) + fading(t, logistic_slope(t));
  case LIP_GELU:
    return normal_below(t) + fading(t, normal_density(t));
  }
  return NAN;
}

double lip_activation_lipschitz(lip_activation psi)
{
  switch (psi.kind) {
  case LIP_LEAKY_RELU:
  case LIP_ELU:
    return fmax(1, fabs(psi.slope));
  case LIP_SQUARE:
    return INFINITY;
  case LIP_POWER:
    return psi.slope == 1 ? 1 : INFINITY;
  case LIP_SIGMOID:
    return 0.25;
  case LIP_ERF:
    return 1.1283791670955128; /* 2 / sqrt(pi), rounded up like the two below */
  case LIP_SILU:
    return 1.099839320128867; /* at t = 2.399..., where t tanh(t / 2) = 2 */
  case LIP_GELU:
    return 1.128904145185155; /* at t = sqrt(2) */
  case LIP_IDENTITY:
  case LIP_RELU:
  case LIP_ABS:
  case LIP_TANH:
  case LIP_SOFTPLUS:
    return 1;
  }
  return NAN;
}

/* One loop per cheap kind, so that the compiler can vectorise it. */
void lip_activation_values(lip_activation psi, size_t count, double *t)
{
  switch (psi.kind) {
  case LIP_IDENTITY:
    break;
  case LIP_RELU:
    for (size_t i = 0; i < count; i++) t[i] = t[i] < 0 ? 0 : t[i];
    break;
  case LIP_LEAKY_RELU:
    for (size_t i = 0; i < count; i++) t[i] = t[i] < 0 ? psi.slope * t[i] : t[i];
    break;
  default:
    for (size_t i = 0; i < count; i++) t[i] = lip_activation_value(psi, t[i]);
  }
}

void lip_activation_slopes(lip_activation psi, size_t count, const double *t, double *slopes)
{
  double left = psi.kind == LIP_RELU ? 0 : psi.slope;

  switch (psi.kind) {
  case LIP_RELU:
  case LIP_LEAKY_RELU:
    for (size_t i = 0; i < count; i++) slopes[i] = kink(t[i], left, 1);
    break;
  default:
    for (size_t i = 0; i < count; i++) slopes[i] = lip_activation_slope(psi, t[i]);
  }
}
