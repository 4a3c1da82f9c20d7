/* verified.c - definiteness by a floating-point Cholesky factorisation that runs through.

   If the factorisation of a symmetric X runs through in floating point, then R'R = X + D with
   |D_ij| <= alpha sqrt(X_ii X_jj), alpha = gamma_{n+1} / (1 - gamma_{n+1}) (Higham, Accuracy and
   Stability, Theorem 10.5; Demmel; Rump, BIT 46, 2006), whatever the order of the sums, so that X +
   alpha trace(X) I is semidefinite. Here X is H, scaled by powers of two to a diagonal in [1/2, 2),
   less slack and a shift >= alpha trace(X); alpha is taken for 2 n + 16 operations, so that kernels
   which multiply by reciprocals are covered too. */
#include "linalg/verified.h"

#include "base/memory.h"
#include "linalg/round.h"

enum { PLAIN = 48 };                  /* the largest order that a plain loop factorises */
static const double CUSHION = 1e-300; /* above what underflow can add up to at this scale */

extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

double lip_gamma(size_t n)
{
  double nu = (double)n * 0x1p-53; /* exact below 2^53 terms */

  return nu < 0.5 ? lip_div_up(nu, 1 - nu) : INFINITY;
}

void lip_row_norms_up(size_t rows, size_t n, const double *V, double *norms)
{
  double growth = 1 + 2 * lip_gamma(n + 4);

  for (size_t i = 0; i < rows; i++) {
    double sum = 0;

    for (size_t j = 0; j < n; j++) sum += V[i * n + j] * V[i * n + j];
    norms[i] = lip_up(sqrt(sum) * growth);
    if (sum < 1e-280) { /* squares may have underflowed */
      norms[i] = 0;
      for (size_t j = 0; j < n; j++) norms[i] = lip_add_up(norms[i], fabs(V[i * n + j]));
    }
  }
}

/* Row-major lower Cholesky; false where a pivot is not positive. */
static bool factorise_plain(size_t n, double *H)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double sum = H[i * n + j];

      for (size_t l = 0; l < j; l++) sum -= H[i * n + l] * H[j * n + l];
      if (j < i) {
        H[i * n + j] = sum / H[j * n + j];
      } else {
        if (!(sum > 0)) return false;
        H[i * n + i] = sqrt(sum);
      }
    }
  return true;
}

static bool factorise(size_t n, double *H)
{
  int order = (int)n, info = 0;

  if (n <= PLAIN) {
    if (!factorise_plain(n, H)) return false;
  } else {
    if (n > INT32_MAX) return false;
    dpotrf_("U", &order, H, &order, &info); /* column-major upper is row-major lower */
    if (info != 0) return false;
  }
  for (size_t i = 0; i < n; i++)
    if (!(H[i * n + i] > 0) || !isfinite(H[i * n + i])) return false;
  return true;
}

/* Half the binary exponent of x > 0: x 2^(-2 e) lies in [1/2, 2). */
static int half_exponent(double x)
{
  int exponent;

  (void)frexp(x, &exponent);
  return (exponent - (exponent & 1)) / 2;
}

static bool row_is_zero(size_t n, const double *H, size_t i)
{
  for (size_t j = 0; j <= i; j++)
    if (H[i * n + j] != 0) return false;
  for (size_t j = i + 1; j < n; j++)
    if (H[j * n + i] != 0) return false;
  return true;
}

/* Scales to a diagonal in [1/2, 2) and takes slack and shift off it; a row of zeros becomes one of
   the identity. False where the diagonal does not allow it. */
static bool prepare(size_t n, double *H, const double *slack, int *exponent, double shift)
{
  for (size_t i = 0; i < n; i++) {
    double own = slack ? slack[i] : 0, h = H[i * n + i];

    if (!(own >= 0) || !(h >= 0) || !isfinite(h)) return false;
    if (h == 0 && (own > 0 || !row_is_zero(n, H, i))) return false;
    exponent[i] = h > 0 ? half_exponent(h) : 0;
  }
  for (size_t i = 0; i < n; i++) {
    double own = slack ? slack[i] : 0, *row = H + i * n;

    for (size_t j = 0; j < i; j++) row[j] = ldexp(row[j], -exponent[i] - exponent[j]);
    if (row[i] == 0) {
      row[i] = 1;
      continue;
    }
    row[i] = ldexp(row[i], -2 * exponent[i]);
    own = lip_add_up(ldexp(own, -2 * exponent[i]), CUSHION);
    row[i] = lip_add_down(lip_add_down(row[i], -own), -shift);
  }
  return true;
}

bool lip_certainly_semidefinite(size_t n, double *H, const double *slack, double *given)
{
  int few[PLAIN], *exponent = n <= PLAIN ? few : lip_alloc(n, sizeof *exponent);
  /* trace <= 2 n; 2 n underflows of the scaling and of the factorisation for each entry of a row */
  double alpha = lip_div_up(lip_gamma(2 * n + 16), 1 - lip_gamma(2 * n + 16));
  double shift = lip_add_up(lip_mul_up(alpha, 2 * (double)n), 4 * (double)n * CUSHION);
  bool proved = exponent && alpha < 0.25 && prepare(n, H, slack, exponent, shift) &&
                factorise(n, H);

  if (given) *given = 2 * shift;
  if (n > PLAIN) lip_free(exponent);
  return proved;
}
