/* lower_patterns.c - from sign patterns to points: two-layer networks.

   First the steepest patterns, whether or not any point has them (sign_patterns.c). On the space,
   where W has full row rank, every pattern has a point (realise_pattern.c), and that is the end.
   Else ascent on the smoothed network from many points at once (smoothed_ascent.c), some of them in
   the directions of the steepest patterns, in coordinates where the neurons' hyperplanes lie evenly
   (neuron_coordinates.c); then again from near the best ones. What is found is passed on, and the
   ascent along exact lines goes on from there.

   Work is counted in passes over the weights, never in time.
   cost    at most WORK weights read for 8 starts, and at least FEWEST passes
   limits  a local search: attained, not proved to be the largest */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "lipschitz/jacobian_norm.h"
#include "lipschitz/two_layers/realise_pattern.h"
#include "lipschitz/two_layers/sign_patterns.h"
#include "lipschitz/two_layers/smoothed_ascent.h"

#include <math.h>
#include <string.h>

static const double WORK = 1.2e9, FEWEST = 500; /* weights, passes; for each start */
static const double RANGES = 1e9;               /* weights read for them */
static const double SAME = 1e-9;                /* relative: slopes of one cell */
static const double STEP_PASSES = 4.25;
static const double WIDTH = 1, LATER_WIDTH = 0.1; /* of the smoothing, at the start of a round */
static const double NEAR = 0.3;                   /* where later rounds start */
enum { POINTS_A_START = 4, FEWEST_POINTS = 8, STEPS = 60, FEWEST_ROUNDS = 4, ROUNDS = 24 };
enum { REALISED = 4, PATIENCE = 4 /* rounds without gain */ };

typedef struct search {
  const lip_problem *problem;
  const lip_claim *claim;
  size_t rows;
  lip_pattern_batch batch;
  double *low, *high;     /* k: between which slopes the neurons are; high NULL: unbounded */
  double *X, *G, *slopes; /* rows x d, rows x d, rows */
  size_t hinted;
  double *hints; /* rows x k: patterns as signs */
  lip_steepest *steepest;
  lip_finding *finding;
} search;

static bool applies(const lip_problem *problem)
{
  return problem->claim && problem->starts > 0;
}

/* Between which slopes the neurons are on the domain; around many points, where that would be much
   work, on the whole space. False where one is unbounded. */
static bool slope_ranges(const lip_claim *claim, double *low, double *high)
{
  lip_claim asked = *claim;
  double balls = claim->domain.kind == LIP_AROUND_DATA ? (double)claim->domain.count : 1;
  bool bounded = true;

  if (balls * (double)claim->k * (double)claim->d > RANGES) asked.domain.kind = LIP_SPACE;
  lip_claim_all_slopes(&asked, low, high);
  for (size_t l = 0; l < claim->k; l++) bounded = bounded && isfinite(low[l]) && isfinite(high[l]);
  return bounded;
}

static lip_status prepare(search *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = in->claim->k, d = in->claim->d, rows = in->rows;

  in->low = lip_alloc(2 * k, sizeof *in->low);
  in->X = lip_alloc(rows, (2 * d + k + 1) * sizeof *in->X);
  if (!in->low || !in->X) FAIL(LIP_ENOMEM, "%zu points in %zu dimensions", rows, d);
  in->G = in->X + rows * d;
  in->hints = in->G + rows * d;
  in->slopes = in->hints + rows * k;
  if (slope_ranges(in->claim, in->low, in->low + k)) in->high = in->low + k;
  TRY(lip_pattern_batch_create(in->claim, rows, &in->batch, err));
done:
  return st;
}

/* Evaluates the network at the first `count` rows of X, and offers the steepest of every cell. */
static lip_status offer(search *in, size_t count, lip_error *err)
{
  size_t d = in->claim->d;
  lip_status st;

  if (count == 0) return LIP_OK;
  st = lip_problem_slopes(in->problem, count, in->X, in->G, in->slopes, err);
  if (st == LIP_ENUMERIC) return LIP_OK; /* what overflows is no gain */
  if (st != LIP_OK) return st;
  for (size_t i = 0; i < count; i++) {
    bool is_new = true;

    for (size_t j = 0; j < i; j++)
      if (fabs(in->slopes[i] - in->slopes[j]) <= SAME * in->slopes[j]) is_new = false;
    if (is_new) lip_finding_offer(in->finding, in->steepest, in->slopes[i], in->X + i * d);
  }
  return LIP_OK;
}

/* The row of the largest value that is below `limit`; rows where there is none. */
static size_t next_best(const search *in, double limit)
{
  size_t best = in->rows;

  for (size_t i = 0; i < in->rows; i++)
    if (in->batch.value[i] < limit &&
        (best == in->rows || in->batch.value[i] > in->batch.value[best]))
      best = i;
  return best;
}

/* The signs of the steepest patterns, for the ascent to start near to. */
static void take_hints(search *in)
{
  size_t k = in->claim->k;
  lip_activation psi = in->claim->psi;
  double right = lip_activation_slope(psi, 1) < lip_activation_slope(psi, -1) ? -1 : 1;
  double limit = INFINITY;

  while (in->hinted < in->rows / 4) {
    size_t row = next_best(in, limit);

    if (row == in->rows) return;
    limit = in->batch.value[row] * (1 - SAME);
    for (size_t l = 0; l < k; l++)
      in->hints[in->hinted * k + l] = in->batch.slopes[row * k + l] == in->high[l] ? right : -right;
    in->hinted++;
  }
}

/* Points of the steepest patterns. found: one is as steep as the steepest pattern. */
static lip_status realise(search *in, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = 0, d = in->claim->d;
  double limit = INFINITY;
  lip_realiser *realiser = NULL;

  *found = false;
  TRY(lip_realiser_create(in->claim, &realiser, err));
  for (size_t tried = 0; realiser && tried < REALISED; tried++) {
    size_t row = next_best(in, limit);

    if (row == in->rows) break;
    limit = in->batch.value[row] * (1 - SAME);
    count += lip_realise_pattern(realiser, in->batch.slopes + row * in->claim->k,
                                 in->X + count * d);
  }
  TRY(offer(in, count, err));
  *found = in->finding->found && in->finding->value >= in->finding->pattern * (1 - SAME);
done:
  lip_realiser_free(realiser);
  return st;
}

/* |A diag(s) W| of a row's pattern, the network's: the batch knows it for one pair of vectors only.
 */
static lip_status norm_of_pattern(const search *in, size_t row, double *norm, lip_error *err)
{
  const lip_claim *claim = in->claim;
  size_t k = claim->k, d = claim->d, m = claim->m;
  double *J = lip_alloc(m, (k + d + 1) * sizeof *J), *AS = J + m * d, *u = AS + m * k;
  lip_status st = LIP_OK;

  if (!J) FAIL(LIP_ENOMEM, "a Jacobian of %zu x %zu", m, d);
  for (size_t j = 0; j < m; j++)
    for (size_t l = 0; l < k; l++)
      AS[j * k + l] = claim->A[j * k + l] * in->batch.slopes[row * k + l];
  lip_dgemm(false, false, m, d, k, 1, AS, k, claim->W, d, 0, J, d);
  TRY(lip_jacobian_norm(claim->norm, m, d, J, u, in->G, norm, err));
  *norm = ldexp(*norm, claim->W_exponent + claim->A_exponent);
done:
  lip_free(J);
  return st;
}

static lip_status search_patterns(search *in, double work, bool *finished,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t best;

  *finished = false;
  if (!in->high) goto done;
  TRY(lip_sign_patterns_find(&in->batch, in->low, in->high, in->problem->seed, work, &best, control,
                             err));
  TRY(norm_of_pattern(in, best, &in->finding->pattern, err));
  if (in->claim->domain.kind == LIP_SPACE) TRY(realise(in, finished, err));
  take_hints(in);
done:
  return st;
}

/* The points at which the rows of an ascent were steepest. */
static lip_status offer_best(search *in, const lip_smoothed_ascent *ascent, lip_error *err)
{
  size_t d = in->claim->d, D = ascent->coordinates->D;

  for (size_t i = 0; i < in->rows; i++)
    lip_neuron_coordinates_point(ascent->coordinates, ascent->center[i], ascent->best + i * D,
                                 in->X + i * d);
  return offer(in, in->rows, err);
}

static lip_status ascend(search *in, double work, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double round_passes = STEPS * STEP_PASSES; /* for each point */
  double points = fmax(FEWEST_POINTS, work / (round_passes * FEWEST_ROUNDS)), rounds, before;
  size_t idle = 0;
  lip_neuron_coordinates coordinates = {.D = 0};
  lip_smoothed_ascent ascent = {.rows = 0};

  in->rows = (size_t)fmin((double)in->rows, points);
  in->batch.rows = in->rows;
  if (in->hinted > in->rows / 4) in->hinted = in->rows / 4;
  rounds = fmax(1, fmin(ROUNDS, work / (round_passes * (double)in->rows)));
  TRY(lip_neuron_coordinates_create(in->claim, &coordinates, err));
  TRY(lip_smoothed_ascent_create(&in->batch, &coordinates, in->hinted, in->hints, in->problem->seed,
                                 &ascent, err));
  lip_pattern_batch_begin(&in->batch, in->problem->seed);
  for (size_t round = 0; (double)round < floor(rounds) && !lip_stopped(control); round++) {
    if (round > 0) lip_smoothed_ascent_gather(&ascent, NEAR, round);
    lip_smoothed_ascent_run(&ascent, round == 0 ? WIDTH : LATER_WIDTH, STEPS, control);
    before = in->finding->found ? in->finding->value : -1;
    TRY(offer_best(in, &ascent, err));
    idle = in->finding->value > before * (1 + SAME) ? 0 : idle + 1;
    if (idle > PATIENCE || in->finding->value >= in->finding->pattern * (1 - SAME)) break;
    lip_tell(control, (double)(round + 1) / rounds);
  }
done:
  lip_smoothed_ascent_clear(&ascent);
  lip_neuron_coordinates_clear(&coordinates);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double passes = fmax(FEWEST, WORK / lip_problem_weights(problem)) * (double)problem->starts;
  search in = {.problem = problem,
               .claim = problem->claim,
               .rows = POINTS_A_START * problem->starts,
               .steepest = steepest,
               .finding = finding};
  bool finished;

  if (lip_stopped(control)) goto done;
  TRY(prepare(&in, err));
  TRY(search_patterns(&in, passes, &finished, control, err));
  if (!finished && !lip_stopped(control)) TRY(ascend(&in, passes, control, err));
  if (finding->found) finding->pattern = fmax(finding->pattern, finding->value); /* is one too */
done:
  lip_pattern_batch_clear(&in.batch);
  lip_free(in.X);
  lip_free(in.low);
  return st;
}

const lip_method lip_lower_patterns = {
    "patterns", "theory.md B3: sign patterns, and ascent on the smoothed network", applies, run};
