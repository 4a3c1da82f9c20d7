/* normal_tail.c - log Phi by erfc, beyond its range by the asymptotic series; the rest by bisection
   of monotone functions. */
#include "law/normal_tail.h"

#include <math.h>

static const double half_log_2_pi = 0.91893853320467274178;

double normal_log(double x)
{
  double u = 1 / (x * x), series;

  if (x > 0) return log1p(-0.5 * erfc(x * M_SQRT1_2));
  if (x > -25) return log(0.5 * erfc(-x * M_SQRT1_2));
  /* Phi(x) = phi(x) / |x| (1 - u + 3 u^2 - 15 u^3 + ...); the term left out is below 1e-15 */
  series = -u * (1 - 3 * u * (1 - 5 * u * (1 - 7 * u * (1 - 9 * u))));
  return -0.5 * x * x - log(-x) - half_log_2_pi + log1p(series);
}

/* phi(x) / Phi(x), the slope of log Phi. */
static double slope(double x)
{
  return exp(-0.5 * x * x - half_log_2_pi - normal_log(x));
}

double separation_rate(double share, double t)
{
  double low, high;

  if (share == 0.5) return -normal_log(-t);
  /* share slope(a) - (1 - share) slope(-2 t - a) falls with a; its zero is the maximum */
  low = -2 * t - 40;
  high = 40;
  for (int step = 0; step < 40; step++) {
    double a = 0.5 * (low + high);

    if (!(a > low && a < high)) break;
    if (share * slope(a) > (1 - share) * slope(-2 * t - a))
      low = a;
    else
      high = a;
  }
  return -share * normal_log(low) - (1 - share) * normal_log(-2 * t - low);
}

/* All points: the worse of leaving out only labels +1 and only labels -1; the rate is concave in
   the share, so what lies between is no worse. */
static double rate_without(const separation *of, double t)
{
  double left = of->points - of->outliers, positive = of->points * of->share;

  if (of->outliers == 0) return left * separation_rate(of->share, t);
  return left * fmin(separation_rate((positive - of->outliers) / left, t),
                     separation_rate(positive / left, t));
}

double separation_of_class(const separation *of)
{
  double n = of->points, j = of->outliers, low = 0, high = 1;
  double subsets = lgamma(n + 1) - lgamma(j + 1) - lgamma(n - j + 1);
  double needed = of->log_size + log(1 / of->delta);

  if (!(j < n * fmin(of->share, 1 - of->share))) return INFINITY;
  if (j > 0) needed += subsets;
  if (!(rate_without(of, 0) < needed)) return 0;
  while (rate_without(of, high) < needed) high *= 2;
  for (int step = 0; step < 100; step++) {
    double t = 0.5 * (low + high);

    if (!(t > low && t < high)) break;
    if (rate_without(of, t) < needed)
      low = t;
    else
      high = t;
  }
  return high;
}
