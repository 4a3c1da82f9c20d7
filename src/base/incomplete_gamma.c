/* incomplete_gamma.c - P(a, x): the probability that a gamma variable is at most x. The power
   series where x < a + 1 (Abramowitz and Stegun, 6.5.29), the continued fraction of 1 - P beyond it
   (6.5.31, by Lentz's method); cost: some sqrt(a) terms. */
#include "base/incomplete_gamma.h"

#include <float.h>
#include <math.h>

enum { TERMS = 1000000 };

/* sum of x^m / ((a + 1) ... (a + m)) */
static double series(double a, double x)
{
  double sum = 1, term = 1;

  for (int m = 1; m < TERMS && term > sum * DBL_EPSILON / 4; m++) {
    term *= x / (a + m);
    sum += term;
  }
  return sum;
}

/* 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)) */
static double fraction(double a, double x)
{
  const double tiny = DBL_MIN / DBL_EPSILON;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, product = d;

  for (int m = 1; m < TERMS; m++) {
    double term = -m * (m - a), factor;

    b += 2;
    d = term * d + b;
    c = b + term / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    factor = c * d;
    product *= factor;
    if (fabs(factor - 1) < DBL_EPSILON) break;
  }
  return product;
}

double incomplete_gamma_log(double a, double x)
{
  double front; /* log(x^a exp(-x) / Gamma(a)) */

  if (!(x > 0)) return -INFINITY;
  front = a * log(x) - x - lgamma(a);
  if (x < a + 1) return front + log(series(a, x) / a);
  return log1p(-exp(front) * fraction(a, x));
}
