/* sectors_solve.c - the best multipliers: a primal-dual interior-point method.

   From near the central path, X > 0 and M > 0 follow the central path X M = mu I with the direction
   of Helmberg, Rendl, Vanderbei and Wolkowicz (1996), Kojima, Shindoh and Hara (1997), Monteiro
   (1997), with Mehrotra's predictor and corrector: 15 to 20 steps for nine digits. M stays a
   function of (lambda, rho), so every iterate is a valid bound; once X meets its equations,
   rho - tr(X M) is below every bound. Only X's blocks on the pattern of M matter: the others are
   completed after every step (Fukuda, Kojima, Murota and Nakata, 2001). Cost of a step: about
   lip_sectors_step_flops. */
#include "lipschitz/graphs/sectors_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/vector.h"
#include "lipschitz/method.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_STEPS = 100, MOST_HALVINGS = 60 };
static const double SHORTEST = 1e-7;      /* steps below this end the search */
static const double SLIGHTLY_OFF = 1e-10; /* X's equations are met, but for rounding */
static const double INSIDE = 0.95;        /* of the way to the border */

/* ---- a step ---- */

/* The symmetric half of A, both triangles, times `by`. */
static void symmetrise(size_t n, double by, double *A)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      A[i * n + j] = A[j * n + i] = by * (A[i * n + j] + A[j * n + i]) / 2;
}

/* On the pattern dX <- mu P - X - sym(X dM P) - T, dM P being in E; T may be NULL. */
static void change_of_primal(lip_sectors_solver *s, double mu, const double *T, double *dX)
{
  lip_sectors_pattern_product(s->completion, -1, s->X, s->E, dX);
  lip_sectors_pattern_add(s->completion, -1, s->X, dX);
  lip_sectors_pattern_add(s->completion, mu, s->P, dX);
  if (T) lip_sectors_pattern_add(s->completion, -1, T, dX);
}

/* dX <- - X - sym(X dM P), whole, dM P being in E. */
static void whole_change_of_primal(lip_sectors_solver *s, double *dX)
{
  size_t n = s->program->order;

  lip_sectors_completion_times(s->completion, s->X, s->E, dX);
  symmetrise(n, -1, dX);
  lip_add_multiple(n * n, -1, s->X, dX);
}

static bool primal_holds(lip_sectors_solver *s, const double *dX, double a)
{
  return lip_sectors_completable(s->completion, s->X, a, dX);
}

static bool dual_holds(lip_sectors_solver *s, const double *d, double a)
{
  for (size_t g = 0; g <= s->program->groups; g++) s->next[g] = s->at[g] + a * d[g];
  return lip_sectors_definite(s, s->next);
}

/* The largest part a of the step that keeps X + a dX > 0 or M(at + a d) > 0, roughly. */
static double length_of(lip_sectors_solver *s,
                        bool (*holds)(lip_sectors_solver *s, const double *step, double a),
                        const double *step, int halvings)
{
  double inside = 0, outside = 1, a = 1;

  for (int trial = 0; trial < MOST_HALVINGS; trial++) {
    if (holds(s, step, a)) {
      inside = a;
      if (a == 1 || halvings-- == 0) break;
    } else {
      outside = a;
      if (inside > 0 && halvings-- == 0) break;
    }
    a = inside > 0 ? (inside + outside) / 2 : outside * 0.7;
    if (a < SHORTEST) break;
  }
  return inside;
}

/* tr(X M(at)) = rho tr X_00 - tr(D X D') + sum lambda (v'Xv - s'Xs), by inner products. */
static lip_status gap_of(lip_sectors_solver *s, const double *X, const double *at, double *gap,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sectors_program *program = s->program;
  const lip_sectors_block *output = &program->block[program->blocks + 1];
  size_t n = program->order;

  TRY(lip_sectors_inner(program, X, s->inner, err));
  *gap = lip_dot(program->groups + 1, s->inner, at);
  for (size_t c = 0; c < output->couplings; c++)
    for (size_t e = 0; e < output->couplings; e++) {
      const lip_sectors_block *from = &program->block[output->coupling[c].from],
                              *to = &program->block[output->coupling[e].from];

      for (size_t i = 0; i < output->rows; i++) {
        const double *left = output->coupling[c].C + i * from->size;

        for (size_t k = 0; k < from->size; k++)
          *gap -= left[k] * lip_dot(to->size, output->coupling[e].C + i * to->size,
                                    X + (from->offset + k) * n + to->offset);
      }
    }
done:
  return st;
}

/* Everything that depends on the point: P, H's factor; mu I is where X M should be. */
static lip_status prepare_step(lip_sectors_solver *s, bool *ready, lip_error *err)
{
  lip_status st = LIP_OK;

  *ready = false;
  if (!lip_sectors_definite(s, s->at)) goto done;
  TRY(lip_sectors_matrix_inverse(s->M, s->P, err));
  lip_sectors_rows(s->program, s->P, s->TP);
  lip_sectors_rows(s->program, s->X, s->TX);
  if (lip_stopped(s->control)) goto done;
  lip_sectors_hessian(s, s->X, s->TX, s->P, s->TP, s->H);
  *ready = !lip_stopped(s->control) && lip_sectors_prepare(s);
done:
  return st;
}

/* E <- dM P for the direction d. */
static void change_of_inverse(lip_sectors_solver *s, const double *d)
{
  lip_sectors_matrix_fill(s->step, d, d[s->program->groups], false);
  lip_sectors_matrix_times(s->step, s->P, s->E);
}

/* The step for mu = 0: how near to it the borders are says where to aim; G holds what the step
   leaves of second order. */
static lip_status predict(lip_sectors_solver *s, double gap, double *aim, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = s->program->order, N = s->program->groups;
  double *d = s->toward, primal, dual, left;

  memset(d, 0, N * sizeof *d);
  d[N] = -1;
  lip_sectors_unknowns(s, d);
  change_of_inverse(s, d);
  whole_change_of_primal(s, s->F);
  lip_sectors_pattern_product(s->completion, 1, s->F, s->E, s->G);
  primal = 0.9 * length_of(s, primal_holds, s->F, 0);
  dual = 0.9 * length_of(s, dual_holds, d, 0);
  memcpy(s->E, s->X, n * n * sizeof *s->E);
  lip_add_multiple(n * n, primal, s->F, s->E);
  for (size_t g = 0; g <= N; g++) s->next[g] = s->at[g] + dual * d[g];
  TRY(gap_of(s, s->E, s->next, &left, err));
  left = fmax(left, 0) / gap;
  *aim = fmin(fmax(pow(left, fmin(primal, dual) < 0.5 ? 2 : 3), 1e-6), 1);
done:
  return st;
}

/* The step for mu = aim gap / n, as far as it goes. */
static lip_status correct(lip_sectors_solver *s, double mu, bool *moved, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;
  double *d = s->center, primal, dual;

  TRY(lip_sectors_inner(s->program, s->P, d, err));
  TRY(lip_sectors_inner(s->program, s->G, s->inner, err));
  for (size_t g = 0; g <= N; g++) d[g] = mu * d[g] - s->inner[g] - (g == N ? 1 : 0);
  lip_sectors_unknowns(s, d);
  change_of_inverse(s, d);
  change_of_primal(s, mu, s->G, s->F);
  primal = length_of(s, primal_holds, s->F, 2);
  dual = length_of(s, dual_holds, d, 2);
  if (primal < 1) primal *= INSIDE;
  if (dual < 1) dual *= INSIDE;
  lip_sectors_pattern_add(s->completion, primal, s->F, s->X);
  s->off *= 1 - primal;
  lip_add_multiple(N + 1, dual, d, s->at);
  *moved = lip_sectors_complete(s->completion, s->X) && fmax(primal, dual) > SHORTEST;
done:
  return st;
}

/* The point becomes the answer, if it is the best one so far. */
static void keep_best(lip_sectors_solver *s, double *lambda, lip_sectors_answer *answer)
{
  size_t N = s->program->groups;

  if (answer->found && s->at[N] >= answer->rho) return;
  answer->found = true;
  answer->rho = s->at[N];
  memcpy(lambda, s->at, N * sizeof *lambda);
  memcpy(s->history + s->points++ % LIP_SECTORS_HISTORY * (N + 1), s->at, (N + 1) * sizeof *s->at);
}

bool lip_sectors_earlier(const lip_sectors_solver *s, size_t which, double *lambda, double *rho)
{
  size_t N = s->program->groups;
  const double *point;

  if (which >= s->points || which >= LIP_SECTORS_HISTORY) return false;
  point = s->history + (s->points - 1 - which) % LIP_SECTORS_HISTORY * (N + 1);
  memcpy(lambda, point, N * sizeof *lambda);
  *rho = point[N];
  return true;
}

static lip_status follow_path(lip_sectors_solver *s, lip_sectors_goal goal, double *lambda,
                              lip_sectors_answer *answer, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;

  for (int step = 0; step < MOST_STEPS; step++, answer->steps++) {
    double gap, aim;
    bool going;

    keep_best(s, lambda, answer);
    TRY(gap_of(s, s->X, s->at, &gap, err));
    if (!(gap > 0)) break;
    if (s->off <= SLIGHTLY_OFF && gap > 0) answer->least = fmax(answer->least, s->at[N] - gap);
    if ((gap <= goal.accuracy * s->at[N] && s->off <= SLIGHTLY_OFF) || answer->rho < goal.below ||
        answer->least > goal.above)
      break;
    if (lip_stopped(s->control)) break;
    TRY(prepare_step(s, &going, err));
    if (!going) break;
    TRY(predict(s, gap, &aim, err));
    if (lip_stopped(s->control)) break;
    TRY(correct(s, aim * gap / (double)s->program->order, &going, err));
    if (!going) break;
  }
done:
  return st;
}

/* The caller's multipliers, with rho well above the least one. */
static lip_status warm_start(lip_sectors_solver *s, const double *lambda, bool *found,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;

  memcpy(s->at, lambda, N * sizeof *lambda);
  s->at[N] = DBL_MAX;
  TRY(lip_sectors_tighten(s, s->at, err));
  *found = s->at[N] < DBL_MAX;
  s->at[N] *= 3;
done:
  return st;
}

/* A point with M > 0, which is the best one so far with the least rho for its multipliers. */
static lip_status begin(lip_sectors_solver *s, bool warm, double *lambda,
                        lip_sectors_answer *answer, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;
  double rho;

  *found = false;
  if (warm) TRY(warm_start(s, lambda, found, err));
  if (!*found) TRY(lip_sectors_start(s, s->at, found, err));
  *found = *found && lip_sectors_definite(s, s->at);
  if (!*found) goto done;
  rho = s->at[N];
  TRY(lip_sectors_tighten(s, s->at, err));
  keep_best(s, lambda, answer);
  s->at[N] = rho;
done:
  return st;
}

lip_status lip_sectors_solve(lip_sectors_solver *s, lip_sectors_goal goal, bool warm,
                             double *lambda, lip_sectors_answer *answer, const lip_control *control,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t N = s->program->groups;
  bool found = false;

  *answer = (lip_sectors_answer){.found = false};
  s->control = control;
  s->points = 0;
  TRY(begin(s, warm, lambda, answer, &found, err));
  if (!found) goto done;
  TRY(lip_sectors_center(s, s->at, &found, &answer->steps, err));
  if (s->at[N] < answer->rho && lip_sectors_definite(s, s->at)) keep_best(s, lambda, answer);
  found = found && lip_sectors_complete(s->completion, s->X);
  if (found) TRY(follow_path(s, goal, lambda, answer, err));
  if (answer->least > answer->rho) answer->least = 0; /* nothing but rounding */
  memcpy(s->at, lambda, N * sizeof *lambda);
  s->at[N] = answer->rho;
  TRY(lip_sectors_tighten(s, s->at, err));
  keep_best(s, lambda, answer);
done:
  s->control = NULL;
  if (st == LIP_EINTERRUPT && answer->found) st = LIP_OK;
  return st;
}
