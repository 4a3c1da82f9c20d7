/* sectors_center.c - Newton's method towards the central path of a semidefinite program.

   Minimised is t rho - log det M(lambda, rho) for one t: where the step is as long as 1 in the
   barrier's own measure, M is near the path, and

     X = (P - P dM P) / t,   P = M^-1, dM the step,

   is positive definite and meets the primal program's equations exactly (Nesterov and
   Nemirovskii, 1994; Benson, Ye and Zhang, 2000). Cost of a step: H and its factor. */
#include "lipschitz/sectors_parts.h"

#include "base/error.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 80, MOST_TRIALS = 40 };
static const double NEAR = 0.5;    /* the squared step that ends it */
static const double BEYOND = 1.5;  /* the border is this much farther than a long step */
static const double SHORTER = 0.6; /* trials along a step */
static const double RIDGE = 1e-14; /* of H, scaled to a unit diagonal */

bool lip_sectors_definite(lip_sectors_solver *s, const double *at)
{
  size_t N = s->program->groups;

  for (size_t g = 0; g <= N; g++)
    if (!(at[g] > 0)) return false;
  lip_sectors_matrix_fill(s->M, at, at[N], true);
  return lip_sectors_matrix_factor(s->M);
}

bool lip_sectors_prepare(lip_sectors_solver *s)
{
  size_t n = s->program->groups + 1;

  for (size_t i = 0; i < n; i++) {
    if (!(s->H[i * n + i] > 0) || !isfinite(s->H[i * n + i])) return false;
    s->scale[i] = 1 / sqrt(s->H[i * n + i]);
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) s->H[i * n + j] *= s->scale[i] * s->scale[j];
    s->H[i * n + i] += RIDGE;
  }
  return lip_cholesky(n, s->H);
}

void lip_sectors_unknowns(const lip_sectors_solver *s, double *x)
{
  size_t n = s->program->groups + 1;

  for (size_t i = 0; i < n; i++) x[i] *= s->scale[i];
  lip_cholesky_solve(n, s->H, 1, x);
  for (size_t i = 0; i < n; i++) x[i] *= s->scale[i];
}

static double value_at(lip_sectors_solver *s, const double *at, double t)
{
  if (!lip_sectors_definite(s, at)) return INFINITY;
  return t * at[s->program->groups] - lip_sectors_matrix_logdet(s->M);
}

/* Newton's directions: toward less rho, and toward the analytic center; inner: of P. */
static lip_status directions(lip_sectors_solver *s, bool *solved, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;

  TRY(lip_sectors_matrix_inverse(s->M, s->P, err));
  lip_sectors_rows(s->program, s->P, s->TP);
  *solved = false;
  if (lip_sectors_stopped(s)) goto done;
  lip_sectors_hessian(s, s->P, s->TP, s->P, s->TP, s->H);
  TRY(lip_sectors_inner(s->program, s->P, s->inner, err));
  *solved = lip_sectors_prepare(s);
  memset(s->toward, 0, N * sizeof *s->toward);
  s->toward[N] = -1;
  memcpy(s->center, s->inner, (N + 1) * sizeof *s->center);
  lip_sectors_unknowns(s, s->toward);
  lip_sectors_unknowns(s, s->center);
done:
  return st;
}

/* at <- the best of at + a step, a = 1 or smaller, away from the border: along it the path back to
   the center is long. Changes M. */
static bool walk(lip_sectors_solver *s, double t, double now, const double *step, double *at)
{
  size_t N = s->program->groups;
  double least = now, chosen = 0, a = 1;

  for (int trial = 0; trial < MOST_TRIALS; trial++, a *= SHORTER) {
    double value;

    for (size_t g = 0; g <= N; g++) s->next[g] = at[g] + BEYOND * a * step[g];
    if (!lip_sectors_definite(s, s->next)) continue;
    for (size_t g = 0; g <= N; g++) s->next[g] = at[g] + a * step[g];
    value = value_at(s, s->next, t);
    if (value < least) {
      least = value;
      chosen = a;
      if (trial == 0) break;
    } else if (chosen > 0) {
      break;
    }
  }
  for (size_t g = 0; g <= N; g++) at[g] += chosen * step[g];
  return chosen > 0;
}

/* X <- (P - P dM P) / t for the full step, which is taken. */
static void make_primal(lip_sectors_solver *s, double t, const double *step, double *at)
{
  size_t N = s->program->groups, n = s->program->order;

  lip_sectors_matrix_fill(s->step, step, step[N], false);
  lip_sectors_matrix_times(s->step, s->P, s->E);
  lip_dgemm(false, false, n, n, n, -1 / t, s->P, n, s->E, n, 0, s->X, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double mean = (s->X[i * n + j] + s->X[j * n + i]) / 2 + s->P[i * n + j] / t;

      s->X[i * n + j] = s->X[j * n + i] = mean;
    }
  for (size_t g = 0; g <= N; g++) at[g] += step[g];
}

lip_status lip_sectors_center(lip_sectors_solver *s, double *at, bool *central, size_t *steps,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;
  double t = 0, order = (double)s->program->order;

  *central = false;
  for (int round = 0; round < MOST_STEPS; round++, ++*steps) {
    double squared = 0, now;
    bool solved;

    if (lip_sectors_stopped(s) || !lip_sectors_definite(s, at)) break;
    now = -lip_sectors_matrix_logdet(s->M);
    TRY(directions(s, &solved, err));
    if (!solved) break;
    if (round == 0) t = fmax(-s->center[N] / s->toward[N], order / at[N]);
    /* the squared length of the step is minus its slope */
    for (size_t g = 0; g <= N; g++) s->center[g] += t * s->toward[g];
    for (size_t g = 0; g <= N; g++) squared += s->center[g] * (s->inner[g] - (g == N ? t : 0));
    if (squared < NEAR) {
      make_primal(s, t, s->center, at);
      *central = lip_sectors_definite(s, at);
      break;
    }
    if (!walk(s, t, now + t * at[N], s->center, at)) break;
  }
done:
  return st;
}
