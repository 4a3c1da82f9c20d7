/* operator_norm.c - the largest singular value of a matrix, by iteration.

   The largest eigenvalue of A'A (largest_eigenvalue.h) from a random unit vector. A'A is never
   formed: A is read once a step, in bands of rows that stay in cache. Squaring costs nothing here,
   since the largest eigenvalue keeps its relative accuracy. A value whose singular vectors are all
   orthogonal to the random start would be missed: probability 0. */
#include "linalg/operator_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BAND_DOUBLES = 16384 };
static const double TOLERANCE = 1e-10; /* of the norm: half that of its square */

typedef struct scaled_matrix {
  size_t m, n;
  const double *A;
  double scale;    /* a power of two: the iteration sees A / scale */
  double *product; /* A v on a band of rows */
} scaled_matrix;

static size_t band_rows(size_t m, size_t n)
{
  size_t rows = BAND_DOUBLES / n;

  return rows < 1 ? 1 : rows < m ? rows : m;
}

/* out <- (A / scale)' (A / scale) v */
static void apply(void *context, const double *v, double *out)
{
  const scaled_matrix *in = context;
  size_t rows = band_rows(in->m, in->n);

  memset(out, 0, in->n * sizeof *out);
  for (size_t i = 0; i < in->m; i += rows) {
    size_t height = in->m - i < rows ? in->m - i : rows;
    const double *band = in->A + i * in->n;

    lip_dgemv(false, height, in->n, 1 / in->scale, band, in->n, v, 0, in->product);
    lip_dgemv(true, height, in->n, 1 / in->scale, band, in->n, in->product, 1, out);
  }
}

/* A / scale has entries of order 1; 1 / scale must not overflow for subnormal entries. */
static double scale_of(double largest)
{
  int exponent = ilogb(largest);

  return ldexp(1, exponent > -1000 ? exponent : -1000);
}

static lip_status iterate(size_t m, size_t n, const double *A, double scale,
                          lip_operator_norm *norm, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  scaled_matrix matrix = {.m = m, .n = n, .A = A, .scale = scale};
  double *vector = lip_alloc(n, sizeof *vector);
  lip_eigenvalue square;

  matrix.product = lip_alloc(band_rows(m, n), sizeof *matrix.product);
  if (!vector || !matrix.product) FAIL(LIP_ENOMEM, "operator norm of %zu x %zu", m, n);
  lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, 0, n, vector);
  TRY(lip_largest_eigenvalue(n, apply, &matrix, 2 * TOLERANCE, vector, &square, control, err));
  *norm = (lip_operator_norm){.value = scale * sqrt(square.value),
                              .residual = square.residual / square.value,
                              .error = 0.5 * square.error / square.value,
                              .steps = square.steps};
done:
  lip_free(matrix.product);
  lip_free(vector);
  return st;
}

lip_status lip_operator_norm_of(size_t m, size_t n, const double *A, lip_operator_norm *norm,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_operator_norm found = {0, 0, 0, 0};
  double largest = lip_largest(m * n, A);

  if (!isfinite(largest)) FAIL(LIP_ENUMERIC, "operator norm: an entry is not finite");
  if (m == 1 || n == 1)
    found.value = lip_norm(m * n, A);
  else if (largest > 0)
    TRY(iterate(m, n, A, scale_of(largest), &found, control, err));
  if (!isfinite(found.value)) FAIL(LIP_ENUMERIC, "operator norm of %zu x %zu overflows", m, n);
  *norm = found;
done:
  return st;
}
