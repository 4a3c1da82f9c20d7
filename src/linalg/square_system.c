/* square_system.c - a solution of a square linear system with a proved bound on its error.

   An approximate inverse by Gauss and Jordan, three refinements, and the bound of the header with
   outward rounding. */
#include "linalg/square_system.h"

#include "linalg/interval.h"

#include <string.h>

enum { REFINEMENTS = 3 };

/* t += x y */
static void accumulate(lip_interval *t, double x, double y)
{
  if (x == 0 || y == 0) return;
  t->low = lip_add_down(t->low, lip_mul_down(x, y));
  t->high = lip_add_up(t->high, lip_mul_up(x, y));
}

static double modulus(lip_interval t)
{
  return fmax(fabs(t.low), fabs(t.high));
}

/* Rows c and `at` of both. */
static void exchange(size_t n, double *P, double *R, size_t c, size_t at)
{
  for (size_t j = 0; j < n && at != c; j++) {
    double p = P[c * n + j], r = R[c * n + j];

    P[c * n + j] = P[at * n + j], P[at * n + j] = p;
    R[c * n + j] = R[at * n + j], R[at * n + j] = r;
  }
}

/* R <- approximate inverse of P (n x n, destroyed), with row exchanges. */
static bool invert(size_t n, double *P, double *R)
{
  memset(R, 0, n * n * sizeof *R);
  for (size_t i = 0; i < n; i++) R[i * n + i] = 1;
  for (size_t c = 0; c < n; c++) {
    size_t at = c;
    double pivot;

    for (size_t i = c + 1; i < n; i++)
      if (fabs(P[i * n + c]) > fabs(P[at * n + c])) at = i;
    exchange(n, P, R, c, at);
    pivot = P[c * n + c];
    if (!(fabs(pivot) > 0)) return false;
    for (size_t j = 0; j < n; j++) P[c * n + j] /= pivot, R[c * n + j] /= pivot;
    for (size_t i = 0; i < n; i++) {
      double factor = P[i * n + c];

      if (i == c || factor == 0) continue;
      for (size_t j = 0; j < n; j++) {
        P[i * n + j] -= factor * P[c * n + j];
        R[i * n + j] -= factor * R[c * n + j];
      }
    }
  }
  return true;
}

/* y += R (q - P y).  residual  n */
static void refine(size_t n, const double *P, const double *q, const double *R, double *residual,
                   double *y)
{
  for (size_t i = 0; i < n; i++) {
    residual[i] = q[i];
    for (size_t j = 0; j < n; j++) residual[i] -= P[i * n + j] * y[j];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) y[i] += R[i * n + j] * residual[j];
}

/* residual_i <- the largest |(q - P y)_i| of the systems. */
static void bound_residual(size_t n, const double *P, const double *P_radius, const double *q,
                           const double *q_radius, const double *y, double *residual)
{
  for (size_t i = 0; i < n; i++) {
    lip_interval t = {q[i], q[i]};

    for (size_t j = 0; j < n; j++) accumulate(&t, -P[i * n + j], y[j]);
    residual[i] = modulus(t);
    if (q_radius) residual[i] = lip_add_up(residual[i], q_radius[i]);
    for (size_t j = 0; P_radius && j < n; j++)
      residual[i] = lip_add_up(residual[i], lip_mul_up(P_radius[i * n + j], fabs(y[j])));
  }
}

/* residual  in  as above */
static double bound_error(size_t n, const double *P, const double *P_radius, const double *R,
                          const double *residual)
{
  double contraction = 0, distance = 0;

  for (size_t i = 0; i < n; i++) {
    double sum = 0, moved = 0;

    for (size_t j = 0; j < n; j++) { /* (I - R P)_ij */
      lip_interval t = {i == j, i == j};

      for (size_t c = 0; c < n; c++) {
        accumulate(&t, -R[i * n + c], P[c * n + j]);
        if (P_radius) sum = lip_add_up(sum, lip_mul_up(fabs(R[i * n + c]), P_radius[c * n + j]));
      }
      sum = lip_add_up(sum, modulus(t));
      moved = lip_add_up(moved, lip_mul_up(fabs(R[i * n + j]), residual[j]));
    }
    if (!(sum < 1) || !isfinite(moved)) return INFINITY;
    contraction = fmax(contraction, sum);
    distance = fmax(distance, moved);
  }
  return lip_div_up(distance, lip_add_down(1, -contraction));
}

double lip_square_solve(size_t n, const double *P, const double *P_radius, const double *q,
                        const double *q_radius, double *y, double *work)
{
  double *copy = work, *R = copy + n * n, *residual = R + n * n;

  memcpy(copy, P, n * n * sizeof *P);
  if (!invert(n, copy, R)) return INFINITY;
  memset(y, 0, n * sizeof *y);
  for (int refined = 0; refined < REFINEMENTS; refined++) refine(n, P, q, R, residual, y);
  bound_residual(n, P, P_radius, q, q_radius, y, residual);
  return bound_error(n, P, P_radius, R, residual);
}
