/* search_points.c - the search for steep points again, from other random numbers.

   Where there are many more neurons than inputs, the slope has many local maxima, and another seed
   finds another one: the methods `patterns`, `smoothed`, `cells` and `ascent` with seeds of their
   own. Of two layers until ROUNDS rounds have passed or QUIET of them in a row have brought
   nothing. Of deep networks every other round starts from the best point, the others know nothing
   of it, of small networks with less work each, and when SURE of those in a row have ended at the
   same slope, it is taken to be the largest one. How many rounds there are follows from the time
   limit by counted work, at a speed below that of most machines: unless the machine is slower, the
   same network has the same lower end every time. Works on the lower end only. Cost: that of these
   methods, each round. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 16, QUIET = 6, SURE = 12, STARTS = 2 };
static const double SMALL = 1e5;                    /* weights */
static const double SAME = 1e-6;                    /* relative: the same slope, found again */
static const double SPEED = 2.5e9, SHARE = 0.25;    /* products a second; of the time limit */
static const double FEWEST = 4, MOST = 1000;        /* rounds of deep networks */
static const uint64_t STRIDE = 0x9E3779B97F4A7C15U; /* seeds of a user lie close together */

static bool applies(const lip_problem *problem)
{
  return problem->starts > 0;
}

static lip_status search_once(const lip_problem *problem, lip_steepest *steepest,
                              lip_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  if (lip_lower_patterns.applies(problem))
    TRY(lip_lower_patterns.run(problem, steepest, finding, control, err));
  if (lip_lower_smoothed.applies(problem) && !lip_stopped(control))
    TRY(lip_lower_smoothed.run(problem, steepest, finding, control, err));
  if (lip_lower_cells.applies(problem) && !lip_stopped(control))
    TRY(lip_lower_cells.run(problem, steepest, finding, control, err));
  if (lip_lower_ascent.applies(problem) && steepest->count > 0 && !lip_stopped(control))
    TRY(lip_lower_ascent.run(problem, steepest, finding, control, err));
done:
  return st;
}

/* problem  in  as it is for each round */
static int rounds_of(const lip_problem *problem)
{
  double budget = SPEED * SHARE * problem->time_limit / lip_lower_smoothed_work(problem);

  if (!problem->deep) return ROUNDS;
  if (!(problem->time_limit > 0)) return (int)MOST;
  return (int)fmin(fmax(budget, FEWEST), MOST);
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  lip_problem other = *problem;
  lip_steepest steepest = {.capacity = 0};
  bool small = problem->deep && lip_problem_weights(problem) < SMALL;
  size_t starts = small && problem->starts > STARTS ? STARTS : problem->starts;
  double *point = lip_alloc(problem->d, sizeof *point);
  int rounds;

  if (!point) FAIL(LIP_ENOMEM, "a point with %zu coordinates", problem->d);
  other.starts = starts;
  rounds = rounds_of(&other);
  for (int round = 1, quiet = 0; quiet < (problem->deep ? SURE : QUIET) && round <= rounds;
       round++) {
    lip_finding finding = {.point = point, .proxy = NAN, .pattern = NAN};
    bool alone = problem->deep && round % 2 == 1;

    if (lip_stopped(control) || bracket->upper - bracket->lower <= bracket->gap * bracket->upper)
      break;
    other.seed = problem->seed + (uint64_t)round * STRIDE;
    lip_steepest_clear(&steepest);
    TRY(lip_steepest_create(starts, problem->d, &steepest, err));
    if (problem->deep && !alone) lip_steepest_offer(&steepest, bracket->lower, bracket->point);
    if (alone && lip_lower_random.applies(problem))
      TRY(lip_lower_random.run(&other, &steepest, &finding, control, err));
    TRY(search_once(&other, &steepest, &finding, control, err));
    lip_tell(control, (double)round / rounds);
    if (!problem->deep || (alone && finding.found && finding.value >= bracket->lower * (1 - SAME)))
      quiet++;
    else if (alone)
      quiet = 0;
    if (!finding.found || !(finding.value > bracket->lower)) continue;
    if (!problem->deep || finding.value > bracket->lower * (1 + SAME)) quiet = 0;
    bracket->lower = finding.value;
    memcpy(bracket->point, point, problem->d * sizeof *point);
    lip_bracket_tell(bracket);
  }
done:
  lip_steepest_clear(&steepest);
  lip_free(point);
  return st;
}

const lip_search lip_search_points = {
    "points", "theory.md B3: steep points from other random numbers", applies, run};
