/* verified_blocks.c - a Cholesky factorisation over blocks that runs through.

   Right-looking: column k is factored in panels of 64, what it takes off the blocks after it is
   taken off at once, in slices of 128 products, and the column is forgotten; memory is the column
   and what it touches.

   Rounding as in verified.c. The factor R of A' = A - diag(t) fulfils |R'R - A'| <= g |R'| |R|, g =
   gamma_q, q the most roundings of a term: a slice of 128 products, one subtraction for each slice
   of every column that reaches the entry, the caller's additions; twice that for solvers that
   multiply by inverses. Where i and j meet in no column the error is 0, so that in place of all j
   only those count whose block (i, j) fills in: A >= 0 where t_i >= h sqrt(a_ii) sum_j sqrt(a_jj)
   over these, h = g / (1 - g).

   Rump, BIT 46 (2006); Higham, Accuracy and Stability, 10.3.
   cost  for a chain of B blocks of n: 7/3 B n^3 flops, 3 n^2 doubles */
#include "linalg/verified_blocks.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <cblas.h>
#include <string.h>

enum { PANEL = 64, SLICE = 128 };
static const double UNDERFLOW = 1e-280;

struct lip_block_matrix {
  size_t count, roundings;
  size_t *size;
  bool *filled;   /* count x count, i >= j */
  double **block; /* count x count */
};

/* ---- what fills in ---- */

static void fill_in(lip_block_matrix *matrix)
{
  size_t n = matrix->count;
  bool *filled = matrix->filled;

  for (size_t k = 0; k < n; k++)
    for (size_t i = k + 1; i < n; i++)
      for (size_t j = k + 1; filled[i * n + k] && j <= i; j++)
        if (filled[j * n + k]) filled[i * n + j] = true;
}

static size_t most_slices(const lip_block_matrix *matrix)
{
  size_t n = matrix->count, most = 0;

  for (size_t i = 0; i < n; i++) {
    size_t slices = 0;

    for (size_t k = 0; k <= i; k++)
      if (matrix->filled[i * n + k]) slices += matrix->size[k] / PANEL + 1;
    most = slices > most ? slices : most;
  }
  return most;
}

lip_status lip_block_matrix_create(size_t count, const size_t *size, const bool *pattern,
                                   size_t additions, lip_block_matrix **matrix, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_block_matrix *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a matrix of blocks");
  made->count = count;
  made->size = lip_alloc(count, sizeof *made->size);
  made->filled = lip_alloc_zero(count, count * sizeof *made->filled);
  made->block = lip_alloc_zero(count, count * sizeof *made->block);
  if (!made->size || !made->filled || !made->block)
    FAIL(LIP_ENOMEM, "a matrix of %zu x %zu blocks", count, count);
  for (size_t i = 0; i < count; i++) {
    made->size[i] = size[i];
    made->filled[i * count + i] = true;
    for (size_t j = 0; j < i; j++) made->filled[i * count + j] = pattern[i * count + j];
  }
  fill_in(made);
  made->roundings = 2 * (SLICE + most_slices(made) + additions + 8);
  *matrix = made;
  made = NULL;
done:
  lip_block_matrix_free(made);
  return st;
}

void lip_block_matrix_free(lip_block_matrix *matrix)
{
  if (!matrix) return;
  for (size_t i = 0; matrix->block && i < matrix->count * matrix->count; i++)
    lip_free(matrix->block[i]);
  lip_free(matrix->block);
  lip_free(matrix->filled);
  lip_free(matrix->size);
  lip_free(matrix);
}

size_t lip_block_matrix_roundings(const lip_block_matrix *matrix)
{
  return matrix->roundings;
}

/* The caller adds to a block no earlier than is needed, so what exists while k is eliminated is at
   most the blocks of columns k and later that columns up to k reach. */
double lip_block_matrix_most(const lip_block_matrix *matrix)
{
  size_t n = matrix->count;
  double most = 0;

  for (size_t k = 0; k < n; k++) {
    double now = 0;

    for (size_t i = k; i < n; i++)
      for (size_t j = k; j <= i; j++) {
        bool reached = false;

        for (size_t c = 0; c <= k && !reached; c++)
          reached = matrix->filled[i * n + c] && matrix->filled[j * n + c];
        if (reached) now += (double)matrix->size[i] * (double)matrix->size[j];
      }
    if (now > most) most = now;
  }
  return most;
}

void lip_block_matrix_taken(const lip_block_matrix *matrix, const double *diagonal, double *taken)
{
  size_t n = matrix->count, at = 0;
  double g = lip_gamma(matrix->roundings), h = g < 0.25 ? (1 + 1e-9) * g / (1 - g) : INFINITY;

  for (size_t i = 0; i < n; i++) {
    double roots = 0;
    size_t first = 0;

    for (size_t j = 0; j < n; first += matrix->size[j], j++) {
      if (!matrix->filled[i >= j ? i * n + j : j * n + i]) continue;
      for (size_t l = 0; l < matrix->size[j]; l++) roots += sqrt(diagonal[first + l]);
    }
    for (size_t l = 0; l < matrix->size[i]; l++, at++)
      taken[at] = h * (sqrt(diagonal[at]) * roots) * (1 + 1e-9) + UNDERFLOW;
  }
}

lip_status lip_block_matrix_at(lip_block_matrix *matrix, size_t i, size_t j, double **block,
                               lip_error *err)
{
  double **at = &matrix->block[i * matrix->count + j];

  if (!matrix->filled[i * matrix->count + j])
    return lip_fail(err, LIP_EINPUT, "block (%zu, %zu) is outside of the pattern", i, j);
  if (!*at) *at = lip_alloc_zero(matrix->size[i], matrix->size[j] * sizeof **at);
  if (!*at)
    return lip_fail(err, LIP_ENOMEM, "a block of %zu x %zu", matrix->size[i], matrix->size[j]);
  *block = *at;
  return LIP_OK;
}

/* ---- elimination ---- */

/* R'R = the lower triangle at `corner`, of order at most PANEL; R upper, into `factor`, rows of
   PANEL. */
static bool factor_panel(size_t n, const double *corner, size_t stride, double *factor)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = i; j < n; j++) factor[i * PANEL + j] = corner[j * stride + i];
  for (size_t k = 0; k < n; k++) {
    double *row = factor + k * PANEL, pivot = row[k], inverse;

    if (!(pivot > 0 && pivot < INFINITY)) return false;
    pivot = sqrt(pivot);
    row[k] = pivot;
    inverse = 1 / pivot;
    for (size_t j = k + 1; j < n; j++) row[j] *= inverse;
    for (size_t i = k + 1; i < n; i++)
      for (size_t j = i; j < n; j++) factor[i * PANEL + j] -= row[i] * row[j];
  }
  return true;
}

/* Columns from, ..., from + width - 1 of `rows` rows: X <- X R^-1. */
static void solve_panel(const double *factor, size_t rows, size_t width, double *X, size_t stride)
{
  if (rows == 0) return;
  cblas_dtrsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, (blasint)rows,
              (blasint)width, 1, factor, PANEL, X, (blasint)stride);
}

/* C -= A B' over `width` columns. */
static void take_off(size_t m, size_t n, size_t width, const double *A, size_t lda, const double *B,
                     size_t ldb, double *C, size_t ldc)
{
  if (m == 0 || n == 0) return;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)width, -1,
              A, (blasint)lda, B, (blasint)ldb, 1, C, (blasint)ldc);
}

/* Column k and the blocks under it become those of the factor. */
static bool factor_column(lip_block_matrix *matrix, size_t k)
{
  size_t n = matrix->size[k], count = matrix->count;
  double factor[PANEL * PANEL], *pivot = matrix->block[k * count + k];

  for (size_t at = 0; at < n; at += PANEL) {
    size_t width = n - at < PANEL ? n - at : PANEL, next = at + width, rest = n - next;
    double *below = pivot + next * n;

    if (!factor_panel(width, pivot + at * n + at, n, factor)) return false;
    solve_panel(factor, rest, width, below + at, n);
    if (rest > 0)
      cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (blasint)rest, (blasint)width, -1,
                  below + at, (blasint)n, 1, below + next, (blasint)n);
    for (size_t i = k + 1; i < count; i++) {
      double *X = matrix->block[i * count + k];

      if (!X) continue;
      solve_panel(factor, matrix->size[i], width, X + at, n);
      take_off(matrix->size[i], rest, width, X + at, n, below + at, n, X + next, n);
    }
  }
  return true;
}

/* Block (i, j) -= X_i X_j', of column k. */
static lip_status update(lip_block_matrix *matrix, size_t i, size_t j, size_t k, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = matrix->size[k], count = matrix->count;
  const double *left = matrix->block[i * count + k], *right = matrix->block[j * count + k];
  double *target;

  TRY(lip_block_matrix_at(matrix, i, j, &target, err));
  for (size_t at = 0; at < n; at += SLICE) {
    size_t width = n - at < SLICE ? n - at : SLICE;

    if (i == j)
      cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (blasint)matrix->size[i], (blasint)width,
                  -1, left + at, (blasint)n, 1, target, (blasint)matrix->size[i]);
    else
      take_off(matrix->size[i], matrix->size[j], width, left + at, n, right + at, n, target,
               matrix->size[j]);
  }
done:
  return st;
}

lip_status lip_block_matrix_eliminate(lip_block_matrix *matrix, size_t k, bool *runs,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = matrix->count;
  double *pivot;

  TRY(lip_block_matrix_at(matrix, k, k, &pivot, err));
  *runs = factor_column(matrix, k);
  for (size_t i = k + 1; *runs && i < count; i++)
    for (size_t j = k + 1; matrix->block[i * count + k] && j <= i; j++)
      if (matrix->block[j * count + k]) TRY(update(matrix, i, j, k, err));
  for (size_t i = k; i < count; i++) {
    lip_free(matrix->block[i * count + k]);
    matrix->block[i * count + k] = NULL;
  }
done:
  return st;
}
