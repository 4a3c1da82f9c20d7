/* sectors_center.c - Newton's method towards the central path of a semidefinite program.

   Minimised is t rho - log det M(lambda, rho) for one t. Where the step dM is shorter than 1 in the
   barrier's own measure,

     X = (P - P dM P) / t,   P = M^-1,

   is positive definite and meets the primal program's equations exactly (Nesterov and Nemirovskii,
   1994; Benson, Ye and Zhang, 2000). Much earlier, X with a part of dM will do: what X then lacks
   goes away with the steps of the primal-dual method, which are fewer than the last ones here,
   where rows of weights that lean to one side keep M near the border. Cost of a step: H and its
   factor. */
#include "lipschitz/graphs/sectors_parts.h"

#include "base/error.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/method.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 300, MOST_TRIALS = 40 };
static const double LONGER = 2;
static const double LEAST_PART = 0.02, SMALLER = 0.8, AWAY = 0.9; /* of dM in X */
static const double BELOW = 1e-11; /* of M's diagonal: what a proof with rounding may take away */
static const double BEYOND = 1.5;  /* the border is this much farther than a step goes */
static const double SHORTER = 0.6; /* trials along a step */
static const double RIDGE = 1e-14; /* of H, scaled to a unit diagonal */

/* M <- M - BELOW diag(M). */
static void lower_diagonal(lip_sectors_matrix *M)
{
  size_t count = M->program->blocks + 1;

  for (size_t b = 0; b < count; b++)
    for (size_t i = 0, n = M->program->block[b].size; i < n; i++)
      M->at[b * count + b][i * (n + 1)] *= 1 - BELOW;
}

bool lip_sectors_definite(lip_sectors_solver *s, const double *at)
{
  size_t N = s->program->groups;

  for (size_t g = 0; g <= N; g++)
    if (!(at[g] > 0)) return false;
  lip_sectors_matrix_fill(s->M, at, at[N], true);
  lower_diagonal(s->M);
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
  if (lip_stopped(s->control)) goto done;
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

/* t rho - log det M at at + a step, where the border is farther; else infinite. Changes M. */
static double value_along(lip_sectors_solver *s, double t, double a, const double *step,
                          const double *at)
{
  size_t N = s->program->groups;

  for (size_t g = 0; g <= N; g++) s->next[g] = at[g] + BEYOND * a * step[g];
  if (!lip_sectors_definite(s, s->next)) return INFINITY;
  for (size_t g = 0; g <= N; g++) s->next[g] = at[g] + a * step[g];
  return value_at(s, s->next, t);
}

/* at <- the best of at + a step, away from the border: along it the way back is long. */
static bool walk(lip_sectors_solver *s, double t, double now, const double *step, double *at)
{
  double least = now, chosen = 0, a = 1, factor = SHORTER;

  for (int trial = 0; trial < MOST_TRIALS; trial++, a *= factor) {
    double value = value_along(s, t, a, step, at);

    if (value < least) {
      if (trial == 0) factor = LONGER;
      least = value;
      chosen = a;
    } else if (chosen > 0) {
      break;
    }
  }
  lip_add_multiple(s->program->groups + 1, chosen, step, at);
  return chosen > 0;
}

/* X <- (P - a P dM P) / t for the largest a <= 1 found with X > 0, that is M - a dM > 0; at <- at +
   a step, where that is inside. */
static void make_primal(lip_sectors_solver *s, double t, double *step, double *at, bool *made)
{
  size_t N = s->program->groups, n = s->program->order;
  double a = 1;

  for (*made = false; !*made && a > LEAST_PART; a *= *made ? 1 : SMALLER) {
    for (size_t g = 0; g <= N; g++) s->next[g] = at[g] - a * step[g];
    lip_sectors_matrix_fill(s->M, s->next, s->next[N], true);
    *made = lip_sectors_matrix_factor(s->M);
  }
  if (!*made) return;
  if (a < 1) a *= AWAY;
  s->off = 1 - a;
  for (size_t g = 0; g <= N; g++) step[g] *= a;
  lip_sectors_matrix_fill(s->step, step, step[N], false);
  lip_sectors_matrix_times(s->step, s->P, s->E);
  memcpy(s->X, s->P, n * n * sizeof *s->X);
  lip_dgemm(false, false, n, n, n, -1 / t, s->P, n, s->E, n, 1 / t, s->X, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      s->X[i * n + j] = s->X[j * n + i] = (s->X[i * n + j] + s->X[j * n + i]) / 2;
  for (size_t g = 0; g <= N; g++) s->next[g] = at[g] + step[g];
  if (lip_sectors_definite(s, s->next)) lip_add_multiple(N + 1, 1, step, at);
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

    if (lip_stopped(s->control) || !lip_sectors_definite(s, at)) break;
    now = -lip_sectors_matrix_logdet(s->M);
    TRY(directions(s, &solved, err));
    if (!solved) break;
    if (round == 0) t = fmax(-s->center[N] / s->toward[N], order / at[N]);
    /* the squared length of the step is minus its slope */
    for (size_t g = 0; g <= N; g++) s->center[g] += t * s->toward[g];
    for (size_t g = 0; g <= N; g++) squared += s->center[g] * (s->inner[g] - (g == N ? t : 0));
    if (squared < order) make_primal(s, t, s->center, at, central);
    if (*central) break;
    if (!walk(s, t, now + t * at[N], s->center, at)) break;
  }
done:
  return st;
}
