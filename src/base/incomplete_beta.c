/* incomplete_beta.c - I_x(a, b): the probability that a beta variable is at most x; Student's law
   and caps of the sphere are told by it. The continued fraction of Abramowitz and Stegun, 26.5.8,
   by Lentz's method; cost: some sqrt(max(a, b)) terms. */
#include "base/incomplete_beta.h"

#include <float.h>
#include <math.h>

/* The continued fraction of I_x(a, b), by Lentz's method; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
  enum { TERMS = 10000 };
  const double tiny = DBL_MIN / DBL_EPSILON;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  double product;

  if (fabs(d) < tiny) d = tiny;
  d = 1 / d;
  product = d;
  for (int m = 1; m < TERMS; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double terms[2] = {even, odd};
    double factor = 1;

    for (int i = 0; i < 2; i++) {
      d = 1 + terms[i] * d;
      c = 1 + terms[i] / c;
      if (fabs(d) < tiny) d = tiny;
      if (fabs(c) < tiny) c = tiny;
      d = 1 / d;
      factor = c * d;
      product *= factor;
    }
    if (fabs(factor - 1) < DBL_EPSILON) break;
  }
  return product;
}

/* log(x^a (1 - x)^b / B(a, b)) */
static double front_log(double a, double b, double x)
{
  return lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x);
}

double incomplete_beta(double a, double b, double x)
{
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x < (a + 1) / (a + b + 2)) return exp(front_log(a, b, x)) * beta_fraction(a, b, x) / a;
  return 1 - exp(front_log(a, b, x)) * beta_fraction(b, a, 1 - x) / b;
}

double incomplete_beta_log(double a, double b, double x)
{
  if (x > 0 && x < (a + 1) / (a + b + 2))
    return front_log(a, b, x) + log(beta_fraction(a, b, x) / a);
  return log(incomplete_beta(a, b, x));
}
