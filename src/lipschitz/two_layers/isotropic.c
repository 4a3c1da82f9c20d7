/* isotropic.c - radial isotropic position: coordinates in which no direction is preferred.

   Rows are scaled to length 1 and columns by powers of two to largest entry about 1; then, until
   H'H = (k/D) I: H <- H (D/k H'H)^(-1/2), rows back to length 1. Directions without any row keep
   their scale. Ends early where the next step would make Q ill-conditioned. */
#include "lipschitz/two_layers/isotropic.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { STEPS = 60, MOST = 900 /* exponent of a column */ };
static const double CLOSE = 1e-3;    /* largest deviation of an eigenvalue of D/k H'H from 1 */
static const double NO_ROWS = 1e-10; /* an eigenvalue below: a direction without rows */
static const double CONDITION = 1e5; /* of Q */

/* The rows of H that are not 0, scaled: rows to largest entry in [1/2, 1), then columns likewise.
   column  out  D exponents: column j was multiplied by 2^column[j]
   return       the number of rows kept, SIZE_MAX where one is not finite */
static size_t even_out(size_t k, size_t D, const double *H, double *kept, int *column)
{
  size_t rows = 0;

  for (size_t l = 0; l < k; l++) {
    double largest = lip_largest(D, H + l * D);
    int exponent;

    if (!isfinite(largest)) return SIZE_MAX;
    if (largest == 0) continue;
    (void)frexp(largest, &exponent);
    for (size_t j = 0; j < D; j++) kept[rows * D + j] = ldexp(H[l * D + j], -exponent);
    rows++;
  }
  for (size_t j = 0; j < D; j++) {
    double largest = 0;

    for (size_t l = 0; l < rows; l++) largest = fmax(largest, fabs(kept[l * D + j]));
    (void)frexp(largest, &column[j]);
    column[j] = column[j] < -MOST ? MOST : -column[j];
    for (size_t l = 0; l < rows; l++) kept[l * D + j] = ldexp(kept[l * D + j], column[j]);
  }
  return rows;
}

static void normalise_rows(size_t rows, size_t D, double *H)
{
  for (size_t l = 0; l < rows; l++) {
    double length = lip_norm(D, H + l * D);

    for (size_t j = 0; j < D; j++) H[l * D + j] /= length;
  }
}

/* G = (D/rows) H'H */
static void second_moments(size_t rows, size_t D, const double *H, double *G)
{
  lip_dgemm(true, false, D, D, rows, (double)D / (double)rows, H, D, H, D, 0, G, D);
}

/* T = V' diag(|values|^power) V, values of directions without rows taken as 1 */
static void power_of(size_t D, const double *V, const double *values, double power, double *T)
{
  memset(T, 0, D * D * sizeof *T);
  for (size_t i = 0; i < D; i++) {
    double factor = values[i] > NO_ROWS ? pow(values[i], power) : 1;

    for (size_t r = 0; r < D; r++) lip_add_multiple(D, factor * V[i * D + r], V + i * D, T + r * D);
  }
}

/* C = A B, rows x D times D x D; C apart from A and B */
static void multiply(size_t rows, size_t D, const double *A, const double *B, double *C)
{
  lip_dgemm(false, false, rows, D, D, 1, A, D, B, D, 0, C, D);
}

/* How far from isotropic; directions without rows do not count. */
static double deviation(size_t D, const double *values)
{
  size_t rank = 0;
  double worst = 0;

  for (size_t i = 0; i < D; i++) rank += values[i] > NO_ROWS;
  for (size_t i = 0; i < D; i++)
    if (values[i] > NO_ROWS) worst = fmax(worst, fabs(values[i] * (double)rank / (double)D - 1));
  return worst;
}

lip_status lip_isotropic_position(size_t k, size_t D, const double *H, double *Q, double *inverse,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  size_t square = D * D, rows;
  int *column = lip_alloc(D, sizeof *column);
  double *kept = lip_alloc(2 * k, D * sizeof *kept);
  double *memory = lip_alloc_zero(6, square * sizeof *memory),
         *values = lip_alloc(D, sizeof *values);

  if (!column || !kept || !memory || !values) FAIL(LIP_ENOMEM, "a copy of %zu x %zu numbers", k, D);
  double *next = kept + k * D;
  double *P = memory, *R = P + square, *G = R + square, *T = G + square, *P_next = T + square,
         *R_next = P_next + square; /* H P is isotropic in the end; R = P^-1 */
  rows = even_out(k, D, H, kept, column);
  if (rows == SIZE_MAX) FAIL(LIP_ENUMERIC, "a weight is not finite");
  normalise_rows(rows, D, kept);
  for (size_t i = 0; i < D; i++) P[i * D + i] = R[i * D + i] = 1;
  for (size_t step = 0; step < STEPS && rows > 0; step++) {
    second_moments(rows, D, kept, G);
    TRY(lip_symmetric_eigen(D, G, values, true, err));
    if (deviation(D, values) <= CLOSE) break;
    power_of(D, G, values, -0.5, T);
    multiply(D, D, P, T, P_next);
    power_of(D, G, values, 0.5, T);
    multiply(D, D, T, R, R_next);
    if (!(lip_norm(square, P_next) * lip_norm(square, R_next) <= CONDITION * (double)D)) break;
    memcpy(P, P_next, square * sizeof *P);
    memcpy(R, R_next, square * sizeof *R);
    power_of(D, G, values, -0.5, T);
    multiply(rows, D, kept, T, next);
    memcpy(kept, next, rows * D * sizeof *kept);
    normalise_rows(rows, D, kept);
  }
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < D; j++) {
      Q[i * D + j] = ldexp(P[i * D + j], column[i]);
      if (inverse) inverse[i * D + j] = ldexp(R[i * D + j], -column[j]);
    }
done:
  lip_free(column);
  lip_free(kept);
  lip_free(memory);
  lip_free(values);
  return st;
}
