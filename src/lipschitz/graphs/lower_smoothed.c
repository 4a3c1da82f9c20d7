/* lower_smoothed.c - ascent on the slopes of a smoothed graph, from many starts at once.

   Points at random, at all distances from what is near to where biases no longer count, the
   steepest ones found, and data. Steps of a length that goes down with the width of the smoothing;
   the points themselves are judged without smoothing. Then rounds with narrower smoothing from the
   best quarter, moved a little. On the space the points may go as far as they like. Cost: some five
   passes over the weights a step and row; work is counted in passes, never in time. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "linalg/vector.h"
#include "lipschitz/graphs/smoothed_graph.h"

#include <math.h>
#include <string.h>

enum { STEPS = 80, CHECK_EVERY = 8, ROUNDS = 48, PATIENCE = 8, MOST_ROWS = 64, POOL = 24 };
static const double WORK = 1e9; /* weights read for one start */
static const double FIRST_WIDTH = 1, LATER_WIDTH = 0.25, LAST = 0.01, STEP = 0.4;
static const double STEP_PASSES = 5, FEWEST_ROWS = 4, MOST_NUMBERS = 1 << 25, MOST_STEPS = 2e4;
static const double SAME = 1e-9, ALIKE = 1e-6;
static const uint64_t POINTS_AT = 3ULL << 59; /* where in the random stream */

typedef struct ascent {
  const lip_problem *problem;
  lip_smoothed_graph *graph;
  lip_steepest *steepest;
  lip_finding *finding;
  const lip_control *control;
  size_t rows, d;
  double *X, *UP, *value;    /* rows x d, rows x d, rows */
  double *best, *slope, *G;  /* rows x d, rows: where each row was steepest; rows x d */
  double *size;              /* rows: what lengths are relative to */
  double *pool, *pool_slope; /* POOL x d, POOL: the steepest points of all rounds */
  size_t pooled;
} ascent;

static bool applies(const lip_problem *problem)
{
  return problem->starts > 0 && problem->deep && problem->domain.kind != LIP_AROUND_DATA &&
         lip_smoothed_graph_applies(problem) &&
         lip_smoothed_graph_numbers(problem) * FEWEST_ROWS <= MOST_NUMBERS;
}

/* So many passes of single rows. */
static double passes_of(const lip_problem *problem)
{
  return fmin(MOST_STEPS, WORK * (double)problem->m / lip_problem_weights(problem)) *
         (double)problem->starts;
}

double lip_lower_smoothed_work(const lip_problem *problem)
{
  return passes_of(problem) * lip_problem_weights(problem) / (double)problem->m;
}

static lip_status allocate(ascent *in, lip_error *err)
{
  size_t n = in->rows, d = in->d;
  lip_status st = LIP_OK;

  in->X = lip_alloc(4 * n + POOL, d * sizeof *in->X);
  in->value = lip_alloc(3 * n + POOL, sizeof *in->value);
  if (!in->X || !in->value) FAIL(LIP_ENOMEM, "%zu points in %zu dimensions", n, d);
  in->UP = in->X + n * d;
  in->best = in->UP + n * d;
  in->G = in->best + n * d;
  in->pool = in->G + n * d;
  in->slope = in->value + n;
  in->size = in->slope + n;
  in->pool_slope = in->size + n;
done:
  return st;
}

/* Row i of the first round: the steepest points, data, then random ones. */
static void start(ascent *in, size_t round)
{
  const lip_problem *problem = in->problem;
  lip_stream stream = {problem->seed, LIP_FOR_STARTS};
  double radius = lip_domain_radius(problem->domain, in->d);
  size_t known = round > 0                            ? 0
                 : in->steepest->count < in->rows / 4 ? in->steepest->count
                                                      : in->rows / 4;
  size_t data = problem->data ? in->rows / 8 : 0;

  for (size_t i = 0; i < in->rows; i++) {
    double *x = in->X + i * in->d, u;

    if (i < known) {
      memcpy(x, in->steepest->point + i * in->d, in->d * sizeof *x);
    } else if (i < known + data) {
      size_t at = (i - known + round * data) * 7919 % problem->data->n;

      for (size_t j = 0; j < in->d; j++) x[j] = problem->data->X[at * in->d + j];
    } else {
      lip_random_normal(stream, POINTS_AT + ((uint64_t)round << 40) + i * in->d, in->d, x);
      lip_random_uniform(stream, POINTS_AT / 2 + ((uint64_t)round << 20) + i, 1, &u);
      u = isfinite(radius) ? radius * pow(30, -u) / sqrt((double)in->d) : pow(10, 3 * u - 1.5);
      for (size_t j = 0; j < in->d; j++) x[j] *= u;
    }
    lip_domain_project(problem->domain, in->d, x);
    in->slope[i] = -1;
    memcpy(in->best + i * in->d, x, in->d * sizeof *x);
  }
}

/* Slopes of the network itself at the rows: keeps what is steeper than before. */
static lip_status judge(ascent *in, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_problem_slopes(in->problem, in->rows, in->X, in->G, in->value, err));
  for (size_t i = 0; i < in->rows; i++) {
    if (!(in->value[i] > in->slope[i])) continue;
    in->slope[i] = in->value[i];
    memcpy(in->best + i * in->d, in->X + i * in->d, in->d * sizeof *in->best);
    lip_finding_offer(in->finding, in->steepest, in->value[i], in->X + i * in->d);
  }
done:
  return st == LIP_ENUMERIC ? LIP_OK : st;
}

static void measure_rows(ascent *in)
{
  double radius = lip_domain_radius(in->problem->domain, in->d), sum = 0;

  for (size_t i = 0; i < in->rows; i++) sum += in->size[i] = lip_norm(in->d, in->X + i * in->d);
  for (size_t i = 0; i < in->rows; i++) {
    if (!(in->size[i] > 0)) in->size[i] = sum > 0 ? sum / (double)in->rows : 1;
    if (isfinite(radius)) in->size[i] = fmin(in->size[i], radius);
  }
}

/* Moves all rows along their rise. */
static void move(ascent *in, double length)
{
  for (size_t i = 0; i < in->rows; i++) {
    double *x = in->X + i * in->d, *up = in->UP + i * in->d, size;

    lip_domain_tangential(in->problem->domain, in->d, x, up);
    size = lip_norm(in->d, up);
    if (!(size > 0) || !isfinite(size)) continue;
    lip_add_multiple(in->d, length * in->size[i] / size, up, x);
    lip_domain_project(in->problem->domain, in->d, x);
  }
}

static lip_status climb(ascent *in, double width, lip_error *err)
{
  lip_status st = LIP_OK;
  bool bends = lip_smoothed_graph_bends(in->problem);

  for (size_t t = 0; t < STEPS && !lip_stopped(in->control); t++) {
    double now = width * pow(LAST / width, (double)t / (STEPS - 1));

    st = lip_smoothed_graph_forward(in->graph, in->rows, in->X, t == 0 || bends, err);
    if (st == LIP_ENUMERIC) break; /* too far out */
    if (st != LIP_OK) goto done;
    measure_rows(in);
    TRY(lip_smoothed_graph_rise(in->graph, now, t == 0, in->UP, in->value, err));
    move(in, STEP * now);
    if (t % CHECK_EVERY == CHECK_EVERY - 1) TRY(judge(in, err));
  }
  st = LIP_OK;
done:
  return st;
}

/* Takes what the rows have found into the pool: the steepest points of unlike slopes. */
static void collect(ascent *in)
{
  for (size_t i = 0; i < in->rows; i++) {
    size_t at = in->pooled, same = in->pooled, end;
    double slope = in->slope[i];

    for (size_t k = 0; k < in->pooled; k++)
      if (fabs(in->pool_slope[k] - slope) <= ALIKE * slope) same = k;
    if (same < in->pooled && in->pool_slope[same] >= slope) continue;
    end = same < in->pooled ? same : in->pooled < POOL ? in->pooled++ : POOL - 1;
    if (end == POOL - 1 && same == POOL && in->pool_slope[end] >= slope) continue;
    for (at = end; at > 0 && in->pool_slope[at - 1] < slope; at--) {
      in->pool_slope[at] = in->pool_slope[at - 1];
      memcpy(in->pool + at * in->d, in->pool + (at - 1) * in->d, in->d * sizeof *in->pool);
    }
    in->pool_slope[at] = slope;
    memcpy(in->pool + at * in->d, in->best + i * in->d, in->d * sizeof *in->pool);
  }
}

/* Every row starts near one of the pool: the points themselves, then moved by 1/100 to all of
   their length. */
static void gather(ascent *in, size_t round)
{
  lip_stream stream = {in->problem->seed, LIP_FOR_STARTS};

  for (size_t i = 0; i < in->rows; i++) {
    double *x = in->X + i * in->d, *from = in->pool + i % in->pooled * in->d, size, u;

    lip_random_normal(stream, POINTS_AT + ((uint64_t)(round + 1) << 40) + i * in->d, in->d, x);
    lip_random_uniform(stream, POINTS_AT / 2 + ((uint64_t)(round + 1) << 20) + i, 1, &u);
    size = pow(100, -u) * lip_norm(in->d, from) / sqrt((double)in->d);
    for (size_t j = 0; j < in->d; j++) x[j] = from[j] + (i < in->pooled ? 0 : size * x[j]);
    lip_domain_project(in->problem->domain, in->d, x);
    in->slope[i] = -1;
    memcpy(in->best + i * in->d, x, in->d * sizeof *x);
  }
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double passes = passes_of(problem);
  double rows = fmin(MOST_ROWS, MOST_NUMBERS / lip_smoothed_graph_numbers(problem)), rounds, before;
  size_t idle = 0;
  ascent in = {.problem = problem,
               .steepest = steepest,
               .finding = finding,
               .control = control,
               .d = problem->d};

  rows = fmax(FEWEST_ROWS, fmin(rows, passes / (STEPS * STEP_PASSES * 2)));
  in.rows = (size_t)rows;
  rounds = fmax(2, fmin(ROUNDS, passes / (STEPS * STEP_PASSES * rows)));
  TRY(allocate(&in, err));
  TRY(lip_smoothed_graph_create(problem, in.rows, &in.graph, err));
  start(&in, 0);
  TRY(judge(&in, err));
  for (size_t round = 0; (double)round < floor(rounds) && !lip_stopped(control); round++) {
    bool anew = round % 2 == 0;

    if (round > 0 && anew) start(&in, round);
    if (!anew) gather(&in, round);
    before = finding->found ? finding->value : -1;
    TRY(climb(&in, anew ? FIRST_WIDTH : LATER_WIDTH, err));
    collect(&in);
    idle = finding->value > before * (1 + SAME) ? 0 : idle + 1;
    if (idle > PATIENCE) break;
    lip_tell(control, (double)(round + 1) / rounds);
  }
done:
  lip_smoothed_graph_free(in.graph);
  lip_free(in.X);
  lip_free(in.value);
  return st;
}

const lip_method lip_lower_smoothed = {"smoothed", "theory.md B3: ascent on the smoothed network",
                                       applies, run};
