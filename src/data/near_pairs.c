/* near_pairs.c - bounds on all squared distances between the rows of a matrix, by products. */
#include "data/near_pairs.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"

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
static void find_centre(lip_squares *out)
{
  enum { COLUMNS = 64 };

  for (size_t first = 0; first < out->d; first += COLUMNS) {
    size_t columns = out->d - first < COLUMNS ? out->d - first : COLUMNS;
    double low[COLUMNS], high[COLUMNS], sum[COLUMNS] = {0};

    for (size_t i = 0; i < out->n; i++) {
      const double *a = out->A + i * out->d + first;

      for (size_t k = 0; k < columns; k++) {
        double value = a[k] * out->before;

        sum[k] += value;
        low[k] = i == 0 || value < low[k] ? value : low[k];
        high[k] = i == 0 || value > high[k] ? value : high[k];
      }
    }
    for (size_t k = 0; k < columns; k++)
      out->centre[first + k] = fmin(fmax(sum[k] / (double)out->n, low[k]), high[k]);
  }
}

static double coordinate(const lip_squares *in, size_t i, size_t k)
{
  return (in->A[i * in->d + k] * in->before - in->centre[k]) * in->after;
}

lip_status lip_squares_prepare(const double *A, size_t n, size_t d, lip_squares *squares,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_squares made = {.n = n, .d = d, .A = A, .before = 1, .after = 1};
  double largest = 0;
  int first, second;

  made.centre = lip_alloc(d, sizeof *made.centre);
  made.square = lip_alloc(n, sizeof *made.square);
  if (!made.centre || !made.square) FAIL(LIP_ENOMEM, "no memory for %zu rows of %zu", n, d);
  for (size_t i = 0; i < n * d; i++) largest = fmax(largest, fabs(A[i]));
  made.before = shrink(largest, &first);
  find_centre(&made);
  largest = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < d; k++) largest = fmax(largest, fabs(coordinate(&made, i, k)));
  made.after = shrink(largest, &second);
  made.exponent = first + second;
  for (size_t i = 0; i < n; i++) {
    double sum = 0;

    for (size_t k = 0; k < d; k++) sum += coordinate(&made, i, k) * coordinate(&made, i, k);
    made.square[i] = sum;
  }
  made.slack = (4 * (double)d + 64) * 0x1p-53;
  made.tiny = (double)d * (16 * (0x1p-1074 * made.after) + 0x1p-1000);
  *squares = made;
  made = (lip_squares){0};
done:
  lip_squares_clear(&made);
  return st;
}

void lip_squares_clear(lip_squares *squares)
{
  lip_free(squares->centre);
  lip_free(squares->square);
  *squares = (lip_squares){0};
}

static void fill_panel(const lip_squares *in, size_t first, size_t rows, size_t column,
                       size_t columns, double *panel)
{
  for (size_t r = 0; r < rows; r++) {
    const double *a = in->A + (first + r) * in->d + column, *c = in->centre + column;

    for (size_t k = 0; k < columns; k++)
      panel[r * columns + k] = (a[k] * in->before - c[k]) * in->after;
  }
}

void lip_squares_products(const lip_squares *squares, size_t first_row, size_t rows,
                          size_t first_column, size_t columns, double *panels, double *out)
{
  double *left = panels, *right = panels + rows * LIP_SQUARES_CHUNK;

  for (size_t k = 0; k < squares->d; k += LIP_SQUARES_CHUNK) {
    size_t width = squares->d - k < LIP_SQUARES_CHUNK ? squares->d - k : LIP_SQUARES_CHUNK;

    fill_panel(squares, first_row, rows, k, width, left);
    fill_panel(squares, first_column, columns, k, width, right);
    lip_dgemm(false, true, rows, columns, width, 1, left, width, right, width, k ? 1 : 0, out,
              columns);
  }
}
