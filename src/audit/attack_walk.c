/* attack_walk.c - one walk down the margin: projected gradient descent.

   Within |x' - x| <= r, from x or from a random point, down the gradient of f_y - f_b, b the rival
   of the moment, in steps that shrink from r / 2 to r / 10. Where the class becomes another one,
   bisection on the way from x gives a nearer point of that kind, which is evaluated again, with
   rounding counted where it can be, and told with its distance rounded up: it proves that the class
   changes there, however it was found.

   source  Madry, Makelov, Schmidt, Tsipras, Vladu (2018), projected gradient descent; distances
   made small by bisection as in boundary attacks (Brendel, Rauber, Bethge 2018) cost    a pass
   forward and one back for each step */
#include "audit/attack_walk.h"

#include "audit/enclose.h"
#include "audit/matching.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { HALVINGS = 12 };

/* The least margin and the rival that has it. */
static double least_margin(const audit_run *run, const double *v, size_t own, size_t *rival)
{
  double least = INFINITY;

  for (size_t b = 0; b < run->found.classes; b++) {
    double margin = b == own ? INFINITY : audit_margin(run, v, own, b);

    if (!(margin < least)) continue;
    least = margin;
    *rival = b;
  }
  return least;
}

/* Evaluates the open points, each where it has been moved to; says which are hits. */
static lip_status look(lip_attack_work *work, size_t *still)
{
  const audit_run *run = work->run;
  lip_status st = LIP_OK;
  size_t d = run->data->d;
  const double *v;

  *still = 0;
  for (size_t k = 0; k < work->opens; k++)
    memcpy(work->rows + k * d, work->at + work->open[k] * d, d * sizeof *work->at);
  st = lip_tape_forward(work->tape, work->opens, work->rows, NULL);
  v = lip_tape_value(work->tape, run->net->nodes - 1);
  for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
    lip_prey *one = &work->prey[work->open[k]];

    one->hit = least_margin(run, v + k * run->m, one->own, &one->rival) < 0;
    *still += !one->hit;
  }
  return st;
}

static void drop_hits(lip_attack_work *work)
{
  size_t kept = 0;

  for (size_t k = 0; k < work->opens; k++)
    if (!work->prey[work->open[k]].hit) work->open[kept++] = work->open[k];
  work->opens = kept;
}

/* work->slope <- the gradient of f_own - f_rival at each open point, where look() has just been. */
static lip_status margin_gradients(lip_attack_work *work)
{
  const audit_run *run = work->run;
  memset(work->side, 0, work->opens * run->m * sizeof *work->side);
  for (size_t k = 0; k < work->opens; k++) {
    const lip_prey *one = &work->prey[work->open[k]];

    if (run->found.task == LIP_TASK_SIGNS) {
      work->side[k] = one->own == 1 ? 1 : -1;
    } else {
      work->side[k * run->m + one->own] = 1;
      work->side[k * run->m + one->rival] = -1;
    }
  }
  return lip_tape_pull(work->tape, work->side, work->slope, NULL);
}

/* ---- the walk ---- */

static void project(size_t d, const double *x, double radius, double *at)
{
  double sum = 0, length;

  for (size_t i = 0; i < d; i++) sum += (at[i] - x[i]) * (at[i] - x[i]);
  length = sqrt(sum);
  if (!(length > radius)) return;
  for (size_t i = 0; i < d; i++) at[i] = x[i] + (at[i] - x[i]) * (radius / length);
}

/* Opens every point whose round is not done, at x itself or at a random point within the radius. */
static void start_rows(lip_attack_work *work, size_t round, size_t start)
{
  const audit_run *run = work->run;
  size_t d = run->data->d;
  lip_stream stream = {run->options->seed, LIP_FOR_STARTS};

  work->opens = 0;
  for (size_t r = 0; r < work->count; r++) {
    lip_prey *one = &work->prey[r];
    double *at = work->at + r * d, length;

    one->hit = false;
    if (one->done) continue;
    work->open[work->opens++] = r;
    memcpy(at, one->x, d * sizeof *at);
    if (start == 0) continue;
    lip_random_normal(stream, ((one->point->row * LIP_ATTACK_ROUNDS + round) * 64 + start % 64) * d,
                      d, work->slope);
    length = lip_norm(d, work->slope);
    if (length > 0) lip_add_multiple(d, 0.7 * one->radius / length, work->slope, at);
  }
}

static void step_rows(lip_attack_work *work, double share)
{
  const audit_run *run = work->run;
  size_t d = run->data->d;

  for (size_t k = 0; k < work->opens; k++) {
    lip_prey *one = &work->prey[work->open[k]];
    double *at = work->at + work->open[k] * d, length = lip_norm(d, work->slope + k * d);

    if (one->hit || !(length > 0)) continue;
    lip_add_multiple(d, -share * one->radius / length, work->slope + k * d, at);
    project(d, one->x, one->radius, at);
  }
}

/* Afterwards the hits are those of this walk. */
static lip_status descend(lip_attack_work *work, size_t round, size_t start,
                          bool (*stop)(void *context), void *context)
{
  lip_status st = LIP_OK;
  size_t steps = work->run->options->attack_steps, still = 0;

  start_rows(work, round, start);
  for (size_t t = 0; t <= steps && work->opens > 0 && !stop(context); t++) {
    st = look(work, &still);
    if (st != LIP_OK || still == 0 || t == steps) break;
    st = margin_gradients(work);
    if (st != LIP_OK) break;
    step_rows(work, 0.5 - 0.4 * (double)t / (double)steps);
    drop_hits(work);
  }
  return st;
}

/* ---- what was found ---- */

/* work->rows <- a share of the way from each open point's x to where it has been moved to. */
static void part_of_way(lip_attack_work *work, const double *share)
{
  const audit_run *run = work->run;
  size_t d = run->data->d;

  for (size_t k = 0; k < work->opens; k++) {
    const double *x = work->prey[work->open[k]].x, *at = work->at + work->open[k] * d;

    for (size_t i = 0; i < d; i++) work->rows[k * d + i] = x[i] + share[k] * (at[i] - x[i]);
  }
}

/* Moves the hits, now the open points, towards their x as long as the class stays another one; then
   work->rows has them. */
static lip_status approach(lip_attack_work *work)
{
  const audit_run *run = work->run;
  lip_status st = LIP_OK;
  double low[LIP_ATTACK_BLOCK] = {0}, high[LIP_ATTACK_BLOCK], half[LIP_ATTACK_BLOCK];
  size_t rival;

  for (size_t k = 0; k < work->opens; k++) high[k] = 1;
  for (size_t t = 0; t < HALVINGS && st == LIP_OK; t++) {
    const double *v;

    for (size_t k = 0; k < work->opens; k++) half[k] = (low[k] + high[k]) / 2;
    part_of_way(work, half);
    st = lip_tape_forward(work->tape, work->opens, work->rows, NULL);
    v = lip_tape_value(work->tape, run->net->nodes - 1);
    for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
      size_t own = work->prey[work->open[k]].own;

      *(least_margin(run, v + k * run->m, own, &rival) < 0 ? &high[k] : &low[k]) = half[k];
    }
  }
  part_of_way(work, high);
  return st;
}

/* Whether some other class certainly has the larger output. */
static bool is_broken(const audit_run *run, const lip_interval *v, size_t own)
{
  if (run->found.task == LIP_TASK_SIGNS) return own == 1 ? v[0].high < 0 : v[0].low > 0;
  for (size_t b = 0; b < run->m; b++)
    if (b != own && v[b].low > v[own].high) return true;
  return false;
}

/* Every hit is evaluated again; those that stand are kept. */
static lip_status keep_hits(lip_attack_work *work)
{
  const audit_run *run = work->run;
  lip_status st = LIP_OK;
  size_t d = run->data->d;
  bool certain;

  work->opens = 0;
  for (size_t r = 0; r < work->count; r++)
    if (work->prey[r].hit && !work->prey[r].done) work->open[work->opens++] = r;
  if (work->opens == 0) return LIP_OK;
  st = approach(work);
  if (st == LIP_OK)
    st = lip_enclose_values(run->net, work->opens, work->rows, work->enclosed, &certain, NULL);
  for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
    lip_prey *one = &work->prey[work->open[k]];
    double far;

    if (!is_broken(run, work->enclosed + k * run->m, one->own)) continue;
    far = lip_distance_up(d, work->rows + k * d, one->x);
    one->done = far < one->best;
    one->best = fmin(one->best, far);
  }
  return st;
}

lip_status lip_attack_walk(lip_attack_work *work, size_t round, size_t start,
                           bool (*stop)(void *context), void *context)
{
  lip_status st = descend(work, round, start, stop, context);

  return st == LIP_OK ? keep_hits(work) : st;
}

lip_status lip_attack_first_radii(lip_attack_work *work)
{
  lip_status st = LIP_OK;
  size_t still, d = work->run->data->d;

  for (size_t r = 0; r < work->count; r++) work->prey[r].done = false;
  start_rows(work, 0, 0);
  st = look(work, &still);
  if (st == LIP_OK) st = margin_gradients(work);
  for (size_t r = 0; r < work->count; r++) {
    lip_prey *one = &work->prey[r];
    double slope = st == LIP_OK ? lip_norm(d, work->slope + r * d) : 0;

    one->radius = slope > 0 ? 1.5 * one->point->margin / slope : 1;
    if (!(one->radius < 1e100)) one->radius = 1;
  }
  return st;
}

lip_status lip_attack_work_create(const audit_run *run, size_t block, lip_attack_work *work,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;

  *work = (lip_attack_work){.run = run};
  TRY(lip_tape_create(run->net, block, &work->tape, err));
  work->at = lip_alloc(3 * block, d * sizeof *work->at);
  work->side = lip_alloc(block, run->m * sizeof *work->side);
  work->enclosed = lip_alloc(block, run->m * sizeof *work->enclosed);
  if (!work->at || !work->side || !work->enclosed) FAIL(LIP_ENOMEM, "the attack's workspace");
  work->rows = work->at + block * d;
  work->slope = work->rows + block * d;
done:
  return st;
}

void lip_attack_work_clear(lip_attack_work *work)
{
  lip_tape_free(work->tape);
  lip_free(work->at);
  lip_free(work->side);
  lip_free(work->enclosed);
}
