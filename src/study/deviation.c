/* deviation.c - how far a function's values deviate (theory.md U1).

   The constant: P(|f - E f| >= t) <= 2 exp(-t^2 / (2 C)) for all t is C >= t^2 / (2 log(2 / P)). At
   the j-th largest deviation t_j the unknown P has the law Beta(j, n - j + 1), whose lower quantile
   is a limit below it (Clopper and Pearson); j runs over powers of 2, and the error probability of
   1 % is shared by them. The mean stands for E f, with 3 standard errors taken off every t. */
#include "study/deviation.h"

#include "base/incomplete_beta.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x < y) - (x > y); /* the largest first */
}

double beta_quantile(double p, double a, double b)
{
  double low = 0, high = 1;

  for (int step = 0; step < 200 && high - low > 1e-13 * high; step++) {
    double middle = low < 1e-3 * high ? fmax(sqrt(low * high), 1e-3 * high) : (low + high) / 2;

    if (incomplete_beta(a, b, middle) < p)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* distance: |f - mean|, the largest first. */
static double constant_of(size_t n, const double *distance, double shift)
{
  const double error = 0.01;
  double best = 0;
  size_t levels = 0;

  for (size_t j = 1; j <= n / 2; j *= 2) levels++;
  for (size_t j = 1; j <= n / 2; j *= 2) {
    double t = distance[j - 1] - shift;
    double p = beta_quantile(error / (double)levels, (double)j, (double)(n - j + 1));

    if (t > 0) best = fmax(best, t * t / (2 * log(2 / p)));
  }
  return best;
}

deviation deviation_of(size_t n, double *value)
{
  deviation out = {0};
  double mean = 0, fourth = 0, count = (double)n;

  for (size_t i = 0; i < n; i++) mean += value[i] / count;
  for (size_t i = 0; i < n; i++) {
    double square = (value[i] - mean) * (value[i] - mean);

    out.variance += square / (count - 1);
    fourth += square * square / count;
    value[i] = sqrt(square);
  }
  out.sd = sqrt(out.variance);
  out.variance_error = sqrt(fmax(0, fourth - out.variance * out.variance) / count);
  qsort(value, n, sizeof *value, by_size);
  out.constant = constant_of(n, value, 3 * out.sd / sqrt(count));
  for (size_t level = 0; level < TAIL_LEVELS; level++) {
    size_t j = n >> (level + 1);

    out.tail[level] = j > 0 ? value[j - 1] : NAN;
  }
  return out;
}

static double log_factorial(size_t n)
{
  int sign;

  return lgamma_r((double)n + 1, &sign);
}

/* P(pluses = k) for d fair coins. */
static double binomial(size_t d, size_t k)
{
  return exp(log_factorial(d) - log_factorial(k) - log_factorial(d - k) - (double)d * log(2));
}

static double value_at(size_t d, size_t pluses)
{
  return pluses > d / 2 ? 2 * sqrt((double)(pluses - d / 2) / (double)d) : 0;
}

/* P(f = value_at(k)), k >= d/2 */
static double chance_at(size_t d, size_t k)
{
  return k == d / 2 ? (1 + binomial(d, k)) / 2 : binomial(d, k);
}

double hypercube_tail(size_t d, double t)
{
  double mean = hypercube_exactly(d).mean, sum = 0;

  for (size_t k = d / 2; k <= d; k++)
    if (fabs(value_at(d, k) - mean) >= t) sum += chance_at(d, k);
  return sum;
}

/* The largest t^2 / (2 log(2 / P(|f - mean| >= t))) over the values t that |f - mean| takes, the
   largest first: from above the mean at `high`, from below it at `low`. */
static double exact_constant(size_t d, double mean)
{
  size_t low = d / 2, high = d;
  double p = 0, best = 0;

  while (low <= high) {
    double above = value_at(d, high) - mean, below = mean - value_at(d, low), t;

    if (above < 0 && below < 0) break;
    t = fmax(above, below);
    p += above > below ? chance_at(d, high--) : chance_at(d, low++);
    if (p > 0) best = fmax(best, t * t / (2 * log(2 / fmin(p, 1))));
  }
  return best;
}

hypercube_exact hypercube_exactly(size_t d)
{
  hypercube_exact out = {0};
  double squares = 0;

  for (size_t k = d / 2; k <= d; k++) {
    double p = chance_at(d, k), f = value_at(d, k);

    out.mean += p * f;
    squares += p * f * f;
  }
  out.sd = sqrt(squares - out.mean * out.mean);
  out.constant = (double)d * exact_constant(d, out.mean);
  return out;
}
