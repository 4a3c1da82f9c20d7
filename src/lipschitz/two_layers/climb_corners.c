/* climb_corners.c - climbs from corner to corner of the arrangement of hyperplanes, on the space.

   For a direction u the gradient's part along u is a sum of weights v_l.u over the neurons that are
   on: a walk along the edges to corners next to which a cell has a larger sum, as in the simplex
   method, but over all the corners of an edge at once (corner_edge.c). u is the gradient's
   direction, which only adds to its length. Where no edge leads higher, a few steps follow the best
   corners of random edges for another direction; from there up again, and the way goes on from
   there where it is not much lower. Ends after PATIENCE such kicks without gain.

   cost    about 30 k an edge, 4 k d a step, k d^2 to start
   limits  a local search; small d finds the same corner from almost everywhere */
#include "lipschitz/two_layers/climb.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/corner.h"
#include "lipschitz/two_layers/corner_edge.h"
#include "lipschitz/method.h"

#include <math.h>
#include <string.h>

enum { MOST_D = 64, PATIENCE = 20, KICK = 6 /* steps */ };
static const double PASSES_AN_EDGE = 8; /* of k neurons with one weight each */
static const double PASSES_A_STEP = 3;
static const double GAIN = 1e-10; /* relative: less is rounding */
static const double NOISE = 2;    /* of a kick's direction, beside the gradient's of length 1 */
static const double LOWER = 0.07; /* relative: as far down the way goes on, at most */

struct lip_climber {
  const lip_problem *problem;
  lip_arrangement arrangement;
  lip_corner at, kept;
  double length;      /* of the gradient at `at` */
  double *u, *weight; /* d; k */
  double *best;       /* d: a point of the steepest cell */
  double *normals;    /* D x D */
  uint64_t position;  /* in the random stream */
};

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;
  lip_activation_kind kind;

  if (!claim) return false;
  kind = claim->psi.kind;
  return claim->m == 1 && claim->norm == LIP_NORM_2 && problem->domain.kind == LIP_SPACE &&
         (kind == LIP_RELU || kind == LIP_LEAKY_RELU || kind == LIP_ABS) && claim->d < MOST_D &&
         claim->k > claim->d && claim->d > 1;
}

static lip_status create(const lip_problem *problem, lip_climber **climber, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_climber *made = lip_alloc_zero(1, sizeof *made);
  size_t d = problem->d, k = problem->claim->k, D = d + 1;

  if (!made) FAIL(LIP_ENOMEM, "workspace of the ascent");
  made->problem = problem;
  made->u = lip_alloc(2 * d + k + D * D, sizeof *made->u);
  if (!made->u) FAIL(LIP_ENOMEM, "workspace of the ascent");
  made->best = made->u + d;
  made->weight = made->best + d;
  made->normals = made->weight + k;
  TRY(lip_arrangement_create(problem->claim, &made->arrangement, err));
  TRY(lip_corner_create(&made->arrangement, &made->at, err));
  TRY(lip_corner_create(&made->arrangement, &made->kept, err));
  *climber = made;
  made = NULL;
done:
  lip_climb_corners.free(made);
  return st;
}

static void free_climber(lip_climber *climber)
{
  if (!climber) return;
  lip_corner_clear(&climber->at);
  lip_corner_clear(&climber->kept);
  lip_arrangement_clear(&climber->arrangement);
  lip_free(climber->u);
  lip_free(climber);
}

static void normals(lip_climber *climber, size_t count, double *out)
{
  lip_random_normal((lip_stream){climber->problem->seed, LIP_FOR_STARTS}, climber->position, count,
                    out);
  climber->position += count;
}

static double uniform(lip_climber *climber)
{
  double u;

  lip_random_uniform((lip_stream){climber->problem->seed, LIP_FOR_STARTS}, climber->position++, 1,
                     &u);
  return u;
}

static size_t random_slot(lip_climber *climber)
{
  size_t slots = climber->arrangement.D - 1;

  return (size_t)(uniform(climber) * (double)slots) % slots;
}

/* The weights of all neurons for the direction u. */
static void weigh(lip_climber *climber)
{
  const lip_arrangement *in = &climber->arrangement;

  lip_dgemv(false, in->k, in->d, 1, in->v, in->d, climber->u, 0, climber->weight);
}

/* To where no edge leads to a longer gradient. */
static void go_up(lip_climber *climber, double *passes, const lip_control *control)
{
  const lip_arrangement *in = &climber->arrangement;
  size_t slots = in->D - 1, j = random_slot(climber);
  bool moved = true;

  climber->length = lip_corner_settle(&climber->at);
  for (size_t failures = 0; failures<slots && * passes> 0 && !lip_stopped(control);
       j = (j + 1) % slots) {
    double length = climber->length;
    size_t neuron;

    if (!(length > 0)) break;
    if (moved) {
      for (size_t i = 0; i < in->d; i++) climber->u[i] = climber->at.g[i] / length;
      weigh(climber);
    }
    (void)lip_corner_best_on_edge(&climber->at, j, climber->weight, GAIN * length, &neuron);
    *passes -= PASSES_AN_EDGE / (double)in->d;
    moved = neuron < in->k;
    failures++;
    if (!moved) continue;
    lip_corner_move(&climber->at, j, neuron, climber->weight);
    climber->length = lip_corner_settle(&climber->at);
    *passes -= PASSES_A_STEP;
    if (climber->length > length) failures = 0;
  }
}

/* A few steps for a random direction near the gradient's. */
static void kick(lip_climber *climber, double *passes)
{
  const lip_arrangement *in = &climber->arrangement;
  size_t steps = 1 + (size_t)(uniform(climber) * KICK);
  double size;

  normals(climber, in->d, climber->u);
  size = NOISE / lip_norm(in->d, climber->u);
  for (size_t i = 0; i < in->d; i++)
    climber->u[i] = size * climber->u[i] +
                    (climber->length > 0 ? climber->at.g[i] / climber->length : 0);
  weigh(climber);
  if (in->D == in->d && uniform(climber) < 0.5) lip_corner_turn(&climber->at);
  for (size_t step = 0; step < steps; step++) {
    size_t j = random_slot(climber), neuron;

    (void)lip_corner_best_on_edge(&climber->at, j, climber->weight, -INFINITY, &neuron);
    if (neuron < in->k) lip_corner_move(&climber->at, j, neuron, climber->weight);
    *passes -= PASSES_A_STEP + PASSES_AN_EDGE / (double)in->d;
  }
}

/* Ends with the best point in climber->best. */
static void wander(lip_climber *climber, double *passes, const lip_control *control)
{
  double most, kept;

  go_up(climber, passes, control);
  most = kept = climber->length;
  lip_corner_point(&climber->at, climber->best);
  lip_corner_copy(&climber->at, &climber->kept);
  for (size_t idle = 0; idle<PATIENCE && * passes> 0 && !lip_stopped(control); idle++) {
    double u = uniform(climber);

    kick(climber, passes);
    go_up(climber, passes, control);
    if (climber->length > most * (1 + GAIN)) {
      most = climber->length;
      idle = 0;
      lip_corner_point(&climber->at, climber->best);
    }
    if (climber->length > kept * (1 - LOWER * u * u)) {
      kept = climber->length;
      lip_corner_copy(&climber->at, &climber->kept);
    } else {
      climber->length = kept;
      lip_corner_copy(&climber->kept, &climber->at);
    }
  }
}

static lip_status slope_at(const lip_climber *climber, const double *x, double *slope,
                           lip_error *err)
{
  lip_status st = lip_problem_slopes(climber->problem, 1, x, climber->u, slope, err);

  if (st == LIP_ENUMERIC) *slope = -1; /* what overflows is no gain */
  return st == LIP_ENUMERIC ? LIP_OK : st;
}

static lip_status climb(lip_climber *climber, uint64_t stream, double *passes, double *x,
                        double *slope, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_arrangement *in = &climber->arrangement;
  double found;

  climber->position = stream << LIP_CLIMB_STREAM_BITS;
  TRY(slope_at(climber, x, slope, err));
  *passes -= 2 * (double)in->D;
  if (in->k == 0 || *passes <= 0) goto done;
  normals(climber, in->D * in->D, climber->normals);
  lip_corner_start(&climber->at, x, climber->normals);
  wander(climber, passes, control);
  TRY(slope_at(climber, climber->best, &found, err));
  if (!(found > *slope)) goto done;
  *slope = found;
  memcpy(x, climber->best, in->d * sizeof *x);
done:
  return st;
}

const lip_climb_kind lip_climb_corners = {applies, create, free_climber, climb};
