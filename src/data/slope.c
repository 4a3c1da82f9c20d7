/* slope.c - how far two rows are apart, and the slope between two points. */
#include "data/slope.h"

#include <math.h>

enum { LANES = 8, RUN = 128 };

/* sum ((h a_k - h b_k) f)^2. Sums of sums of short runs keep the error at a few ulps. */
static double sum_squares(const double *a, const double *b, size_t d, double h, double f)
{
  double total = 0;

  for (size_t first = 0; first < d; first += RUN) {
    size_t end = d - first < RUN ? d : first + RUN, k = first;
    double lane[LANES] = {0};

    for (; k + LANES <= end; k += LANES)
      for (size_t l = 0; l < LANES; l++) {
        double difference = (h * a[k + l] - h * b[k + l]) * f;

        lane[l] += difference * difference;
      }
    for (size_t l = 0; k < end; k++, l++) {
      double difference = (h * a[k] - h * b[k]) * f;

      lane[l] += difference * difference;
    }
    total += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
             ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  }
  return total;
}

/* |a - b| = result * 2^exponent, without overflow or underflow on the way. */
static double distance(const double *a, const double *b, size_t d, int *exponent)
{
  double squares = sum_squares(a, b, d, 1, 1), largest = 0, h = 1;

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
  squares = sum_squares(a, b, d, h, ldexp(1, -*exponent));
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
    pair.slope = ldexp(y / x, y_exponent - x_exponent);
  else
    pair.slope = y > 0 ? INFINITY : 0;
  return pair;
}
