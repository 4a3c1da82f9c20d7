/* vector.c - inner products and lengths of vectors in f64, the same bits on every machine. */
#include "linalg/vector.h"

#include <math.h>

/* Eight partial sums: enough to hide the latency of the additions, in a fixed order. */
double lip_dot(size_t n, const double *x, const double *y)
{
  double sum[8] = {0};
  double rest = 0;
  size_t i = 0;

  for (; i + 8 <= n; i += 8)
    for (size_t lane = 0; lane < 8; lane++) sum[lane] += x[i + lane] * y[i + lane];
  for (; i < n; i++) rest += x[i] * y[i];
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7])) + rest;
}

void lip_add_multiple(size_t n, double alpha, const double *x, double *y)
{
  for (size_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

double lip_largest(size_t n, const double *x)
{
  double largest = 0;

  for (size_t i = 0; i < n; i++)
    if (!(fabs(x[i]) <= largest)) largest = isnan(largest) ? largest : fabs(x[i]);
  return largest;
}

double lip_norm(size_t n, const double *x)
{
  double square = lip_dot(n, x, x);
  double scale, sum = 0;

  if (square > 0x1p-900 && square < 0x1p1000) return sqrt(square);
  scale = lip_largest(n, x);
  if (!(scale > 0) || isinf(scale)) return scale;
  for (size_t i = 0; i < n; i++) sum += (x[i] / scale) * (x[i] / scale);
  return scale * sqrt(sum);
}
