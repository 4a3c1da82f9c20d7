/* attack.c - points of another class near the data: projected gradient descent on the margin.

   For a point x of class y and a radius r it walks within |x' - x| <= r, from x and from random
   points, down the gradient of f_y - f_b, b the rival of the moment, in steps that shrink from r /
   2 to r / 10. Where it succeeds, bisection on the way from x gives a nearer point of another
   class, and the next radius is a little less than that; where it fails, the next start is taken,
   and as long as nothing was found a larger radius. Every success is evaluated again, with rounding
   counted where it can be, and told with its distance rounded up: it is proof that the class
   changes there, however it was found.

   source  Madry, Makelov, Schmidt, Tsipras, Vladu (2018), projected gradient descent; distances
   made small by bisection as in boundary attacks (Brendel, Rauber, Bethge 2018) cost    a pass
   forward and one back for each step, start and radius limits  an attack that fails proves nothing
 */
#include "audit/audit_parts.h"

#include "audit/enclose.h"
#include "audit/matching.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"
#include "net/tape.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { BLOCK = 64, ROUNDS = 8, HALVINGS = 12 };

/* One point under attack. */
typedef struct prey {
  lip_audit_point *point;
  const double *x;
  size_t own, rival;
  double radius; /* of this round */
  double best;   /* distance of the nearest success so far */
  bool done;     /* with this round: something nearer was found */
  bool hit;      /* where it has been moved to, the class is another one */
} prey;

/* What one thread needs for a block of points. */
typedef struct workspace {
  lip_tape *tape;
  double *at;             /* block x d: where each point has been moved to */
  double *rows;           /* block x d: the moved points that are still open, one after the other */
  double *slope;          /* block x d: the gradients there */
  double *side;           /* block x m: +1 at the own class, -1 at the rival */
  lip_interval *enclosed; /* block x m */
  prey prey[BLOCK];
  size_t open[BLOCK], opens; /* the points that are walking */
  size_t thread;
} workspace;

typedef struct hunt {
  audit_run *run;
  workspace *work; /* one a thread */
  size_t block, tasks;
  atomic_int status;
  atomic_bool stop;
  atomic_size_t done;
} hunt;

/* Thread 0 asks the caller. */
static bool stopped(hunt *in, const workspace *work)
{
  const lip_control *control = &in->run->watch.control;

  if (work->thread == 0 && control->stop(control->context)) atomic_store(&in->stop, true);
  return atomic_load(&in->stop);
}

/* ---- margins ---- */

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
static lip_status look(const audit_run *run, workspace *work, size_t *still)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;
  const double *v;

  *still = 0;
  for (size_t k = 0; k < work->opens; k++)
    memcpy(work->rows + k * d, work->at + work->open[k] * d, d * sizeof *work->at);
  st = lip_tape_forward(work->tape, work->opens, work->rows, NULL);
  v = lip_tape_value(work->tape, run->net->nodes - 1);
  for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
    prey *one = &work->prey[work->open[k]];

    one->hit = least_margin(run, v + k * run->m, one->own, &one->rival) < 0;
    *still += !one->hit;
  }
  return st;
}

static void drop_hits(workspace *work)
{
  size_t kept = 0;

  for (size_t k = 0; k < work->opens; k++)
    if (!work->prey[work->open[k]].hit) work->open[kept++] = work->open[k];
  work->opens = kept;
}

/* work->slope <- the gradient of f_own - f_rival at each open point, where look() has just been. */
static lip_status margin_gradients(const audit_run *run, workspace *work)
{
  memset(work->side, 0, work->opens * run->m * sizeof *work->side);
  for (size_t k = 0; k < work->opens; k++) {
    const prey *one = &work->prey[work->open[k]];

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
static void start_rows(const audit_run *run, workspace *work, size_t count, size_t round,
                       size_t start)
{
  size_t d = run->data->d;
  lip_stream stream = {run->options->seed, LIP_FOR_STARTS};

  work->opens = 0;
  for (size_t r = 0; r < count; r++) {
    prey *one = &work->prey[r];
    double *at = work->at + r * d, length;

    one->hit = false;
    if (one->done) continue;
    work->open[work->opens++] = r;
    memcpy(at, one->x, d * sizeof *at);
    if (start == 0) continue;
    lip_random_normal(stream, ((one->point->row * ROUNDS + round) * 64 + start % 64) * d, d,
                      work->slope);
    length = lip_norm(d, work->slope);
    if (length > 0) lip_add_multiple(d, 0.7 * one->radius / length, work->slope, at);
  }
}

static void step_rows(const audit_run *run, workspace *work, double share)
{
  size_t d = run->data->d;

  for (size_t k = 0; k < work->opens; k++) {
    prey *one = &work->prey[work->open[k]];
    double *at = work->at + work->open[k] * d, length = lip_norm(d, work->slope + k * d);

    if (one->hit || !(length > 0)) continue;
    lip_add_multiple(d, -share * one->radius / length, work->slope + k * d, at);
    project(d, one->x, one->radius, at);
  }
}

/* Afterwards the hits are those of this walk. */
static lip_status walk(hunt *in, workspace *work, size_t count, size_t round, size_t start)
{
  lip_status st = LIP_OK;
  const audit_run *run = in->run;
  size_t steps = run->options->attack_steps, still = 0;

  start_rows(run, work, count, round, start);
  for (size_t t = 0; t <= steps && work->opens > 0 && !stopped(in, work); t++) {
    st = look(run, work, &still);
    if (st != LIP_OK || still == 0 || t == steps) break;
    st = margin_gradients(run, work);
    if (st != LIP_OK) break;
    step_rows(run, work, 0.5 - 0.4 * (double)t / (double)steps);
    drop_hits(work);
  }
  return st;
}

/* ---- what was found ---- */

/* work->rows <- a share of the way from each open point's x to where it has been moved to. */
static void part_of_way(const audit_run *run, workspace *work, const double *share)
{
  size_t d = run->data->d;

  for (size_t k = 0; k < work->opens; k++) {
    const double *x = work->prey[work->open[k]].x, *at = work->at + work->open[k] * d;

    for (size_t i = 0; i < d; i++) work->rows[k * d + i] = x[i] + share[k] * (at[i] - x[i]);
  }
}

/* Moves the hits, now the open points, towards their x as long as the class stays another one; then
   work->rows has them. */
static lip_status approach(const audit_run *run, workspace *work)
{
  lip_status st = LIP_OK;
  double low[BLOCK] = {0}, high[BLOCK], half[BLOCK];
  size_t rival;

  for (size_t k = 0; k < work->opens; k++) high[k] = 1;
  for (size_t t = 0; t < HALVINGS && st == LIP_OK; t++) {
    const double *v;

    for (size_t k = 0; k < work->opens; k++) half[k] = (low[k] + high[k]) / 2;
    part_of_way(run, work, half);
    st = lip_tape_forward(work->tape, work->opens, work->rows, NULL);
    v = lip_tape_value(work->tape, run->net->nodes - 1);
    for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
      size_t own = work->prey[work->open[k]].own;

      *(least_margin(run, v + k * run->m, own, &rival) < 0 ? &high[k] : &low[k]) = half[k];
    }
  }
  part_of_way(run, work, high);
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
static lip_status keep_hits(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;
  bool certain;

  work->opens = 0;
  for (size_t r = 0; r < count; r++)
    if (work->prey[r].hit && !work->prey[r].done) work->open[work->opens++] = r;
  if (work->opens == 0) return LIP_OK;
  st = approach(run, work);
  if (st == LIP_OK)
    st = lip_enclose_values(run->net, work->opens, work->rows, work->enclosed, &certain, NULL);
  for (size_t k = 0; k < work->opens && st == LIP_OK; k++) {
    prey *one = &work->prey[work->open[k]];
    double far;

    if (!is_broken(run, work->enclosed + k * run->m, one->own)) continue;
    far = lip_distance_up(d, work->rows + k * d, one->x);
    one->done = far < one->best;
    one->best = fmin(one->best, far);
  }
  return st;
}

/* ---- rounds ---- */

/* The radius of the next round. */
static void next_radius(prey *one)
{
  if (isinf(one->best))
    one->radius *= 2;
  else if (one->done)
    one->radius = 0.9 * one->best;
  else /* the last radius was too small */
    one->radius = 0.5 * (one->radius + one->best);
}

static lip_status attack_block(hunt *in, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  const audit_run *run = in->run;

  for (size_t round = 0; round < ROUNDS && st == LIP_OK; round++) {
    for (size_t r = 0; r < count; r++) work->prey[r].done = false;
    for (size_t start = 0; start < run->options->attack_starts && st == LIP_OK; start++) {
      st = walk(in, work, count, round, start);
      if (atomic_load(&in->stop)) return st;
      if (st == LIP_OK) st = keep_hits(run, work, count);
    }
    for (size_t r = 0; r < count; r++) next_radius(&work->prey[r]);
  }
  return st;
}

/* Half as far again as where the margin would be 0 if it were linear. */
static lip_status first_radii(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  size_t still;

  start_rows(run, work, count, 0, 0);
  st = look(run, work, &still);
  if (st == LIP_OK) st = margin_gradients(run, work);
  for (size_t r = 0; r < count && st == LIP_OK; r++) {
    prey *one = &work->prey[r];
    double slope = lip_norm(run->data->d, work->slope + r * run->data->d);

    one->radius = slope > 0 ? 1.5 * one->point->margin / slope : 1;
    if (!(one->radius < 1e100)) one->radius = 1;
  }
  return st;
}

static size_t list_prey(audit_run *run, workspace *work, size_t first, size_t last)
{
  size_t count = 0;

  for (size_t k = first; k < last; k++) {
    lip_audit_point *point = &run->found.point[k];

    if (point->right)
      work->prey[count++] = (prey){.point = point,
                                   .x = run->data->X + point->row * run->data->d,
                                   .own = run->label[point->row],
                                   .best = INFINITY};
  }
  return count;
}

static void attack_task(void *context, size_t task, size_t thread)
{
  hunt *in = context;
  audit_run *run = in->run;
  workspace *work = &in->work[thread];
  size_t last = (task + 1) * in->block, count;
  const lip_control *control = &run->watch.control;
  lip_status st;

  if (stopped(in, work)) return;
  if (last > run->found.points) last = run->found.points;
  count = list_prey(run, work, task * in->block, last);
  if (count > 0) {
    st = first_radii(run, work, count);
    if (st == LIP_OK) st = attack_block(in, work, count);
    for (size_t r = 0; r < count; r++) work->prey[r].point->broken = work->prey[r].best;
    /* A point where the network overflows is no failure: what was found before stands. */
    if (st != LIP_OK && st != LIP_ENUMERIC) atomic_store(&in->status, (int)st);
  }
  (void)atomic_fetch_add(&in->done, 1);
  if (thread == 0)
    control->progress(control->context, (double)atomic_load(&in->done) / (double)in->tasks, "");
}

static lip_status make_workspace(const audit_run *run, size_t block, workspace *work,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;

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

static void clear_workspace(workspace *work)
{
  lip_tape_free(work->tape);
  lip_free(work->at);
  lip_free(work->side);
  lip_free(work->enclosed);
}

/* A broken point within a certified radius would refute the certificate. */
static lip_status confront(const audit_run *run, lip_error *err)
{
  const lip_audit *found = &run->found;

  for (size_t k = 0; k < found->points && found->radii_certified; k++)
    if (found->point[k].broken < found->point[k].radius)
      return lip_fail(err, LIP_ENUMERIC,
                      "point %zu: the class changes at a distance of %.17g, within the certified "
                      "radius %.17g",
                      found->point[k].row, found->point[k].broken, found->point[k].radius);
  return LIP_OK;
}

lip_status audit_attack(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t threads = lip_team_size(run->team);
  hunt in = {.run = run, .block = lip_tape_rows(run->net, BLOCK)};

  if (!found->classes || !run->options->attack_steps || audit_interrupted(run)) return LIP_OK;
  in.tasks = (found->points + in.block - 1) / in.block;
  in.work = lip_alloc_zero(threads, sizeof *in.work);
  if (!in.work) FAIL(LIP_ENOMEM, "%zu threads", threads);
  for (size_t t = 0; t < threads; t++) {
    in.work[t].thread = t;
    TRY(make_workspace(run, in.block, &in.work[t], err));
  }
  audit_begin(run, 0.65, 0.9, 0.6, "attack");
  found->attacked = true;
  lip_team_run(run->team, in.tasks, attack_task, &in);
  if (atomic_load(&in.status) != LIP_OK)
    FAIL((lip_status)atomic_load(&in.status), "the attack: out of memory");
  found->attack_done = !atomic_load(&in.stop);
  TRY(confront(run, err));
done:
  for (size_t t = 0; in.work && t < threads; t++) clear_workspace(&in.work[t]);
  lip_free(in.work);
  return st;
}
