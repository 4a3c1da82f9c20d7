/* verified.c - what floating-point matrix computations prove.

   Definiteness: Rump, "Verification of positive definiteness" (BIT 46, 2006), with the constant of
   the factorisation that is used here. If a Cholesky factorisation of A' = A - diag(t) runs
   through, its factor R fulfils |R'R - A'| <= g |R'| |R| entry by entry, g = gamma_q, q the largest
   number of roundings that a term of an entry goes through (Higham, Accuracy and Stability, 10.3).
   The diagonal says |r_j|^2 <= a'_jj / (1 - g), so |R'R - A'|_ij <= h sqrt(a_ii a_jj), h = g / (1 -
   g), and a matrix of at most p_i p_j entry by entry is at most diag(p_i sum p_j): A' + diag(that)
   >= 0, and A >= 0 where t_i >= h sqrt(a_ii) sum sqrt(a_jj). A is scaled by powers of two first so
   that a_jj is in [1/2, 2): entries that underflow then count for less than 1e-290 together.

   Cost n^3 / 3. Up to 64 rows in a plain loop, q = n + 2. Beyond it in panels of 64 columns that
   are factored, solved for and taken off the rest by products of conventional summation, in any
   order and with or without fused multiply-add: q = 64 + n / 64 + 8, used twice, for a solver that
   multiplies by inverse diagonals. */
#include "linalg/verified.h"

#include "linalg/interval.h"

#include <cblas.h>
#include <float.h>

enum { PANEL = 64 };

double lip_gamma(size_t n)
{
  double nu = (double)n * (DBL_EPSILON / 2);

  return nu < 0.5 ? lip_up(lip_up(nu / (1 - nu))) : INFINITY;
}

void lip_row_norms_up(size_t rows, size_t n, const double *V, double *norms)
{
  for (size_t i = 0; i < rows; i++) norms[i] = lip_interval_norm(n, V + i * n).high;
}

/* Upper factor of the symmetric matrix whose upper triangle stands in rows: R'R. The rows below are
   updated by one row at a time. */
static bool factor_small(size_t n, double *H, size_t stride)
{
  for (size_t k = 0; k < n; k++) {
    double *row = H + k * stride;
    double pivot = row[k], inverse;

    if (!(pivot > 0 && pivot < INFINITY)) return false;
    pivot = sqrt(pivot);
    row[k] = pivot;
    inverse = 1 / pivot;
    for (size_t j = k + 1; j < n; j++) row[j] *= inverse;
    for (size_t i = k + 1; i < n; i++) {
      double factor = row[i], *target = H + i * stride;

      if (factor == 0) continue;
      for (size_t j = i; j < n; j++) target[j] -= factor * row[j];
    }
  }
  return true;
}

/* The lower triangle in rows is the upper one in columns: one panel at a time. */
static bool factor_panels(size_t n, double *H, size_t stride)
{
  for (size_t k = 0; k < n; k += PANEL) {
    size_t width = n - k < PANEL ? n - k : PANEL, rest = n - k - width;
    double block[PANEL * PANEL], *corner = H + k * stride + k;

    for (size_t i = 0; i < width; i++)
      for (size_t j = i; j < width; j++) block[i * PANEL + j] = corner[j * stride + i];
    if (!factor_small(width, block, PANEL)) return false;
    if (rest == 0) return true;
    /* rows below: X <- X R^-1, R upper */
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, (blasint)rest,
                (blasint)width, 1, block, PANEL, corner + width * stride, (blasint)stride);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (blasint)rest, (blasint)width, -1,
                corner + width * stride, (blasint)stride, 1, corner + width * stride + width,
                (blasint)stride);
  }
  return true;
}

/* Where the power of two that scales row i stands: in the upper triangle, which is not read. */
static double *factor_of(double *H, double *first, size_t i)
{
  return i == 0 ? first : H + i;
}

static bool is_zero_row(size_t n, const double *H, size_t i)
{
  for (size_t j = 0; j <= i; j++)
    if (H[i * n + j] != 0) return false;
  for (size_t j = i + 1; j < n; j++)
    if (H[j * n + i] != 0) return false;
  return true;
}

/* A power of two s with pivot s^2 in [1/2, 2). */
static double root_scale(double pivot)
{
  int exponent;

  (void)frexp(pivot, &exponent);
  return ldexp(1, -(exponent >= 0 ? exponent / 2 : -((1 - exponent) / 2)));
}

/* Takes slack off the diagonal, scales, drops rows of zeros (stride stays n). Returns the number of
   rows left, or n + 1 where the answer is no. */
static size_t prepare(size_t n, double *H, const double *slack)
{
  size_t kept = 0;
  double first = 0;

  for (size_t i = 0; i < n; i++) {
    double taken = slack ? slack[i] : 0, entry = H[i * n + i];
    double pivot = taken == 0 ? entry : lip_down(entry - taken);

    *factor_of(H, &first, i) = 0;
    if (entry == 0 && taken == 0 && is_zero_row(n, H, i)) continue;
    if (!(pivot > 0 && pivot < INFINITY)) return n + 1;
    *factor_of(H, &first, i) = root_scale(pivot);
    H[i * n + i] = pivot;
  }
  for (size_t i = 0; i < n; i++) {
    double scale = *factor_of(H, &first, i), *to = H + kept * n;
    size_t column = 0;

    if (scale == 0) continue;
    for (size_t j = 0; j <= i; j++) {
      double other = *factor_of(H, &first, j), entry;

      if (other == 0) continue;
      entry = H[i * n + j] * (scale * other);
      if (!(fabs(entry) <= 2)) return n + 1; /* sqrt(a_ii a_jj) < 2; NaN too */
      to[column++] = entry;
    }
    kept++;
  }
  return kept;
}

bool lip_certainly_semidefinite(size_t n, double *H, const double *slack, double *given)
{
  size_t size = prepare(n, H, slack);
  size_t roundings = size <= PANEL ? size + 2 : 2 * (PANEL + size / PANEL + 8);
  double g = lip_gamma(roundings), roots = 0, largest = 0;

  if (given) *given = 0;
  if (size > n || !(g < 0.25)) return false;
  if (size <= 1) return true;
  for (size_t i = 0; i < size; i++) roots += sqrt(H[i * n + i]);
  roots *= (1 + 1e-9) * g / (1 - g);
  for (size_t i = 0; i < size; i++) {
    double entry = H[i * n + i], taken = sqrt(entry) * roots * (1 + 1e-9) + 1e-290;

    H[i * n + i] = lip_down(entry - taken);
    largest = fmax(largest, taken / entry);
  }
  if (given) *given = largest;
  return factor_panels(size, H, n);
}
