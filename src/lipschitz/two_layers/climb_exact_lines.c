/* climb_exact_lines.c - climbs by exact searches of whole lines, for piecewise linear networks.

   The gradient norm is constant on every cell, so it has no derivative to follow. The directions
   come from the network smoothed at several widths h, where neuron l switches at the rate
   K(z_l / (|w_l| h)): the derivative of |g|^2 / 2 is then sum_l jump_l (w_l.g) K_l w_l, which
   favours the neurons that would add to |g| and are near to switching. In between: the gradient,
   the normal of a random neuron, and random directions. Along each, the best point of the whole
   line in the domain (kinks.c). Ends after a few rounds without gain.

   cost    about 7 passes over the weights a line
   limits  a local search: the value is attained, not proved to be the largest */
#include "lipschitz/two_layers/climb.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "lipschitz/two_layers/kinks.h"
#include "lipschitz/method.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double PASSES_A_LINE = 7;
static const double GAIN = 1e-10; /* relative: less is rounding */
enum { PATIENCE = 20 };

/* Widths h in units of the mean distance to the hyperplanes; 0: every neuron counts the same. */
static const double widths[] = {1, 0.3, 0.1, 0.03, 0};
enum { WIDTHS = sizeof widths / sizeof *widths, DIRECTIONS = WIDTHS + 4 };

struct lip_climber {
  lip_kinks kinks;
  double *start, *best; /* d */
  uint64_t seed, position;
};

static lip_status create(const lip_problem *problem, lip_climber **climber, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_climber *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "workspace of the ascent");
  made->seed = problem->seed;
  made->start = lip_alloc(problem->d, sizeof *made->start);
  made->best = lip_alloc(problem->d, sizeof *made->best);
  if (!made->start || !made->best) FAIL(LIP_ENOMEM, "workspace of the ascent");
  TRY(lip_kinks_create(problem, &made->kinks, err));
  *climber = made;
  made = NULL;
done:
  lip_climb_exact_lines.free(made);
  return st;
}

static void free_climber(lip_climber *climber)
{
  if (!climber) return;
  lip_kinks_clear(&climber->kinks);
  lip_free(climber->start);
  lip_free(climber->best);
  lip_free(climber);
}

/* v <- the derivative of the smoothed slope^2 / 2. On the sphere of its tangential part p = g - c
   x: the derivative of |g|^2 - (g.x)^2 / R^2 is that of the neurons times p, less c g. */
static void smoothed_direction(lip_kinks *kinks, double width)
{
  size_t k = kinks->k, d = kinks->d;
  double mean = 0;

  for (size_t l = 0; l < k; l++)
    if (kinks->length[l] > 0) mean += fabs(kinks->z[l]) / kinks->length[l] / (double)k;
  memcpy(kinks->walker, kinks->g, d * sizeof *kinks->g);
  lip_domain_tangential(kinks->problem->domain, d, kinks->x, kinks->walker);
  lip_dgemv(false, k, d, 1, kinks->W, d, kinks->walker, 0, kinks->weight);
  for (size_t l = 0; l < k; l++) {
    double distance = kinks->jump[l] != 0 ? kinks->z[l] / kinks->length[l] : 0;
    double ratio = width > 0 && mean > 0 ? distance / (width * mean) : 0;

    kinks->weight[l] *= kinks->jump[l] / ((1 + ratio * ratio) * (width > 0 ? width * mean : 1));
  }
  lip_dgemv(true, k, d, 1, kinks->W, d, kinks->weight, 0, kinks->v);
}

/* v <- towards where random neuron l switches: its normal; in a ball the end of the ball in that
   direction, since the line along the normal may leave the ball before. */
static void towards_a_neuron(lip_climber *climber)
{
  lip_kinks *kinks = &climber->kinks;
  double u, away = lip_domain_radius(kinks->problem->domain, kinks->problem->d);
  size_t d = kinks->d, l;

  lip_random_uniform((lip_stream){climber->seed, LIP_FOR_STARTS}, climber->position++, 1, &u);
  l = (size_t)(u * (double)kinks->k);
  memcpy(kinks->v, kinks->W + l * d, d * sizeof *kinks->v);
  if (kinks->problem->domain.kind != LIP_BALL || !(kinks->length[l] > 0)) return;
  if (kinks->z[l] > 0) away = -away;
  for (size_t i = 0; i < d; i++) kinks->v[i] = kinks->v[i] / kinks->length[l] * away - kinks->x[i];
}

/* v <- direction number `turn` of the round; not of unit length. Where the slope is 0 there is
   nothing to add to, and the neurons' normals take the place of the gradient. */
static void choose_direction(lip_climber *climber, size_t turn)
{
  lip_kinks *kinks = &climber->kinks;

  if (turn <= WIDTHS && !(kinks->slope > 0)) turn = WIDTHS + 1;
  if (turn < WIDTHS) {
    smoothed_direction(kinks, widths[turn]);
  } else if (turn == WIDTHS) {
    memcpy(kinks->v, kinks->g, kinks->d * sizeof *kinks->g);
  } else if (turn == WIDTHS + 1) {
    towards_a_neuron(climber);
  } else {
    lip_random_normal((lip_stream){climber->seed, LIP_FOR_STARTS}, climber->position, kinks->d,
                      kinks->v);
    climber->position += kinks->d;
  }
}

/* v <- its tangential part, of unit length. False where nothing is left. */
static bool finish_direction(lip_kinks *kinks)
{
  double length;

  lip_domain_tangential(kinks->problem->domain, kinks->d, kinks->x, kinks->v);
  length = lip_norm(kinks->d, kinks->v);
  if (!(length > 0) || isinf(length)) return false;
  for (size_t i = 0; i < kinks->d; i++) kinks->v[i] /= length;
  return true;
}

/* Moves to the best point of the line if that is a gain there. */
static bool try_line(lip_climber *climber)
{
  lip_kinks *kinks = &climber->kinks;
  double before = kinks->slope;

  if (!finish_direction(kinks)) return false;
  if (!(lip_kinks_best_on_line(kinks, climber->best) > before * (1 + GAIN))) return false;
  memcpy(climber->start, kinks->x, kinks->d * sizeof *kinks->x);
  lip_kinks_settle(kinks, climber->best);
  if (kinks->slope > before * (1 + GAIN)) return true;
  lip_kinks_settle(kinks, climber->start);
  return false;
}

static lip_status climb(lip_climber *climber, uint64_t stream, double *passes, double *x,
                        double *slope, const lip_control *control, lip_error *err)
{
  size_t failures = 0;

  (void)err;
  climber->position = stream << LIP_CLIMB_STREAM_BITS;
  lip_kinks_settle(&climber->kinks, x);
  *passes -= 2;
  for (size_t turn = 0; failures<PATIENCE && * passes> 0; turn++) {
    if (lip_stopped(control)) break;
    choose_direction(climber, turn % DIRECTIONS);
    failures = try_line(climber) ? 0 : failures + 1;
    *passes -= PASSES_A_LINE;
  }
  memcpy(x, climber->kinks.x, climber->kinks.d * sizeof *x);
  *slope = ldexp(climber->kinks.slope, climber->kinks.exponent);
  return LIP_OK;
}

const lip_climb_kind lip_climb_exact_lines = {lip_kinks_apply, create, free_climber, climb};
