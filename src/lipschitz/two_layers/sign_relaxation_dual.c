/* sign_relaxation_dual.c - what multipliers prove of the sign relaxation: sum(lambda) times the
   largest eigenvalue of D^-1/2 C D^-1/2, or of U' D^-1 U, D = diag(lambda), in floating point.

   Where that matrix is small it is formed, and Cholesky factorisations tell whether the eigenvalue
   is below what is wanted, or bisect it; else the eigenvalue is iterated (largest_eigenvalue.h)
   with products by bands of rows. Cost: order^3 / 3 a factorisation, n d^2 to form U' D^-1 U. */
#include "lipschitz/two_layers/sign_relaxation_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BAND_DOUBLES = 1 << 15 };

typedef struct dual_map {
  lip_sign_relaxation *s;
  const lip_sign_rows *rows;
} dual_map;

/* y <- D^-1/2 C D^-1/2 x */
static void map_products(void *context, const double *x, double *y)
{
  const dual_map *in = context;
  size_t n = in->rows->n;

  for (size_t l = 0; l < n; l++) in->s->part[l] = in->s->root[l] * x[l];
  lip_dgemv(false, n, n, 1, in->rows->products, n, in->s->part, 0, y);
  for (size_t l = 0; l < n; l++) y[l] *= in->s->root[l];
}

/* y <- U' D^-1 U x, by bands of consecutive rows of W, which stay in the cache. */
static void map_rows(void *context, const double *x, double *y)
{
  const dual_map *in = context;
  lip_sign_relaxation *s = in->s;
  const lip_sign_rows *rows = in->rows;
  size_t d = rows->d, band = BAND_DOUBLES / d + 1, count;

  memset(y, 0, d * sizeof *y);
  lip_add_multiple(d, s->root[0] * s->root[0] * lip_dot(d, rows->first, x), rows->first, y);
  for (size_t l = 1; l < rows->n; l += count) {
    const double *W = lip_sign_row(rows, l);

    for (count = 1; count < band && l + count < rows->n; count++)
      if (rows->which[l + count] != rows->which[l] + count) break;
    lip_dgemv(false, count, d, 1, W, d, x, 0, s->part);
    for (size_t i = 0; i < count; i++) {
      double weight = lip_sign_scale(rows, l + i) * s->root[l + i];

      s->part[i] *= weight * weight;
    }
    lip_dgemv(true, count, d, 1, W, d, s->part, 1, y);
  }
}

/* K <- D^-1/2 C D^-1/2 or U' D^-1 U (the lower triangle). Returns its order. */
static size_t make_matrix(lip_sign_relaxation *s, const lip_sign_rows *rows)
{
  size_t n = rows->n, d = rows->d;

  if (rows->products) {
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j <= i; j++)
        s->K[i * n + j] = s->root[i] * s->root[j] * rows->products[i * n + j];
    return n;
  }
  memset(s->K, 0, d * d * sizeof *s->K);
  for (size_t from = 0; from < n; from += LIP_SIGN_BAND) {
    size_t count = n - from < LIP_SIGN_BAND ? n - from : LIP_SIGN_BAND;

    for (size_t l = 0; l < count; l++) {
      const double *w = lip_sign_row(rows, from + l);
      double weight = lip_sign_scale(rows, from + l) * s->root[from + l];

      for (size_t i = 0; i < d; i++) s->band[l * d + i] = weight * w[i];
    }
    lip_dgemm(true, false, d, d, count, 1, s->band, d, s->band, d, 1, s->K, d);
  }
  return d;
}

/* Are all eigenvalues of K below? */
static bool all_below(lip_sign_relaxation *s, size_t order, double square)
{
  for (size_t i = 0; i < order; i++) {
    for (size_t j = 0; j < i; j++) s->factor[i * order + j] = -s->K[i * order + j];
    s->factor[i * order + i] = square - s->K[i * order + i];
  }
  return lip_cholesky(order, s->factor);
}

/* The largest eigenvalue of K, which is above `square`, from above: its excess to a tenth. */
static double value_above(lip_sign_relaxation *s, size_t order, double square, double excess)
{
  double low = excess, high = excess;

  while (!all_below(s, order, square * (1 + high)) && high < 1e12) low = high, high *= 4;
  while (high > 1.1 * low) {
    double middle = sqrt(low * high);

    if (all_below(s, order, square * (1 + middle)))
      high = middle;
    else
      low = middle;
  }
  return square * (1 + high);
}

lip_status lip_sign_relaxation_dual(lip_sign_relaxation *s, const lip_sign_rows *rows,
                                    const double *lambda, double square, double wanted, bool last,
                                    double *bound, lip_error *err)
{
  dual_map map = {s, rows};
  size_t order = rows->products ? rows->n : rows->d;
  double *vector = NULL, excess = wanted / square - 1;
  lip_eigenvalue found;
  lip_status st = LIP_OK;

  for (size_t l = 0; l < rows->n; l++) s->root[l] = 1 / sqrt(lambda[l]);
  if (s->K) {
    (void)make_matrix(s, rows);
    if (all_below(s, order, wanted))
      *bound = wanted;
    else
      *bound = last ? value_above(s, order, square, excess) : INFINITY;
    return LIP_OK;
  }
  vector = lip_alloc_zero(order, sizeof *vector);
  if (!vector) FAIL(LIP_ENOMEM, "a vector of %zu numbers", order);
  TRY(lip_largest_eigenvalue(order, rows->products ? map_products : map_rows, &map,
                             fmax(0.1 * excess, 1e-9), vector, &found, NULL, err));
  *bound = found.value + found.error;
done:
  lip_free(vector);
  return st;
}
