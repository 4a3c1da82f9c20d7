/* lower_ascent.c - ascent on the gradient norm over the domain, from the steepest points found.

   One climb from each start, then hops: a climb from the best point moved by a random step, kept if
   it ends higher. Work is counted in passes over the weights, never in time, so that the result
   does not depend on the machine's speed: up to PASSES a start for a small network, fewer for a
   large one. Of two layers of tanh, sigmoid or softplus half of the climbs go from steep part to
   steep part (climb_crossings.c), from any distance, with as much work again. Cost: seconds for a
   network of 5e7 weights, a tenth of one below 1e6. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "lipschitz/two_layers/climb.h"
#include "certificate/domain.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double WORK = 3e7; /* weights read for one start */
/* Work for climbs from steep part to steep part, in units of the rest: where the narrowest neuron's
   width is below 1 / NARROW of |x|, and elsewhere. None of large networks, where it is one line. */
static const double NARROW = 10, CROSS_NARROW = 2, CROSS_WIDE = 0.1, FEWEST_TO_CROSS = 100;
static const double FEWEST_PASSES = 16, MOST_PASSES = 4000;

static bool applies(const lip_problem *problem)
{
  return problem->starts > 0;
}

typedef struct ascent {
  const lip_problem *problem;
  const lip_climb_kind *kind;
  lip_climber *climber;
  double *x; /* d */
  uint64_t climbs;
} ascent;

/* One climb from a->x, with `passes` at most; what is left of them comes back. */
static lip_status climb_and_offer(ascent *a, double *passes, lip_steepest *steepest,
                                  lip_finding *finding, const lip_control *control, lip_error *err)
{
  double slope = -1;
  lip_status st = a->kind->climb(a->climber, a->climbs++, passes, a->x, &slope, control, err);

  if (st == LIP_OK) lip_finding_offer(finding, steepest, slope, a->x);
  return st;
}

/* x <- the best point, moved by a random step of a random length between 1/1000 of |x| and |x|. */
static void hop(ascent *a, const lip_finding *finding)
{
  lip_stream stream = {a->problem->seed, LIP_FOR_STARTS};
  uint64_t at = (a->climbs << LIP_CLIMB_STREAM_BITS) | (1ULL << (LIP_CLIMB_STREAM_BITS - 1));
  size_t d = a->problem->d;
  double length = lip_norm(d, finding->point), u;

  lip_random_uniform(stream, at, 1, &u);
  lip_random_normal(stream, at, d, a->x);
  u = (length > 0 ? length : 1) * pow(1000, -u) / sqrt((double)d);
  for (size_t i = 0; i < d; i++) a->x[i] = finding->point[i] + u * a->x[i];
  lip_domain_project(a->problem->domain, d, a->x);
}

/* x <- a random point of the domain, of a random length from 1/1000 to 1000 where it has no end. */
static void start_anywhere(ascent *a)
{
  lip_stream stream = {a->problem->seed, LIP_FOR_STARTS};
  uint64_t at = (a->climbs << LIP_CLIMB_STREAM_BITS) | (1ULL << (LIP_CLIMB_STREAM_BITS - 1));
  size_t d = a->problem->d;
  double radius = lip_domain_radius(a->problem->domain, d), u;

  lip_random_uniform(stream, at, 1, &u);
  lip_random_normal(stream, at, d, a->x);
  u = (isfinite(radius) ? radius * pow(1000, -u) : pow(1000, 2 * u - 1)) / sqrt((double)d);
  for (size_t i = 0; i < d; i++) a->x[i] *= u;
  lip_domain_project(a->problem->domain, d, a->x);
}

/* How much of the work of the other climbs. */
static double work_across(const lip_claim *claim, const lip_steepest *steepest)
{
  double longest = 0;

  for (size_t l = 0; l < claim->k; l++)
    longest = fmax(longest, lip_norm(claim->d, claim->W_true + l * claim->d));
  return longest * lip_norm(claim->d, steepest->point) > NARROW ? CROSS_NARROW : CROSS_WIDE;
}

/* Climbs of the other kind: from the steepest points, then from random ones at any distance, the
   best one moved, and points on many hyperplanes, by turns. */
static lip_status cross_over(ascent *a, size_t from, const double *points, double passes,
                             lip_steepest *steepest, lip_finding *finding,
                             const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = a->problem->d;
  ascent by = *a;

  by.climber = NULL;
  by.kind = &lip_climb_crossings;
  if (from == 0 || !by.kind->applies(a->problem)) return LIP_OK;
  passes *= work_across(a->problem->claim, steepest);
  TRY(by.kind->create(a->problem, &by.climber, err));
  for (size_t i = 0; passes > 0 && !lip_stopped(control); i++) {
    if (i < from)
      memcpy(by.x, points + i * d, d * sizeof *by.x);
    else if (i % 3 == 0 && finding->found)
      hop(&by, finding);
    else if (i % 3 == 1)
      start_anywhere(&by);
    else
      TRY(lip_climb_crossings_draw(by.climber, by.climbs++, &passes, by.x, err));
    TRY(climb_and_offer(&by, &passes, steepest, finding, control, err));
  }
done:
  a->climbs = by.climbs;
  by.kind->free(by.climber);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, starts = steepest->count;
  double share = fmax(FEWEST_PASSES, fmin(MOST_PASSES, WORK / lip_problem_weights(problem)));
  double whole = share * (double)starts, left = 0;
  ascent a = {.problem = problem};
  double *points = lip_alloc(starts, d * sizeof *points);

  a.x = lip_alloc(d, sizeof *a.x);
  if (!points || !a.x) FAIL(LIP_ENOMEM, "%zu starts in %zu dimensions", starts, d);
  a.kind = lip_climb_kind_for(problem);
  TRY(a.kind->create(problem, &a.climber, err));
  memcpy(points, steepest->point, starts * d * sizeof *points);
  if (share >= FEWEST_TO_CROSS)
    TRY(cross_over(&a, starts, points, whole, steepest, finding, control, err));
  starts = steepest->count < starts ? steepest->count : starts;
  memcpy(points, steepest->point, starts * d * sizeof *points);
  for (size_t i = 0; i < starts && !lip_stopped(control); i++) {
    left += share;
    memcpy(a.x, points + i * d, d * sizeof *a.x);
    TRY(climb_and_offer(&a, &left, steepest, finding, control, err));
    lip_tell(control, ((double)(i + 1) * share - left) / whole);
  }
  while (finding->found && left > 0 && !lip_stopped(control)) {
    hop(&a, finding);
    TRY(climb_and_offer(&a, &left, steepest, finding, control, err));
    lip_tell(control, fmin(1, 1 - left / whole));
  }
done:
  if (a.kind) a.kind->free(a.climber);
  lip_free(a.x);
  lip_free(points);
  return st;
}

const lip_method lip_lower_ascent = {"ascent", "theory.md B3: ascent on the gradient norm", applies,
                                     run};
