/* lower_power.c - powers, one output, on a ball: symmetric power iteration.

   For a form of degree p the steepest point of the ball is where the form itself is largest in
   absolute value (Banach; two-layer paper (9), theory.md B14), and x <- R grad f / |grad f|,
   shifted so that it climbs (Kolda and Mayo's SS-HOPM: x <- grad f +- shift x), approaches such
   points. From the steepest points found so far, for f and for -f. Cost: STEPS gradients a start at
   most. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { STEPS = 400 };
static const double SETTLED = 1e-14; /* relative growth of the slope at which a climb ends */

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  return claim && claim->m == 1 && claim->norm == LIP_NORM_2 &&
         (claim->psi.kind == LIP_SQUARE || claim->psi.kind == LIP_POWER) &&
         claim->domain.kind == LIP_BALL;
}

/* One climb; x and g (d each) are used up. The shift halves while the slope grows. */
static lip_status climb(const lip_problem *problem, double side, double *x, double *g,
                        lip_steepest *steepest, lip_finding *finding, const lip_control *control,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d;
  double radius = problem->domain.radius * (1 - 0x1p-50), before = -1, shift = 0, slope;

  for (int step = 0; step < STEPS && !lip_stopped(control); step++) {
    double length;

    TRY(lip_problem_slopes(problem, 1, x, g, &slope, err));
    lip_finding_offer(finding, steepest, slope, x);
    if (!(slope > before * (1 + SETTLED))) {
      if (shift >= slope) break; /* a long shift did not help either */
      shift = slope;
    }
    before = fmax(before, slope);
    for (size_t i = 0; i < d; i++) x[i] = side * g[i] + shift * (x[i] / radius);
    length = lip_norm(d, x);
    if (!(length > 0) || !isfinite(length)) break;
    for (size_t i = 0; i < d; i++) x[i] *= radius / length;
  }
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, starts = steepest->count;
  double *points = lip_alloc(starts, d * sizeof *points), *x = lip_alloc(2 * d, sizeof *x);

  if (!points || !x) FAIL(LIP_ENOMEM, "%zu starts in %zu dimensions", starts, d);
  memcpy(points, steepest->point, starts * d * sizeof *points);
  for (size_t i = 0; i < 2 * starts && !lip_stopped(control); i++) {
    memcpy(x, points + i / 2 * d, d * sizeof *x);
    TRY(climb(problem, i % 2 ? -1 : 1, x, x + d, steepest, finding, control, err));
    lip_tell(control, (double)(i + 1) / (2 * (double)starts));
  }
done:
  lip_free(x);
  lip_free(points);
  return st;
}

const lip_method lip_lower_power = {
    "power-iteration", "theory.md B14: symmetric power iteration (SS-HOPM)", applies, run};
