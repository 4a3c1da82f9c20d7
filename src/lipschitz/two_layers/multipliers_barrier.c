/* multipliers_barrier.c - the central path of the semidefinite test, by Newton's method.

   The test is the linear matrix inequality P = [ rho I - L'TL, 0, M'; 0, T, B'; M, B, I ] >= 0 in
   (rho, tau). Minimised is t rho - log det P for growing t; rho is then (n + p + m) / t above the
   optimum at most (Nesterov and Nemirovskii). With F = rho I - L'TL - M'S^-1 M, C = B T^-1 and
   E = S^-1 M, the blocks of the inverse are

     xx: F^-1    xe: F^-1 E'C    ee: T^-1 + C'(S^-1 + E F^-1 E')C

   so that only matrices of sizes p and m are factored, and the Hessian is
   (L xx L')^2 - (L xe)^2 - ((L xe)')^2 + ee^2, entry by entry. Steps are taken in log tau's scale;
   every iterate is strictly feasible. Cost: 2 n^2 (p + m) + n^3 / 3 + p^3 a step, 15 to 30 steps.
 */
#include "lipschitz/two_layers/multipliers_barrier.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_STEPS = 200, MOST_HALVINGS = 40 };
static const double FASTER = 12; /* t grows by this factor after a full step */

struct lip_barrier {
  double *S, *F;                             /* m x m, p x p: factors, then inverses */
  double *C, *E, *EF;                        /* m x n, m x p, m x p: E F^-1 */
  double *LT;                                /* n x p: sqrt(T) L; then L F^-1 */
  double *N;                                 /* n x m: L F^-1 E' */
  double *xx, *xe, *H;                       /* n x n; H (n + 1) x (n + 1) */
  double *G;                                 /* m x m: S^-1 + E F^-1 E' */
  double *GC;                                /* m x n */
  double *gradient, *toward, *center, *next; /* n + 1 */
  double *values;                            /* max(p, m) */
  double *columns;                           /* p x m */
};

lip_status lip_barrier_create(size_t n, size_t p, size_t m, lip_barrier **barrier, lip_error *err)
{
  lip_barrier *b = lip_alloc_zero(1, sizeof *b);
  const struct {
    double **at;
    size_t rows, columns;
  } rooms[] = {{&b->S, m, m},
               {&b->F, p, p},
               {&b->C, m, n},
               {&b->E, m, p},
               {&b->EF, m, p},
               {&b->LT, n, p},
               {&b->N, n, m},
               {&b->xx, n, n},
               {&b->xe, n, n},
               {&b->H, n + 1, n + 1},
               {&b->G, m, m},
               {&b->GC, m, n},
               {&b->gradient, n + 1, 1},
               {&b->toward, n + 1, 1},
               {&b->center, n + 1, 1},
               {&b->next, n + 1, 1},
               {&b->values, p + m, 1},
               {&b->columns, p, m}};

  for (size_t i = 0; b && i < sizeof rooms / sizeof *rooms; i++) {
    *rooms[i].at = lip_alloc(rooms[i].rows, rooms[i].columns * sizeof(double));
    if (*rooms[i].at) continue;
    lip_barrier_free(b);
    b = NULL;
  }
  if (!b) return lip_fail(err, LIP_ENOMEM, "a solver for %zu multipliers", n);
  *barrier = b;
  return LIP_OK;
}

void lip_barrier_free(lip_barrier *b)
{
  if (!b) return;
  lip_free(b->S);
  lip_free(b->F);
  lip_free(b->C);
  lip_free(b->E);
  lip_free(b->EF);
  lip_free(b->LT);
  lip_free(b->N);
  lip_free(b->xx);
  lip_free(b->xe);
  lip_free(b->H);
  lip_free(b->G);
  lip_free(b->GC);
  lip_free(b->gradient);
  lip_free(b->toward);
  lip_free(b->center);
  lip_free(b->next);
  lip_free(b->values);
  lip_free(b->columns);
  lip_free(b);
}

/* S <- I - B T^-1 B', C <- B T^-1 */
static void make_S(lip_barrier *b, const lip_barrier_problem *in, const double *tau)
{
  for (size_t j = 0; j < in->m; j++)
    for (size_t l = 0; l < in->n; l++) b->C[j * in->n + l] = in->B[j * in->n + l] / tau[l];
  lip_dgemm(false, true, in->m, in->m, in->n, -1, b->C, in->n, in->B, in->n, 0, b->S, in->m);
  for (size_t j = 0; j < in->m; j++) b->S[j * in->m + j] += 1;
}

/* F <- - L'TL - M'S^-1 M with the factor of S; E <- S^-1 M */
static void make_F(lip_barrier *b, const lip_barrier_problem *in, const double *tau)
{
  size_t n = in->n, p = in->p, m = in->m;

  for (size_t i = 0; i < p; i++) /* the columns of M as rows */
    for (size_t j = 0; j < m; j++) b->columns[i * m + j] = in->M[j * p + i];
  lip_cholesky_solve(m, b->S, p, b->columns);
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < m; j++) b->E[j * p + i] = b->columns[i * m + j];
  for (size_t l = 0; l < n; l++)
    for (size_t i = 0; i < p; i++) b->LT[l * p + i] = tau[l] * in->L[l * p + i];
  lip_dgemm(true, false, p, p, n, -1, b->LT, p, in->L, p, 0, b->F, p);
  lip_dgemm(true, false, p, p, m, -1, in->M, p, b->E, p, 1, b->F, p);
}

/* t rho - log det P, with the factors of S and F; infinite outside. */
static double value_at(lip_barrier *b, const lip_barrier_problem *in, double t, double rho,
                       const double *tau)
{
  double sum = t * rho;

  for (size_t l = 0; l < in->n; l++) {
    if (!(tau[l] > 0)) return INFINITY;
    sum -= log(tau[l]);
  }
  make_S(b, in, tau);
  if (!lip_cholesky(in->m, b->S)) return INFINITY;
  make_F(b, in, tau);
  for (size_t i = 0; i < in->p; i++) b->F[i * in->p + i] += rho;
  if (!lip_cholesky(in->p, b->F)) return INFINITY;
  return sum - lip_cholesky_logdet(in->m, b->S) - lip_cholesky_logdet(in->p, b->F);
}

/* tau scaled until S > 0 with room, and rho above. */
static lip_status start(lip_barrier *b, const lip_barrier_problem *in, double *tau, double *rho,
                        lip_error *err)
{
  size_t m = in->m, p = in->p;
  double least;
  lip_status st = LIP_OK;

  make_S(b, in, tau);
  TRY(lip_symmetric_eigen(m, b->S, b->values, false, err));
  least = b->values[0];
  if (!(least > 1e-3)) /* S = I - K becomes I - K / s, K at most 1 - least */
    for (size_t l = 0; l < in->n; l++) tau[l] *= (1 - least) / 0.9;
  make_S(b, in, tau);
  if (!lip_cholesky(m, b->S)) FAIL(LIP_ENUMERIC, "multipliers without a start");
  make_F(b, in, tau);
  TRY(lip_symmetric_eigen(p, b->F, b->values, false, err));
  *rho = -1.05 * b->values[0];
  if (!(*rho > 0) || !isfinite(*rho)) FAIL(LIP_ENUMERIC, "multipliers without a start");
done:
  return st;
}

/* Gradient of - log det P and Hessian, in the variables (log tau, rho), from the factors. */
static void differentiate(lip_barrier *b, const lip_barrier_problem *in, const double *tau)
{
  size_t n = in->n, p = in->p, m = in->m;

  lip_cholesky_inverse(p, b->F);
  lip_cholesky_inverse(m, b->S);
  lip_dgemm(false, false, n, p, p, 1, in->L, p, b->F, p, 0, b->LT, p);
  lip_dgemm(false, true, n, n, p, 1, b->LT, p, in->L, p, 0, b->xx, n);
  lip_dgemm(false, true, n, m, p, 1, b->LT, p, b->E, p, 0, b->N, m);
  lip_dgemm(false, false, n, n, m, 1, b->N, m, b->C, n, 0, b->xe, n);
  lip_dgemm(false, false, m, p, p, 1, b->E, p, b->F, p, 0, b->EF, p);
  memcpy(b->G, b->S, m * m * sizeof *b->G);
  lip_dgemm(false, true, m, m, p, 1, b->EF, p, b->E, p, 1, b->G, m);
  lip_dgemm(false, false, m, n, m, 1, b->G, m, b->C, n, 0, b->GC, n);
  memset(b->H, 0, (n + 1) * (n + 1) * sizeof *b->H);
  lip_dgemm(true, false, n, n, m, 1, b->C, n, b->GC, n, 0, b->H, n + 1);
  for (size_t l = 0; l < n; l++) {
    double ee = b->H[l * (n + 1) + l] + 1 / tau[l];

    b->H[l * (n + 1) + l] = ee;
    b->gradient[l] = tau[l] * (b->xx[l * n + l] - ee);
  }
  for (size_t l = 0; l < n; l++)
    for (size_t j = 0; j <= l; j++) {
      double ee = b->H[l * (n + 1) + j], xx = b->xx[l * n + j], one = b->xe[l * n + j],
             other = b->xe[j * n + l];

      b->H[l * (n + 1) + j] = tau[l] * tau[j] * (xx * xx - one * one - other * other + ee * ee);
    }
}

/* The last row of the Hessian, and the gradient: those of rho. */
static void differentiate_rho(lip_barrier *b, const lip_barrier_problem *in, const double *tau)
{
  size_t n = in->n, p = in->p, m = in->m;
  double *last = b->H + n * (n + 1);

  b->gradient[n] = 0;
  for (size_t i = 0; i < p; i++) b->gradient[n] -= b->F[i * p + i];
  last[n] = lip_dot(p * p, b->F, b->F);
  /* |F^-1 E'C_l|^2 = C_l' (E F^-1)(E F^-1)' C_l */
  lip_dgemm(false, true, m, m, p, 1, b->EF, p, b->EF, p, 0, b->G, m);
  lip_dgemm(false, false, m, n, m, 1, b->G, m, b->C, n, 0, b->GC, n);
  for (size_t l = 0; l < n; l++) {
    double sum = -lip_dot(p, b->LT + l * p, b->LT + l * p);

    for (size_t j = 0; j < m; j++) sum += b->C[j * n + l] * b->GC[j * n + l];
    last[l] = tau[l] * sum;
  }
}

/* toward: -H^-1 e_rho; center: -H^-1 gradient. */
static bool newton(lip_barrier *b, size_t n)
{
  for (size_t l = 0; l <= n; l++) b->H[l * (n + 1) + l] *= 1 + 1e-14;
  if (!lip_cholesky(n + 1, b->H)) return false;
  for (size_t l = 0; l <= n; l++) {
    b->toward[l] = l == n ? -1 : 0;
    b->center[l] = -b->gradient[l];
  }
  lip_cholesky_solve(n + 1, b->H, 1, b->toward);
  lip_cholesky_solve(n + 1, b->H, 1, b->center);
  return true;
}

/* A step of t toward + center, shortened until t rho - log det P falls enough. In the scale of log
   tau the step is tau (1 + step). The factors are those of the new point. False: none. */
static bool walk(lip_barrier *b, const lip_barrier_problem *in, double t, double *tau, double *rho,
                 double *now)
{
  size_t n = in->n;
  double slope = t * (t * b->toward[n] + b->center[n]), length = 1, largest = 0;

  for (size_t l = 0; l <= n; l++) slope += b->gradient[l] * (t * b->toward[l] + b->center[l]);
  for (size_t l = 0; l < n; l++) largest = fmax(largest, -(t * b->toward[l] + b->center[l]));
  if (largest > 0.9) length = 0.9 / largest;
  for (int round = 0; round < MOST_HALVINGS; round++, length *= 0.6) {
    double higher = *rho + length * (t * b->toward[n] + b->center[n]), value;

    for (size_t l = 0; l < n; l++)
      b->next[l] = tau[l] * (1 + length * (t * b->toward[l] + b->center[l]));
    value = value_at(b, in, t, higher, b->next);
    if (value <= *now + 0.1 * length * slope + 1e-12 * fabs(*now)) {
      memcpy(tau, b->next, n * sizeof *tau);
      *rho = higher;
      *now = value;
      return true;
    }
  }
  return false;
}

/* The top eigenvector by the inverse of F, which it dominates. */
static void top_vector(const lip_barrier *b, size_t p, double *direction)
{
  for (size_t i = 0; i < p; i++) direction[i] = 1 + (double)(i * 7 % 5);
  for (int step = 0; step < 12; step++) {
    double length;

    lip_dgemv(false, p, p, 1, b->F, p, direction, 0, b->values);
    length = lip_norm(p, b->values);
    for (size_t i = 0; i < p; i++) direction[i] = b->values[i] / length;
  }
}

lip_status lip_barrier_solve(lip_barrier *b, const lip_barrier_problem *in, double accuracy,
                             double below, double above, double *tau, double *rho,
                             double *direction, const lip_control *control, lip_error *err)
{
  size_t n = in->n;
  double order = (double)(n + in->p + in->m), t = 0, now;
  lip_status st = LIP_OK;

  TRY(start(b, in, tau, rho, err));
  now = value_at(b, in, t, *rho, tau);
  if (!isfinite(now)) FAIL(LIP_ENUMERIC, "multipliers off the central path");
  for (int step = 0; step < MOST_STEPS && !(*rho < below); step++) {
    double decrement;

    differentiate(b, in, tau);
    differentiate_rho(b, in, tau);
    if ((t > 0 && order / t <= accuracy * *rho) || !newton(b, n)) break;
    if (step == 0) { /* the t for which this point is nearest to the path */
      double nearest = -b->center[n] / b->toward[n];

      t = fmin(fmax(nearest, 0.3 * order / *rho), 1e3 * order / *rho);
      now += t * *rho;
    }
    decrement = -t * (t * b->toward[n] + b->center[n]);
    for (size_t l = 0; l <= n; l++) decrement -= b->gradient[l] * (t * b->toward[l] + b->center[l]);
    if (decrement < 1e-2 && *rho - 2 * order / t > above) break;
    if (decrement < 0.3) { /* near the path: on, with the same factors */
      now += (FASTER - 1) * t * *rho;
      t *= FASTER;
    }
    if (!walk(b, in, t, tau, rho, &now)) break;
    if (control && control->stop && control->stop(control->context)) break;
  }
  if (direction) {
    if (isfinite(value_at(b, in, t, *rho, tau))) lip_cholesky_inverse(in->p, b->F);
    top_vector(b, in->p, direction);
  }
done:
  return st;
}
