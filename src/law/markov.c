/* markov.c - factors from the coefficients of Chebyshev polynomials. */
#include "law/markov.h"

#include <math.h>

/* |coefficient of t^power| in T_m, m - power even: (m/2) 2^power (j - 1)! / (power! (j - power)!)
   with j = (m + power) / 2. */
static double chebyshev(int m, int power)
{
  int j = (m + power) / 2, rest = (m - power) / 2;

  if (m == 0) return 1;
  return round(m * exp(power * log(2) + lgamma(j) - lgamma(power + 1) - lgamma(rest + 1)) / 2);
}

double markov_factor(int degree, int order)
{
  int power = order - 1, m = degree - 1;

  if ((m - power) % 2 != 0) m--;
  return order / chebyshev(m, power);
}
