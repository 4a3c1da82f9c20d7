/* near_pairs.c - bounds on all squared distances between the rows of a matrix, by products. */
#include "data/near_pairs.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/sgemm.h"

#include <math.h>

/* A power of 2 that brings numbers up to `largest` to at most 1, where there is one. */
static double shrink(double largest, int *exponent)
{
  *exponent = 0;
  (void)frexp(largest, exponent);
  if (*exponent < -1000) *exponent = -1000;
  return ldexp(1, -*exponent);
}

/* The mean of each column of A * before, kept between its extremes, so that a constant column
   becomes exactly 0. */
static void find_centre(const double *A, const lip_squares *out, double *centre)
{
  enum { COLUMNS = 64 };

  for (size_t first = 0; first < out->d; first += COLUMNS) {
    size_t columns = out->d - first < COLUMNS ? out->d - first : COLUMNS;
    double low[COLUMNS], high[COLUMNS], sum[COLUMNS] = {0};

    for (size_t i = 0; i < out->n; i++) {
      const double *a = A + i * out->d + first;

      for (size_t k = 0; k < columns; k++) {
        double value = a[k] * out->before;

        sum[k] += value;
        low[k] = i == 0 || value < low[k] ? value : low[k];
        high[k] = i == 0 || value > high[k] ? value : high[k];
      }
    }
    for (size_t k = 0; k < columns; k++)
      centre[first + k] = fmin(fmax(sum[k] / (double)out->n, low[k]), high[k]);
  }
}

/* z and its squares: a second power of 2, because centring may leave much smaller numbers. */
static void fill_rows(const double *A, const double *centre, lip_squares *out)
{
  double largest = 0;
  int exponent;

  for (size_t i = 0; i < out->n; i++)
    for (size_t k = 0; k < out->d; k++) {
      double size = fabs(A[i * out->d + k] * out->before - centre[k]);

      largest = size > largest ? size : largest;
    }
  out->after = shrink(largest, &exponent);
  out->exponent += exponent;
  for (size_t i = 0; i < out->n; i++) {
    const double *a = A + i * out->d;
    float *z = out->z + i * out->d;
    double sum = 0;

    for (size_t k = 0; k < out->d; k++) {
      z[k] = (float)((a[k] * out->before - centre[k]) * out->after);
      sum += (double)z[k] * (double)z[k];
    }
    out->square[i] = sum;
  }
}

static double gamma_of(size_t terms)
{
  double share = (double)terms * 0x1p-24;

  return share < 0.5 ? share / (1 - share) : INFINITY;
}

lip_status lip_squares_prepare(const double *A, size_t n, size_t d, lip_squares *squares,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_squares made = {.n = n, .d = d};
  double *centre = lip_alloc(d, sizeof *centre), largest = 0;

  made.z = lip_alloc(n * d, sizeof *made.z);
  made.square = lip_alloc(n, sizeof *made.square);
  if (!centre || !made.z || !made.square) FAIL(LIP_ENOMEM, "no memory for %zu rows of %zu", n, d);
  for (size_t i = 0; i < n * d; i++) largest = fabs(A[i]) > largest ? fabs(A[i]) : largest;
  made.before = shrink(largest, &made.exponent);
  find_centre(A, &made, centre);
  fill_rows(A, centre, &made);
  made.slack = gamma_of(d + 16);
  made.tiny = (double)d * (16 * (0x1p-1074 * made.after) + 0x1p-120);
  *squares = made;
  made = (lip_squares){0};
done:
  lip_free(centre);
  lip_squares_clear(&made);
  return st;
}

void lip_squares_clear(lip_squares *squares)
{
  lip_free(squares->z);
  lip_free(squares->square);
  *squares = (lip_squares){0};
}

lip_status lip_squares_products(const lip_squares *squares, size_t first_row, size_t rows,
                                size_t first_column, size_t columns, float *g, lip_error *err)
{
  size_t d = squares->d;

  return lip_sgemm(false, true, rows, columns, d, squares->z + first_row * d, d,
                   squares->z + first_column * d, d, 0, g, columns, err);
}
