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

#endif
