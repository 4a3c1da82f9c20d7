/* statistics.c - summaries, straight lines with Student intervals, and model choice by AIC. */
#include "report/statistics.h"

#include "base/incomplete_beta.h"

#include <float.h>
#include <math.h>

static const double coverage = 0.95;

/* The order statistic without sorting the caller's numbers: the value with as many below as above;
   quadratic, for a handful of seeds. */
static double rank_value(const double *values, size_t count, size_t rank)
{
  for (size_t i = 0; i < count; i++) {
    size_t below = 0, equal = 0;

    for (size_t j = 0; j < count; j++) {
      below += values[j] < values[i];
      equal += values[j] == values[i];
    }
    if (below <= rank && rank < below + equal) return values[i];
  }
  return NAN;
}

summary summarise(const double *values, size_t count)
{
  summary out = {count, NAN, NAN, NAN, NAN, NAN};
  double sum = 0, squares = 0;

  if (count == 0) return out;
  out.low = out.high = values[0];
  for (size_t i = 0; i < count; i++) {
    sum += values[i];
    out.low = fmin(out.low, values[i]);
    out.high = fmax(out.high, values[i]);
  }
  out.mean = sum / (double)count;
  for (size_t i = 0; i < count; i++) squares += (values[i] - out.mean) * (values[i] - out.mean);
  if (count > 1) out.sd = sqrt(squares / (double)(count - 1));
  out.median = (rank_value(values, count, (count - 1) / 2) + rank_value(values, count, count / 2)) /
               2;
  return out;
}

double student_quantile(double p, double freedom)
{
  /* P(|T| > t) = I_{v/(v + t^2)}(v/2, 1/2) falls in t: bisection, by doubling first. */
  double tail = 2 * fmin(p, 1 - p);
  double low = 0, high = 1;

  if (!(p > 0 && p < 1 && freedom > 0)) return NAN;
  while (incomplete_beta(freedom / 2, 0.5, freedom / (freedom + high * high)) > tail &&
         high < 1e300)
    high *= 2;
  for (int i = 0; i < 200 && high - low > DBL_EPSILON * high; i++) {
    double middle = (low + high) / 2;

    if (incomplete_beta(freedom / 2, 0.5, freedom / (freedom + middle * middle)) > tail)
      low = middle;
    else
      high = middle;
  }
  return p < 0.5 ? -high : high;
}

static estimate interval(double value, double error, double quantile)
{
  return (estimate){value, value - quantile * error, value + quantile * error};
}

line_fit fit_line(const double *x, const double *y, size_t count)
{
  const estimate none = {NAN, NAN, NAN};
  line_fit fit = {count, none, none, NAN, NAN, NAN};
  double m = (double)count, mean_x = 0, mean_y = 0, sxx = 0, sxy = 0, syy = 0;
  double slope, intercept, variance, quantile;

  for (size_t i = 0; i < count; i++) {
    mean_x += x[i] / m;
    mean_y += y[i] / m;
  }
  for (size_t i = 0; i < count; i++) {
    sxx += (x[i] - mean_x) * (x[i] - mean_x);
    sxy += (x[i] - mean_x) * (y[i] - mean_y);
    syy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  /* A constant x leaves only the rounding of its mean. */
  if (!(sxx > m * mean_x * mean_x * 16 * DBL_EPSILON * DBL_EPSILON * m)) return fit;
  slope = sxy / sxx;
  intercept = mean_y - slope * mean_x;
  fit.rss = 0;
  for (size_t i = 0; i < count; i++) {
    double residual = y[i] - (intercept + slope * x[i]);

    fit.rss += residual * residual;
  }
  fit.r = syy > 0 ? fmax(-1, fmin(1, sxy / sqrt(sxx * syy))) : NAN; /* rounding may pass 1 */
  fit.aic = m * log(fit.rss / m) + 2 * 3;
  variance = count > 2 ? fit.rss / (m - 2) : NAN;
  quantile = count > 2 ? student_quantile((1 + coverage) / 2, m - 2) : NAN;
  fit.slope = interval(slope, sqrt(variance / sxx), quantile);
  fit.intercept = interval(intercept, sqrt(variance * (1 / m + mean_x * mean_x / sxx)), quantile);
  return fit;
}
