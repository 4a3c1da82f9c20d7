/* attack.c - points of another class near the data: projected gradient descent on the margin.

   For a point x of class y and a radius r it walks within |x' - x| <= r, from x and from random
   points, down the gradient of f_y - f_b, b the rival of the moment, in steps that shrink from r /
   2 to r / 10. Where it succeeds, bisection on the way from x gives a nearer point of another
   class, and the next radius is a little less than that; where it fails, the next start is taken,
   and as long as nothing was found a larger radius. Every success is evaluated again, with rounding
   counted where it can be, and told with its distance rounded up: it is proof that the class
   changes there, however it was found.

   source  Madry, Makelov, Schmidt, Tsipras, Vladu (2018), projected gradient descent; distances
   made small by bisection as in boundary attacks (Brendel, Rauber, Bethge 2018) cost    three
   passes of the network for each step, start and radius limits  an attack that fails proves nothing
 */
#include "audit/audit_parts.h"

#include "audit/enclose.h"
#include "audit/matching.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"

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
  bool active, hit;
} prey;

/* What one thread needs for a block of points; rows of d or m numbers. */
typedef struct workspace {
  double *at, *gradient, *found, *gathered, *slopes, *values;
  lip_interval *enclosed;
  prey prey[BLOCK];
  size_t rows[BLOCK];
  size_t thread;
} workspace;

typedef struct hunt {
  audit_run *run;
  workspace *work; /* one a thread */
  atomic_int status;
  atomic_bool stop;
  atomic_size_t done;
  size_t tasks;
} hunt;

/* Thread 0 asks the caller. */
static bool stopped(hunt *in, const workspace *work)
{
  const lip_control *control = &in->run->watch.control;

  if (work->thread == 0 && control->stop(control->context)) atomic_store(&in->stop, true);
  return atomic_load(&in->stop);
}

/* ---- margins and their gradients ---- */

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

/* Adds `sign` times the gradient of an output to the rows that ask for it. */
static lip_status add_gradients(const audit_run *run, workspace *work, size_t output, size_t count,
                                double sign)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;

  if (count == 0) return LIP_OK;
  for (size_t k = 0; k < count; k++)
    memcpy(work->gathered + k * d, work->at + work->rows[k] * d, d * sizeof *work->at);
  st = lip_net_gradients(run->net, output, count, work->gathered, work->slopes, NULL);
  for (size_t k = 0; k < count && st == LIP_OK; k++)
    lip_add_multiple(d, sign, work->slopes + k * d, work->gradient + work->rows[k] * d);
  return st;
}

/* work->gradient <- that of f_own - f_rival, at the active rows. */
static lip_status margin_gradients(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  bool signs = run->found.task == LIP_TASK_SIGNS;

  memset(work->gradient, 0, count * run->data->d * sizeof *work->gradient);
  for (size_t output = 0; output < run->m && st == LIP_OK; output++) {
    for (int side = 0; side < 2 && st == LIP_OK; side++) {
      size_t asked = 0;

      for (size_t r = 0; r < count; r++) {
        const prey *one = &work->prey[r];
        bool wants = signs ? (one->own == 1) == (side == 0)
                           : (side == 0 ? one->own : one->rival) == output;

        if (one->active && !one->hit && wants) work->rows[asked++] = r;
      }
      st = add_gradients(run, work, output, asked, side == 0 ? 1 : -1);
    }
  }
  return st;
}

/* ---- the walk ---- */

static double distance(size_t d, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < d; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(sum);
}

static void project(size_t d, const double *x, double radius, double *at)
{
  double length = distance(d, x, at);

  if (!(length > radius)) return;
  for (size_t i = 0; i < d; i++) at[i] = x[i] + (at[i] - x[i]) * (radius / length);
}

/* Puts every active row at its start: x itself, or a random point within the radius. */
static void start_rows(const audit_run *run, workspace *work, size_t count, size_t start)
{
  size_t d = run->data->d;
  lip_stream stream = {run->options->seed, LIP_FOR_STARTS};

  for (size_t r = 0; r < count; r++) {
    prey *one = &work->prey[r];
    double *at = work->at + r * d, length;

    one->hit = false;
    if (start == 0) {
      memcpy(at, one->x, d * sizeof *at);
      continue;
    }
    lip_random_normal(stream, (one->point->row * 64 + start % 64) * d, d, at);
    length = lip_norm(d, at);
    for (size_t i = 0; i < d; i++)
      at[i] = one->x[i] + 0.7 * one->radius * (length > 0 ? at[i] / length : 0);
  }
}

/* Which rows have another class now; hits keep their place. */
static lip_status look(const audit_run *run, workspace *work, size_t count, size_t *open)
{
  lip_status st = lip_net_values(run->net, count, work->at, work->values, NULL);

  *open = 0;
  for (size_t r = 0; r < count && st == LIP_OK; r++) {
    prey *one = &work->prey[r];

    if (!one->active || one->hit) continue;
    if (least_margin(run, work->values + r * run->m, one->own, &one->rival) < 0)
      one->hit = true;
    else
      ++*open;
  }
  return st;
}

static void step_rows(const audit_run *run, workspace *work, size_t count, double share)
{
  size_t d = run->data->d;

  for (size_t r = 0; r < count; r++) {
    prey *one = &work->prey[r];
    double *g = work->gradient + r * d, length = lip_norm(d, g);

    if (!one->active || one->hit || !(length > 0)) continue;
    lip_add_multiple(d, -share * one->radius / length, g, work->at + r * d);
    project(d, one->x, one->radius, work->at + r * d);
  }
}

static lip_status walk(hunt *in, workspace *work, size_t count, size_t start)
{
  lip_status st = LIP_OK;
  const audit_run *run = in->run;
  size_t steps = run->options->attack_steps, open = 0;

  start_rows(run, work, count, start);
  for (size_t t = 0; t <= steps && st == LIP_OK && !stopped(in, work); t++) {
    double share = 0.5 - 0.4 * (double)t / (double)steps;

    st = look(run, work, count, &open);
    if (open == 0 || t == steps || st != LIP_OK) break;
    st = margin_gradients(run, work, count);
    if (st == LIP_OK) step_rows(run, work, count, share);
  }
  return st;
}

/* ---- what was found ---- */

/* Moves the hits towards their points as long as the class stays another one. */
static lip_status approach(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d, rival;
  double low[BLOCK] = {0}, high[BLOCK];

  for (size_t r = 0; r < count; r++) high[r] = 1;
  memcpy(work->gradient, work->at, count * d * sizeof *work->at); /* where the hits are */
  for (size_t k = 0; k < HALVINGS && st == LIP_OK; k++) {
    for (size_t r = 0; r < count; r++)
      for (size_t i = 0; i < d; i++)
        work->at[r * d + i] = work->prey[r].x[i] +
                              (low[r] + high[r]) / 2 *
                                  (work->gradient[r * d + i] - work->prey[r].x[i]);
    st = lip_net_values(run->net, count, work->at, work->values, NULL);
    for (size_t r = 0; r < count && st == LIP_OK; r++) {
      double half = (low[r] + high[r]) / 2;

      if (least_margin(run, work->values + r * run->m, work->prey[r].own, &rival) < 0)
        high[r] = half;
      else
        low[r] = half;
    }
  }
  for (size_t r = 0; r < count; r++)
    for (size_t i = 0; i < d; i++)
      work->at[r * d + i] = work->prey[r].x[i] +
                            high[r] * (work->gradient[r * d + i] - work->prey[r].x[i]);
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
static lip_status keep(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;
  bool certain;

  st = approach(run, work, count);
  if (st == LIP_OK)
    st = lip_enclose_values(run->net, count, work->at, work->enclosed, &certain, NULL);
  for (size_t r = 0; r < count && st == LIP_OK; r++) {
    prey *one = &work->prey[r];
    double far;

    if (!one->active || !one->hit) continue;
    if (!is_broken(run, work->enclosed + r * run->m, one->own)) continue;
    far = lip_distance_up(d, work->at + r * d, one->x);
    if (far < one->best) one->best = far;
  }
  return st;
}

/* The radius of the next round. */
static void next_radius(prey *one, double before)
{
  if (isinf(one->best))
    one->radius *= 2;
  else if (one->best < before)
    one->radius = 0.9 * one->best;
  else /* the last radius was too small */
    one->radius = 0.5 * (one->radius + one->best);
}

static lip_status attack_block(hunt *in, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  const audit_run *run = in->run;

  for (size_t round = 0; round < ROUNDS && st == LIP_OK; round++) {
    double before[BLOCK];

    for (size_t r = 0; r < count; r++) {
      before[r] = work->prey[r].best;
      work->prey[r].active = true;
    }
    for (size_t start = 0; start < run->options->attack_starts && st == LIP_OK; start++) {
      if (atomic_load(&in->stop)) return st;
      st = walk(in, work, count, start);
      if (st == LIP_OK) st = keep(run, work, count);
      for (size_t r = 0; r < count; r++)
        if (work->prey[r].best < before[r]) work->prey[r].active = false;
    }
    for (size_t r = 0; r < count; r++) next_radius(&work->prey[r], before[r]);
  }
  return st;
}

/* The distance at which the margin would be 0 if it were linear. */
static lip_status first_radii(const audit_run *run, workspace *work, size_t count)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d, open;

  for (size_t r = 0; r < count; r++)
    memcpy(work->at + r * d, work->prey[r].x, d * sizeof *work->at);
  st = look(run, work, count, &open);
  if (st == LIP_OK) st = margin_gradients(run, work, count);
  for (size_t r = 0; r < count && st == LIP_OK; r++) {
    prey *one = &work->prey[r];
    double slope = lip_norm(d, work->gradient + r * d);

    one->radius = slope > 0 ? 1.5 * one->point->margin / slope : 1;
    if (!(one->radius < 1e100)) one->radius = 1;
  }
  return st;
}

static void attack_task(void *context, size_t task, size_t thread)
{
  hunt *in = context;
  audit_run *run = in->run;
  workspace *work = &in->work[thread];
  lip_audit *found = &run->found;
  size_t count = 0, last = (task + 1) * BLOCK < found->points ? (task + 1) * BLOCK : found->points;
  const lip_control *control = &run->watch.control;
  lip_status st;

  if (stopped(in, work)) return;
  for (size_t k = task * BLOCK; k < last; k++) {
    lip_audit_point *point = &found->point[k];

    if (point->right)
      work->prey[count++] = (prey){.point = point,
                                   .x = run->data->X + point->row * run->data->d,
                                   .own = run->label[point->row],
                                   .best = INFINITY,
                                   .active = true};
  }
  if (count == 0) return;
  st = first_radii(run, work, count);
  if (st == LIP_OK) st = attack_block(in, work, count);
  for (size_t r = 0; r < count; r++) work->prey[r].point->broken = work->prey[r].best;
  /* A point where the network overflows is no failure: what was found before stands. */
  if (st != LIP_OK && st != LIP_ENUMERIC) atomic_store(&in->status, (int)st);
  if (!atomic_load(&in->stop)) (void)atomic_fetch_add(&in->done, 1);
  if (thread == 0 && control->progress)
    control->progress(control->context, (double)atomic_load(&in->done) / (double)in->tasks, "");
}

static lip_status make_workspace(const audit_run *run, workspace *work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = run->data->d;

  work->at = lip_alloc(4 * BLOCK, d * sizeof *work->at);
  work->values = lip_alloc(BLOCK, run->m * sizeof *work->values);
  work->enclosed = lip_alloc(BLOCK, run->m * sizeof *work->enclosed);
  if (!work->at || !work->values || !work->enclosed) FAIL(LIP_ENOMEM, "the attack's workspace");
  work->gradient = work->at + BLOCK * d;
  work->gathered = work->gradient + BLOCK * d;
  work->slopes = work->gathered + BLOCK * d;
done:
  return st;
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
  hunt in = {.run = run, .tasks = (found->points + BLOCK - 1) / BLOCK};

  if (!found->classes || !run->options->attack_steps || audit_interrupted(run)) return LIP_OK;
  in.work = lip_alloc_zero(threads, sizeof *in.work);
  if (!in.work) FAIL(LIP_ENOMEM, "%zu threads", threads);
  for (size_t t = 0; t < threads; t++) {
    in.work[t].thread = t;
    TRY(make_workspace(run, &in.work[t], err));
  }
  audit_begin(run, 0.65, 0.9, 0.6, "attack");
  found->attacked = true;
  lip_team_run(run->team, in.tasks, attack_task, &in);
  if (atomic_load(&in.status) != LIP_OK)
    FAIL((lip_status)atomic_load(&in.status), "the attack: out of memory");
  found->attack_done = !atomic_load(&in.stop);
  TRY(confront(run, err));
done:
  for (size_t t = 0; in.work && t < threads; t++) {
    lip_free(in.work[t].at);
    lip_free(in.work[t].values);
    lip_free(in.work[t].enclosed);
  }
  lip_free(in.work);
  return st;
}
