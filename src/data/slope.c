/* slope.c - how far two rows are apart, and the slope between two points. */
#include "data/slope.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LANES = 8, RUN = 128 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/* sum (a_k - b_k)^2, in the same order on every machine. Sums of sums of short runs keep the error
   at a few ulps. */
static double sum_squares(const double *a, const double *b, size_t d)
{
  double total = 0;

  for (size_t first = 0; first < d; first += RUN) {
    size_t end = d - first < RUN ? d : first + RUN, k = first;
    lanes sum = {0};

    for (; k + LANES <= end; k += LANES) {
      lanes left, right;

      memcpy(&left, a + k, sizeof left);
      memcpy(&right, b + k, sizeof right);
      left -= right;
      sum += left * left;
    }
    for (size_t l = 0; k < end; k++, l++) sum[l] += (a[k] - b[k]) * (a[k] - b[k]);
    total += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  }
  return total;
}

/* The same of numbers that are multiplied first, a run at a time. */
static double sum_scaled_squares(const double *a, const double *b, size_t d, double before,
                                 double after)
{
  static const double zeros[RUN];
  double difference[RUN], total = 0;

  for (size_t first = 0; first < d; first += RUN) {
    size_t count = d - first < RUN ? d - first : RUN;

    for (size_t k = 0; k < count; k++)
      difference[k] = (before * a[first + k] - before * b[first + k]) * after;
    total += sum_squares(difference, zeros, count);
  }
  return total;
}

/* |a - b| = result * 2^exponent, without overflow or underflow on the way. */
static double distance(const double *a, const double *b, size_t d, int *exponent)
{
  double squares = sum_squares(a, b, d), largest = 0, h = 1;

  *exponent = 0;
  if (squares >= 0x1p-900 && squares <= 0x1p900) return sqrt(squares);
  for (size_t k = 0; k < d; k++) largest = fmax(largest, fabs(a[k] - b[k]));
  if (largest == 0) return 0;
  if (isinf(largest)) { /* halves stay finite, and lose only what is negligible beside them */
    h = 0.5;
    largest = 0;
    for (size_t k = 0; k < d; k++) largest = fmax(largest, fabs(h * a[k] - h * b[k]));
  }
  (void)frexp(largest, exponent);
  if (*exponent < -1000) *exponent = -1000; /* 2^1000 is a double, and enough */
  squares = sum_scaled_squares(a, b, d, h, ldexp(1, -*exponent));
  *exponent += h < 1;
  return sqrt(squares);
}

lip_pair lip_slope_between(const lip_dataset *data, size_t i, size_t j)
{
  int x_exponent, y_exponent;
  double x = distance(data->X + i * data->d, data->X + j * data->d, data->d, &x_exponent);
  double y = distance(data->y + i * data->m, data->y + j * data->m, data->m, &y_exponent);
  lip_pair pair = {.i = i, .j = j, .distance = ldexp(x, x_exponent)};

  if (x > 0)
    pair.slope = fmin(ldexp(y / x, y_exponent - x_exponent), DBL_MAX);
  else
    pair.slope = y > 0 ? INFINITY : 0;
  return pair;
}
