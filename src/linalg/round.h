/* round.h - directed rounding of single operations, by one step outward: valid in every rounding
   mode's absence (round to nearest). NaN stays NaN. */
#ifndef LIP_LINALG_ROUND_H
#define LIP_LINALG_ROUND_H

#include <math.h>

/* The next double above / below; infinities stay. */
static inline double lip_up(double x)
{
  return nextafter(x, INFINITY);
}

static inline double lip_down(double x)
{
  return nextafter(x, -INFINITY);
}

/* x op y, rounded so that the exact result is not above / not below. */
static inline double lip_add_up(double x, double y)
{
  return lip_up(x + y);
}
static inline double lip_add_down(double x, double y)
{
  return lip_down(x + y);
}
static inline double lip_mul_up(double x, double y)
{
  return lip_up(x * y);
}
static inline double lip_mul_down(double x, double y)
{
  return lip_down(x * y);
}
static inline double lip_div_up(double x, double y)
{
  return lip_up(x / y);
}
static inline double lip_div_down(double x, double y)
{
  return lip_down(x / y);
}
static inline double lip_sqrt_up(double x)
{
  return lip_up(sqrt(x));
}

/* value 2^exponent, value >= 0; exact unless it overflows (up: infinite) or underflows. */
static inline double lip_ldexp_toward(double value, int exponent, double toward)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : nextafter(result, toward);
}
static inline double lip_ldexp_up(double value, int exponent)
{
  return lip_ldexp_toward(value, exponent, INFINITY);
}
static inline double lip_ldexp_down(double value, int exponent)
{
  return lip_ldexp_toward(value, exponent, 0);
}

#endif
