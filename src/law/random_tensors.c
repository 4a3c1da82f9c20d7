/* random_tensors.c - sums of random signs times powers of random points, with explicit constants.

   One direction, p = 2: with s = g^2 / d at most in moments, E exp(theta d y s^2) <=
   exp((3/2) theta^2 / (1 - 2 theta)), so P(d |sum| > sqrt(6 n l) + 2 l) <= 2 exp(-l).
   All directions: matrix Bernstein (Tropp 2012), or that bound on a 1/16-net of 33^d points. */
#include "law/random_tensors.h"

#include <math.h>

double random_sum(double n, double d, double p, double delta)
{
  double l = log(2 / delta);

  if (p == 1) return sqrt(2 * n * l / d);
  if (p == 2) return (sqrt(6 * n * l) + 2 * l) / d;
  return NAN;
}

double random_vector(double n, double delta)
{
  return sqrt(n) * (1 + sqrt(2 * log(1 / delta)));
}

double random_matrix(double n, double d, double delta)
{
  double l = log(2 * d / delta), in_net = d * log(33) + log(2 / delta);
  double bernstein = l / 3 + sqrt(l * l / 9 + 2 * n / d * l);
  double net = 8.0 / 7 * (sqrt(6 * n * in_net) + 2 * in_net) / d;

  return fmin(n, fmin(bernstein, net));
}
