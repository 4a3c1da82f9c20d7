/* climb_sampled_lines.c - climbs by gradients at samples of lines, for any network.

   The derivative of |g|^2 / 2 is the Hessian times g; it is taken as a difference of two gradients
   at distance h to both sides along g. A small h gives it for smooth networks, larger ones smooth a
   piecewise linear network first. Consecutive steps of one kind are made conjugate (Polak and
   Ribiere). Along each direction, moved back into the domain along rays, a dozen step lengths over
   a wide range, then two finer grids around the best. Ends after a round without gain.

   cost    about 14 passes over the weights a line
   limits  a local search, as good as its starts; |x| stays below REACH times the start's */
#include "lipschitz/two_layers/climb.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "lipschitz/method.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 12, GRIDS = 3, PATIENCE = 12, MOST_EXPONENT = 400, FARTHEST_EXPONENT = 600 };
static const double PASSES_A_LINE = 14;
static const double GAIN = 1e-11; /* relative: less is rounding */
static const double WIDTH = 30;
static const double REACH = 1e4;
static const double FIRST_RATIO = 4; /* between neighbours of the first grid */

/* The distances h, in units of |x|; then the gradient itself, and random directions. */
static const double widths[] = {1e-4, 1e-2, 0.1, 0.5};
enum { WIDTHS = sizeof widths / sizeof *widths, DIRECTIONS = WIDTHS + 3 };

struct lip_climber {
  const lip_problem *problem;
  double *x, *g, slope;       /* the current point and its gradient */
  double *up, *last_up;       /* the derivative of slope^2 / 2 here and one step before */
  double *v, *last_v, length; /* the direction, of unit length; before that it had this length */
  double *next;               /* the best point of the line so far */
  double *X, *G;              /* SAMPLES x d */
  double slopes[SAMPLES], t[SAMPLES];
  lip_domain domain;  /* the problem's; for the space a ball of radius REACH |x| */
  double scale, step; /* |x| at the start, or `widest` if that is less; the last good step */
  double widest;      /* two smooth layers: some widths of the narrowest neuron */
  int exponent;       /* g, G and slopes are 2^-exponent times the true ones */
  uint64_t position;  /* in the random stream */
  double *memory;     /* owns all of them */
};

/* Two layers of tanh, sigmoid or softplus: WIDTH / |w_l|, the least; else infinity. */
static double widest_step(const lip_problem *problem)
{
  double longest = 0;

  if (!lip_climb_crossings.applies(problem)) return INFINITY;
  for (size_t l = 0; l < problem->claim->k; l++)
    longest = fmax(longest, lip_norm(problem->d, problem->claim->W_true + l * problem->d));
  return longest > 0 && isfinite(WIDTH / longest) ? WIDTH / longest : INFINITY;
}

static lip_status create(const lip_problem *problem, lip_climber **climber, lip_error *err)
{
  size_t d = problem->d;
  lip_climber *made = lip_alloc_zero(1, sizeof *made);
  double *at = lip_alloc_zero(2 * SAMPLES + 7, d * sizeof *at);

  if (!made || !at) {
    lip_free(made);
    lip_free(at);
    return lip_fail(err, LIP_ENOMEM, "workspace of the ascent");
  }
  made->problem = problem;
  made->widest = widest_step(problem);
  made->memory = at;
  double **const vectors[] = {&made->x, &made->g,      &made->up,   &made->last_up,
                              &made->v, &made->last_v, &made->next, &made->X};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++, at += d) *vectors[i] = at;
  made->G = made->X + SAMPLES * d;
  *climber = made;
  return LIP_OK;
}

static void free_climber(lip_climber *climber)
{
  if (climber) lip_free(climber->memory);
  lip_free(climber);
}

/* Slopes at the first `rows` rows of X. What overflows is no gain, not a failure. */
static lip_status evaluate(lip_climber *climber, size_t rows, lip_error *err)
{
  lip_status st = lip_problem_slopes(climber->problem, rows, climber->X, climber->G,
                                     climber->slopes, err);
  int exponent = climber->exponent;

  for (size_t i = 0; st == LIP_OK && exponent != 0 && i < rows; i++)
    if (climber->slopes[i] > 0) climber->slopes[i] = ldexp(climber->slopes[i], -exponent);
  for (size_t i = 0; st == LIP_OK && exponent != 0 && i < rows * climber->problem->d; i++)
    climber->G[i] = ldexp(climber->G[i], -exponent);
  if (st != LIP_ENUMERIC) return st;
  for (size_t i = 0; i < rows; i++) climber->slopes[i] = -1;
  return LIP_OK;
}

/* Slopes so small or large that their squares are none are kept scaled during a climb; so little
   that those 2^400 times as large, where a climb from a saturated point may end, are none either.
 */
static void choose_scale(lip_climber *climber)
{
  int exponent = climber->slope > 0 ? ilogb(climber->slope) : 0;

  if (abs(exponent) > FARTHEST_EXPONENT)
    exponent = exponent < 0 ? -FARTHEST_EXPONENT : FARTHEST_EXPONENT;
  climber->exponent = abs(exponent) < MOST_EXPONENT ? 0 : exponent;
  if (climber->exponent == 0) return;
  climber->slope = ldexp(climber->slope, -exponent);
  for (size_t i = 0; i < climber->problem->d; i++) climber->g[i] = ldexp(climber->g[i], -exponent);
}

/* up <- the derivative of slope^2 / 2 with differences over h. On the sphere, with p = g - c x
   tangential: H p - c g, made tangential. */
static lip_status derivative(lip_climber *climber, double h, lip_error *err)
{
  size_t d = climber->problem->d;
  const double *x = climber->x, *g = climber->g;
  double *p = climber->next, *X = climber->X, *G = climber->G, length, along = 0;
  lip_status st;

  memcpy(climber->last_up, climber->up, d * sizeof *x);
  memset(climber->up, 0, d * sizeof *x);
  memcpy(p, g, d * sizeof *p);
  lip_domain_tangential(climber->domain, d, x, p);
  if (climber->domain.kind == LIP_ON_SPHERE) along = lip_dot(d, x, g) / lip_dot(d, x, x);
  length = lip_norm(d, p);
  if (!(length > 0) || isinf(length)) return LIP_OK;
  for (size_t i = 0; i < d; i++) {
    X[i] = x[i] + h * p[i] / length;
    X[d + i] = x[i] - h * p[i] / length;
  }
  st = evaluate(climber, 2, err);
  if (st != LIP_OK || climber->slopes[0] < 0 || climber->slopes[1] < 0) return st;
  for (size_t i = 0; i < d; i++)
    climber->up[i] = (G[i] - G[d + i]) / (2 * h) * length - along * g[i];
  lip_domain_tangential(climber->domain, d, x, climber->up);
  return LIP_OK;
}

/* v <- up, plus a multiple of the last direction if that had come from last_up. */
static void conjugate(lip_climber *climber, bool follows)
{
  size_t d = climber->problem->d;
  double square = lip_dot(d, climber->last_up, climber->last_up), beta;

  memcpy(climber->last_v, climber->v, d * sizeof *climber->v);
  memcpy(climber->v, climber->up, d * sizeof *climber->v);
  if (!follows || !(square > 0)) return;
  beta = (lip_dot(d, climber->up, climber->up) - lip_dot(d, climber->up, climber->last_up)) /
         square;
  beta = fmax(0, beta) * climber->length;
  if (isfinite(beta)) lip_add_multiple(d, beta, climber->last_v, climber->v);
}

/* v <- direction number `turn` of the round, of unit length, or 0 where there is none.
   follows: the last direction was of the same kind, and a gain */
static lip_status choose_direction(lip_climber *climber, size_t turn, bool follows, lip_error *err)
{
  size_t d = climber->problem->d;
  lip_status st = LIP_OK;

  if (turn < WIDTHS) {
    st = derivative(climber, widths[turn] * climber->scale, err);
    if (st != LIP_OK) return st;
    conjugate(climber, follows);
  } else if (turn == WIDTHS) {
    memcpy(climber->v, climber->g, d * sizeof *climber->g);
  } else {
    lip_random_normal((lip_stream){climber->problem->seed, LIP_FOR_STARTS}, climber->position, d,
                      climber->v);
    climber->position += d;
  }
  lip_domain_tangential(climber->domain, d, climber->x, climber->v);
  climber->length = lip_norm(d, climber->v);
  if (!(climber->length > 0) || isinf(climber->length)) climber->length = 0;
  for (size_t i = 0; climber->length > 0 && i < d; i++) climber->v[i] /= climber->length;
  return st;
}

/* Slopes at x + t_j v, moved into the domain. Returns the index of the best. */
static lip_status sample_line(lip_climber *climber, size_t *best, lip_error *err)
{
  size_t d = climber->problem->d;
  lip_status st;

  for (size_t j = 0; j < SAMPLES; j++) {
    double *row = climber->X + j * d;

    for (size_t i = 0; i < d; i++) row[i] = climber->x[i] + climber->t[j] * climber->v[i];
    lip_domain_project(climber->domain, d, row);
  }
  st = evaluate(climber, SAMPLES, err);
  *best = 0;
  for (size_t j = 1; j < SAMPLES; j++)
    if (climber->slopes[j] > climber->slopes[*best]) *best = j;
  return st;
}

/* Moves to the best sample of the line if it is a gain. */
static lip_status try_line(lip_climber *climber, bool *gained, lip_error *err)
{
  size_t d = climber->problem->d, best;
  double middle = climber->step, ratio = FIRST_RATIO, before = climber->slope;

  *gained = false;
  if (climber->length == 0) return LIP_OK;
  for (int grid = 0; grid < GRIDS; grid++) {
    lip_status st;

    for (size_t j = 0; j < SAMPLES; j++)
      climber->t[j] = middle * pow(ratio, (double)j - SAMPLES / 2);
    st = sample_line(climber, &best, err);
    if (st != LIP_OK) return st;
    if (climber->slopes[best] > climber->slope) {
      memcpy(climber->next, climber->X + best * d, d * sizeof *climber->next);
      memcpy(climber->g, climber->G + best * d, d * sizeof *climber->g);
      climber->slope = climber->slopes[best];
      climber->step = climber->t[best];
    }
    middle = climber->t[best];
    ratio = pow(ratio, 2.0 / SAMPLES);
  }
  if (!(climber->slope > before)) return LIP_OK;
  memcpy(climber->x, climber->next, d * sizeof *climber->x);
  *gained = climber->slope > before * (1 + GAIN);
  return LIP_OK;
}

/* The current point is x: its gradient and slope. */
static lip_status settle(lip_climber *climber, const double *x, lip_error *err)
{
  size_t d = climber->problem->d;
  double length = lip_norm(d, x);
  lip_status st;

  climber->scale = fmin(length > 0 ? length : 1, climber->widest);
  climber->step = 0.1 * climber->scale;
  length = fmax(length, climber->scale);
  climber->domain = climber->problem->domain;
  if (climber->domain.kind == LIP_SPACE)
    climber->domain = (lip_domain){.kind = LIP_BALL, .radius = REACH * length};
  memcpy(climber->x, x, d * sizeof *x);
  memcpy(climber->X, x, d * sizeof *x);
  climber->exponent = 0;
  st = evaluate(climber, 1, err);
  memcpy(climber->g, climber->G, d * sizeof *x);
  climber->slope = climber->slopes[0];
  choose_scale(climber);
  return st;
}

static lip_status climb(lip_climber *climber, uint64_t stream, double *passes, double *x,
                        double *slope, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t failures = 0, turn = 0;
  bool gained = false;

  climber->position = stream << LIP_CLIMB_STREAM_BITS;
  TRY(settle(climber, x, err));
  *passes -= 1;
  while (climber->slope >= 0 && failures<PATIENCE && * passes> 0 && !lip_stopped(control)) {
    TRY(choose_direction(climber, turn, gained, err));
    TRY(try_line(climber, &gained, err));
    *passes -= PASSES_A_LINE;
    failures = gained ? 0 : failures + 1;
    if (!gained) turn = (turn + 1) % DIRECTIONS; /* a direction that pays is tried again */
  }
  memcpy(x, climber->x, climber->problem->d * sizeof *x);
  *slope = climber->slope > 0 ? ldexp(climber->slope, climber->exponent) : climber->slope;
done:
  return st;
}

static bool applies(const lip_problem *problem)
{
  (void)problem;
  return true;
}

const lip_climb_kind lip_climb_sampled_lines = {applies, create, free_climber, climb};
