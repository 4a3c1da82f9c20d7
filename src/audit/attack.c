/* attack.c - points of another class near the data: rounds of walks down the margin.

   Every point that is right has a radius of its own. In each round it is walked with from x, and,
   where that fails, from random points within the radius (attack_walk.c); after a success the next
   radius is a little less than the distance found, after a failure halfway to it, and as long as
   nothing was found twice as large. The rounds go over all points, so that little time leaves every
   point with something.

   cost    a pass forward and one back for each step, start and round
   limits  an attack that fails proves nothing */
#include "audit/attack_walk.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdatomic.h>

typedef struct hunt {
  audit_run *run;
  lip_attack_work *work; /* one a thread */
  lip_prey *prey;
  size_t count, block, tasks, round;
  atomic_int status;
  atomic_bool stop;
  atomic_size_t done;
} hunt;

/* What a walk on one thread asks: thread 0 asks the caller. */
typedef struct asker {
  hunt *in;
  size_t thread;
} asker;

static bool stopped(void *context)
{
  const asker *who = context;
  const lip_control *control = &who->in->run->watch.control;

  if (who->thread == 0 && control->stop(control->context)) atomic_store(&who->in->stop, true);
  return atomic_load(&who->in->stop);
}

static void next_radius(lip_prey *one)
{
  if (isinf(one->best))
    one->radius *= 2;
  else if (one->done)
    one->radius = 0.9 * one->best;
  else /* the last radius was too small */
    one->radius = 0.5 * (one->radius + one->best);
}

static void attack_task(void *context, size_t task, size_t thread)
{
  hunt *in = context;
  asker who = {in, thread};
  lip_attack_work *work = &in->work[thread];
  size_t first = task * in->block;
  const lip_control *control = &in->run->watch.control;
  lip_status st = LIP_OK;

  if (stopped(&who)) return;
  work->prey = in->prey + first;
  work->count = in->count - first < in->block ? in->count - first : in->block;
  if (in->round == 0) st = lip_attack_first_radii(work);
  for (size_t r = 0; r < work->count; r++) work->prey[r].done = false;
  for (size_t start = 0; start < in->run->options->attack_starts && st == LIP_OK; start++) {
    if (stopped(&who)) break;
    st = lip_attack_walk(work, in->round, start, stopped, &who);
  }
  for (size_t r = 0; r < work->count; r++) next_radius(&work->prey[r]);
  /* A point where the network overflows is no failure: what was found before stands. */
  if (st != LIP_OK && st != LIP_ENUMERIC) atomic_store(&in->status, (int)st);
  (void)atomic_fetch_add(&in->done, 1);
  if (thread == 0)
    control->progress(control->context,
                      (double)atomic_load(&in->done) / (double)(in->tasks * LIP_ATTACK_ROUNDS), "");
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

static void list_prey(hunt *in)
{
  audit_run *run = in->run;

  for (size_t k = 0; k < run->found.points; k++) {
    lip_audit_point *point = &run->found.point[k];

    if (point->right)
      in->prey[in->count++] = (lip_prey){.point = point,
                                         .x = run->data->X + point->row * run->data->d,
                                         .own = run->label[point->row],
                                         .best = INFINITY};
  }
  in->tasks = (in->count + in->block - 1) / in->block;
}

lip_status audit_attack(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t threads = lip_team_size(run->team);
  hunt in = {.run = run, .block = lip_tape_rows(run->net, LIP_ATTACK_BLOCK)};

  if (!found->classes || !run->options->attack_steps || audit_interrupted(run)) return LIP_OK;
  in.prey = lip_alloc(found->points, sizeof *in.prey);
  in.work = lip_alloc_zero(threads, sizeof *in.work);
  if (!in.prey || !in.work) FAIL(LIP_ENOMEM, "the attack on %zu points", found->points);
  for (size_t t = 0; t < threads; t++) TRY(lip_attack_work_create(run, in.block, &in.work[t], err));
  list_prey(&in);
  audit_begin(run, 0.6, 0.75, 0.35, "attack");
  found->attacked = true;
  for (in.round = 0; in.round < LIP_ATTACK_ROUNDS && !atomic_load(&in.stop); in.round++)
    lip_team_run(run->team, in.tasks, attack_task, &in);
  for (size_t k = 0; k < in.count; k++) in.prey[k].point->broken = in.prey[k].best;
  if (atomic_load(&in.status) != LIP_OK)
    FAIL((lip_status)atomic_load(&in.status), "the attack: out of memory");
  found->attack_done = !atomic_load(&in.stop);
  TRY(confront(run, err));
done:
  for (size_t t = 0; in.work && t < threads; t++) lip_attack_work_clear(&in.work[t]);
  lip_free(in.work);
  lip_free(in.prey);
  return st;
}
