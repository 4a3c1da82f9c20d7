/* sure_slope.c - the slope at a point, or at one beside it, that a witness can stand for.

   Steps of several lengths along the gradient, against it, and in random directions: almost every
   one of them leaves all kinks. Short ones keep the neurons that are not at their kink as they are;
   longer ones are for points so close to a kink that rounding hides the side. */
#include "lipschitz/sure_slope.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "certificate/witness.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { LENGTHS = 4, DIRECTIONS = 12 };
static const double SAME = 1e-6;        /* relative: of slopes that differ by no kink */
static const double MOST_WEIGHTS = 1e9; /* read for all tries */
static const double length_of[LENGTHS] = {1e-12, 1e-9, 1e-6, 1e-3};

/* What a witness at x would prove. */
static lip_status proved_slope(const lip_problem *problem, const double *x, double *slope,
                               lip_error *err)
{
  return lip_witness_slope(lip_problem_claim(problem), x, NULL, slope, NULL, err);
}

/* Of large networks fewer tries. */
static size_t lengths_tried(const lip_problem *problem)
{
  return (size_t)fmax(1, fmin(LENGTHS, MOST_WEIGHTS / (DIRECTIONS * lip_problem_weights(problem))));
}

/* The length that steps are relative to. */
static double size_of(const lip_problem *problem, const double *x)
{
  double length = lip_norm(problem->d, x), radius = lip_domain_radius(problem->domain, problem->d);

  if (length > 0) return length;
  return isfinite(radius) && radius > 0 ? radius : 1;
}

/* v <- direction t, of length 1: the gradient, its opposite, then random ones. */
static void direction_of(const lip_problem *problem, size_t t, const double *gradient, double *v)
{
  size_t d = problem->d;
  double length = lip_norm(d, gradient);
  lip_stream stream = {problem->seed, LIP_FOR_STARTS};

  if (t < 2 && length > 0) {
    for (size_t j = 0; j < d; j++) v[j] = (t == 0 ? gradient[j] : -gradient[j]) / length;
    return;
  }
  lip_random_normal(stream, (uint64_t)t * d, d, v);
  length = lip_norm(d, v);
  for (size_t j = 0; j < d; j++) v[j] /= length;
}

/* The steepest point beside x, until one is as steep as `wanted`.
   work  in  the gradient at x, then scratch: 4 d in all */
static lip_status look_beside(const lip_problem *problem, double *x, double wanted, double *best,
                              double *work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d;
  double *gradient = work, *v = work + d, *y = v + d, *found = y + d;
  double size = size_of(problem, x);
  size_t lengths = lengths_tried(problem);

  memcpy(found, x, d * sizeof *found);
  for (size_t i = lengths < LENGTHS ? 1 : 0; i < lengths + (lengths < LENGTHS); i++)
    for (size_t t = 0; t < DIRECTIONS && *best < wanted * (1 - SAME); t++) {
      double slope;

      direction_of(problem, t, gradient, v);
      memcpy(y, x, d * sizeof *y);
      lip_add_multiple(d, size * length_of[i], v, y);
      lip_domain_project(problem->domain, d, y);
      if (memcmp(x, y, d * sizeof *y) == 0) continue; /* the domain ends here */
      TRY(proved_slope(problem, y, &slope, err));
      if (!(slope > *best)) continue;
      *best = slope;
      memcpy(found, y, d * sizeof *found);
    }
  memcpy(x, found, d * sizeof *x);
done:
  return st;
}

lip_status lip_sure_slope(const lip_problem *problem, double *x, double *slope, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d;
  double wanted = *slope, best = 0, *work = lip_alloc(4 * d, sizeof *work);

  if (!work) FAIL(LIP_ENOMEM, "points of %zu coordinates", d);
  if (!(wanted > 0)) goto done;
  TRY(proved_slope(problem, x, &best, err));
  if (best >= wanted * (1 - SAME)) goto done;
  TRY(lip_problem_slopes(problem, 1, x, work, &wanted, err));
  TRY(look_beside(problem, x, wanted, &best, work, err));
  *slope = best;
done:
  lip_free(work);
  return st;
}
