/* matrix_norm.c - the operator norm of every matrix within given bounds of its entries.

   Norm 2: B with entries scaled to about 1 has |B| <= t exactly where t^2 I - B B' (or B'B, the
   smaller one) is positive semidefinite; the product is off by at most gamma |B| |B|' entry by
   entry, which goes into the slack of the test. */
#include "certificate/graphs/matrix_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/interval.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double ROUNDING = 1e-15; /* what sums give away */

/* Entry i of line l: rows, or columns. */
static size_t place(bool columns, size_t d, size_t l, size_t i)
{
  return columns ? i * d + l : l * d + i;
}

/* The largest sum of |center| + radius over rows or columns, rounded up; center may be NULL: 0. */
static double largest_sum(bool columns, size_t m, size_t d, const double *center,
                          const double *radius)
{
  size_t lines = columns ? d : m, length = columns ? m : d;
  double most = 0;

  for (size_t l = 0; l < lines; l++) {
    double sum = 0;

    for (size_t i = 0; i < length; i++) {
      size_t at = place(columns, d, l, i);
      double size = center ? lip_add_up(fabs(center[at]), radius[at]) : radius[at];

      if (size != 0) sum = lip_add_up(sum, size);
    }
    if (!(sum <= most)) most = sum; /* also NaN */
  }
  return most;
}

/* H <- (t^2 I - B B') for the B of `count` rows of `length` entries each, and its slack. */
static void state(size_t count, size_t length, const double *B, double t, double *H, double *slack)
{
  double gamma = lip_gamma(length + 4);

  for (size_t i = 0; i < count; i++) slack[i] = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= i; j++) {
      double sum = lip_dot(length, B + i * length, B + j * length), sizes = 0, off;

      for (size_t l = 0; l < length; l++) sizes += fabs(B[i * length + l] * B[j * length + l]);
      if (i == j) sizes += t * t;
      off = lip_mul_up(lip_mul_up(sizes, 1.001), gamma);
      off = lip_add_up(off, (double)(length + 4) * DBL_TRUE_MIN);
      H[i * count + j] = H[j * count + i] = (i == j ? t * t : 0) - sum;
      slack[i] = lip_add_up(slack[i], off);
      if (i != j) slack[j] = lip_add_up(slack[j], off);
    }
}

/* Is |B| <= t?  B  in  count x length, entries about 1 at most;  work  count (count + 1) */
static bool is_below(size_t count, size_t length, const double *B, double t, double *work,
                     double *margin)
{
  double *slack = work + count * count, given = 0, most = 0;

  if (!(t > 0)) return false;
  state(count, length, B, t, work, slack);
  for (size_t i = 0; i < count; i++) most = fmax(most, slack[i]);
  if (!lip_certainly_semidefinite(count, work, slack, &given)) return false;
  *margin = most / (t * t) + (double)(count + 4) * DBL_EPSILON;
  return true;
}

/* B <- the matrix as `count` lines of the smaller number; |center| + radius, or the center. */
static void arrange(size_t m, size_t d, const double *center, const double *radius, int exponent,
                    bool sizes, double *B)
{
  bool columns = d < m;
  size_t count = columns ? d : m, length = columns ? m : d;

  for (size_t l = 0; l < count; l++)
    for (size_t i = 0; i < length; i++) {
      size_t at = place(columns, d, l, i);
      double x = center[at], scaled;

      if (sizes) x = radius[at] > 0 ? lip_add_up(fabs(x), radius[at]) : fabs(x);
      scaled = ldexp(x, -exponent);
      if (sizes && ldexp(scaled, exponent) != x) scaled = lip_up(scaled);
      B[l * length + i] = scaled;
    }
}

static lip_status test_two(size_t m, size_t d, const double *center, const double *radius,
                           double bound, bool *proved, double *margin, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = m < d ? m : d;
  double *B = lip_alloc(m, d * sizeof *B), *work = lip_alloc(count + 1, count * sizeof *work);
  double away, t;
  int exponent = 0;

  if (!B || !work) FAIL(LIP_ENOMEM, "a matrix of %zu x %zu", m, d);
  (void)frexp(bound, &exponent);
  t = ldexp(bound, -exponent);
  arrange(m, d, center, radius, exponent, true, B);
  if (count == 1) {
    *proved = lip_interval_norm(m * d, B).high <= t;
    *margin = (double)4 * DBL_EPSILON;
    goto done;
  }
  *proved = is_below(count, m > d ? m : d, B, t, work, margin);
  if (*proved) goto done;
  away = lip_sqrt_up(
      lip_mul_up(largest_sum(false, m, d, NULL, radius), largest_sum(true, m, d, NULL, radius)));
  away = lip_add_up(ldexp(away, -exponent), (double)(m * d) * DBL_MIN); /* what ldexp lost */
  arrange(m, d, center, radius, exponent, false, B);
  *proved = is_below(count, m > d ? m : d, B, lip_add_down(t, -away), work, margin);
done:
  lip_free(B);
  lip_free(work);
  return st;
}

lip_status lip_matrix_norm_is_below(lip_norm_kind norm, size_t m, size_t d, const double *center,
                                    const double *radius, double bound, bool *proved,
                                    double *margin, lip_error *err)
{
  double sum = largest_sum(norm == LIP_NORM_1, m, d, center, radius);

  *proved = false;
  if (!(bound >= 0) || !isfinite(bound) || !isfinite(sum)) return LIP_OK;
  *margin = ROUNDING;
  if (sum == 0) {
    *proved = true;
    return LIP_OK;
  }
  if (norm == LIP_NORM_2) return test_two(m, d, center, radius, bound, proved, margin, err);
  *proved = sum <= bound;
  return LIP_OK;
}

/* sqrt of the largest eigenvalue of B B'.  work  count (count + 1) */
static lip_status estimate_norm(size_t count, size_t length, const double *B, double *work,
                                double *norm, lip_error *err)
{
  double *values = work + count * count;
  lip_status st;

  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= i; j++)
      work[i * count + j] = lip_dot(length, B + i * length, B + j * length);
  st = lip_symmetric_eigen(count, work, values, false, err);
  if (st == LIP_OK) *norm = sqrt(fmax(0, values[count - 1]));
  return st;
}

lip_status lip_matrix_norm_estimate(lip_norm_kind norm, size_t m, size_t d, const double *center,
                                    const double *radius, double *estimate, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = m < d ? m : d, length = m < d ? d : m;
  double sum = largest_sum(norm == LIP_NORM_1, m, d, center, radius), sizes, norms, away;
  double *B = lip_alloc(m, d * sizeof *B), *work = lip_alloc(count + 1, count * sizeof *work);
  int exponent = 0;

  if (!B || !work) FAIL(LIP_ENOMEM, "a matrix of %zu x %zu", m, d);
  *estimate = sum;
  if (norm != LIP_NORM_2 || sum == 0 || !isfinite(sum)) goto done;
  (void)frexp(sum, &exponent);
  arrange(m, d, center, radius, exponent, true, B);
  if (count == 1) {
    *estimate = ldexp(lip_norm(m * d, B), exponent);
    goto done;
  }
  TRY(estimate_norm(count, length, B, work, &sizes, err));
  away = sqrt(largest_sum(false, m, d, NULL, radius) * largest_sum(true, m, d, NULL, radius));
  arrange(m, d, center, radius, exponent, false, B);
  TRY(estimate_norm(count, length, B, work, &norms, err));
  *estimate = fmin(ldexp(sizes, exponent), ldexp(norms, exponent) + away);
done:
  lip_free(B);
  lip_free(work);
  return st;
}
