/* sweep.c - runs the cells of a plan that the store does not hold yet.

   Workers are threads; each takes the most expensive cell left whose memory fits beside what is
   under way, runs it on itself alone, and commits its row. Which worker runs what changes no row:
   every cell depends on its own options only. The calling thread watches: progress, stop. */
#include <liplaw/sweep.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "sweep/run_cell.h"
#include "sweep/store_write.h"
#include "sweep/sweep_options.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef enum cell_state { TO_DO, TAKEN, DONE } cell_state;

typedef struct sweep {
  const lip_plan *plan;
  const lip_control *control;
  lip_bench bench;
  lip_store *store;
  double memory; /* bytes that cells under way may take together */
  atomic_bool stop;

  pthread_mutex_t lock; /* guards all below, and the store */
  pthread_cond_t change;
  unsigned char *state; /* by cell: cell_state */
  size_t next;          /* the first of plan->order that may be to do */
  size_t running, alive;
  double memory_taken;
  double cost, cost_done; /* of what this call has to do */
  lip_sweep_result result;
  lip_status st; /* what ends the sweep early */
  lip_error err;
} sweep;

/* The most expensive cell to do that fits in memory beside the others; alone, every one does.
   plan->cells: none. */
static size_t choose_cell(sweep *s, bool *left)
{
  const lip_plan *plan = s->plan;

  *left = false;
  while (s->next < plan->cells && s->state[plan->order[s->next]] != TO_DO) s->next++;
  for (size_t i = s->next; i < plan->cells; i++) {
    size_t cell = plan->order[i];

    if (s->state[cell] != TO_DO) continue;
    *left = true;
    if (s->running == 0 || s->memory_taken + lip_cell_memory(&plan->cell[cell]) <= s->memory)
      return cell;
  }
  return plan->cells;
}

static bool asked_to_stop(void *context)
{
  sweep *s = context;

  if (!atomic_load(&s->stop) && s->control && s->control->stop &&
      s->control->stop(s->control->context))
    atomic_store(&s->stop, true);
  return atomic_load(&s->stop);
}

static void count_row(lip_sweep_result *result, lip_run_status status)
{
  result->done++;
  result->kept += status == LIP_RUN_KEPT;
  result->failed += status == LIP_RUN_FAILED;
}

/* With the lock held: what became of a cell. The first cause of an early end is the one reported.
 */
static void finish_cell(sweep *s, size_t cell, lip_status st, const lip_run *run, lip_error *err)
{
  if (st == LIP_OK) st = lip_store_add_run(s->store, run, err);
  if (st == LIP_OK) {
    s->state[cell] = DONE;
    s->cost_done += s->plan->cell[cell].cost;
    count_row(&s->result, run->status);
    return;
  }
  atomic_store(&s->stop, true);
  if (s->st != LIP_OK) return;
  s->st = st;
  s->err = *err;
}

static void *worker_main(void *context)
{
  sweep *s = context;
  const lip_control control = {asked_to_stop, NULL, s};

  (void)pthread_mutex_lock(&s->lock);
  while (!asked_to_stop(s)) {
    bool left;
    size_t cell = choose_cell(s, &left);
    double memory = 0;
    lip_error err = {""};
    lip_run run = {0};
    lip_status st;

    if (!left) break;
    if (cell == s->plan->cells) {
      (void)pthread_cond_wait(&s->change, &s->lock);
      continue;
    }
    memory = lip_cell_memory(&s->plan->cell[cell]);
    s->state[cell] = TAKEN;
    s->running++;
    s->memory_taken += memory;
    (void)pthread_mutex_unlock(&s->lock);
    st = lip_run_cell(&s->plan->cell[cell], &s->bench, &run, &control, &err);
    (void)pthread_mutex_lock(&s->lock);
    s->running--;
    s->memory_taken -= memory;
    finish_cell(s, cell, st, &run, &err);
    lip_run_clear(&run);
    (void)pthread_cond_broadcast(&s->change);
  }
  s->alive--;
  (void)pthread_cond_broadcast(&s->change);
  (void)pthread_mutex_unlock(&s->lock);
  return NULL;
}

static void report_progress(const sweep *s)
{
  lip_sweep_result now = s->result;
  double done = s->cost > 0 ? s->cost_done / s->cost : 1;
  char text[128];

  if (!s->control || !s->control->progress) return;
  (void)snprintf(text, sizeof text, "%zu of %zu done, %zu kept, %zu failed, %zu running", now.done,
                 now.runs, now.kept, now.failed, s->running);
  s->control->progress(s->control->context, done, text);
}

/* Until the last worker is gone: every tenth of a second, and whenever a cell ends. */
static void watch(sweep *s)
{
  (void)pthread_mutex_lock(&s->lock);
  while (s->alive > 0) {
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 100000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&s->change, &s->lock, &until);
    if (asked_to_stop(s))
      (void)pthread_cond_broadcast(&s->change); /* for those that wait for memory */
    report_progress(s);
  }
  (void)pthread_mutex_unlock(&s->lock);
}

static lip_status run_workers(sweep *s, size_t workers, lip_error *err)
{
  lip_status st = LIP_OK;
  pthread_t *thread = lip_alloc(workers, sizeof *thread);
  size_t started = 0;

  if (!thread) return lip_fail(err, LIP_ENOMEM, "no memory for %zu workers", workers);
  (void)pthread_mutex_lock(&s->lock);
  for (; started < workers; started++)
    if (pthread_create(&thread[started], NULL, worker_main, s) != 0) break;
  s->alive = started;
  (void)pthread_mutex_unlock(&s->lock);
  if (started == 0) st = lip_fail(err, LIP_ENOMEM, "no thread can be started");
  watch(s);
  for (size_t i = 0; i < started; i++) (void)pthread_join(thread[i], NULL);
  lip_free(thread);
  return st;
}

/* A row of the store: a cell of the plan may be done, an L* known. */
static void take_row(void *context, const lip_run *run)
{
  sweep *s = context;
  size_t cell = lip_plan_find(s->plan, run->key);
  lip_error err;

  if (run->l_star >= 0) /* not NaN */
    if (lip_smallest_know(s->bench.smallest, &run->sample, run->l_star, &err) != LIP_OK)
      return; /* it is computed again */
  if (cell == s->plan->cells || s->state[cell] == DONE) return;
  s->state[cell] = DONE;
  count_row(&s->result, run->status);
}

static lip_status prepare(sweep *s, const char *store, const lip_sweep_options *options,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  pthread_condattr_t clock;

  s->state = lip_alloc_zero(s->plan->cells, 1);
  if (!s->state) FAIL(LIP_ENOMEM, "no memory for %zu cells", s->plan->cells);
  (void)pthread_mutex_init(&s->lock, NULL);
  (void)pthread_condattr_init(&clock);
  (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&s->change, &clock);
  (void)pthread_condattr_destroy(&clock);
  s->memory = 1e9 * options->memory;
  s->bench.keep = options->keep;
  lip_describe_machine(s->bench.machine, sizeof s->bench.machine);
  TRY(lip_smallest_create(&s->bench.smallest, err));
  if (options->keep && mkdir(options->keep, 0777) != 0 && errno != EEXIST)
    FAIL(LIP_EIO, "%s: cannot be made: %s", options->keep, strerror(errno));
  TRY(lip_store_open(store, &s->store, err));
  TRY(lip_store_each_run(s->store, take_row, s, err));
  TRY(lip_store_add_plan(s->store, s->plan, err));
  for (size_t i = 0; i < s->plan->cells; i++)
    if (s->state[i] == TO_DO) s->cost += s->plan->cell[i].cost;
done:
  return st;
}

static void clear(sweep *s)
{
  lip_store_close(s->store);
  lip_smallest_free(s->bench.smallest);
  if (s->state) {
    (void)pthread_cond_destroy(&s->change);
    (void)pthread_mutex_destroy(&s->lock);
  }
  lip_free(s->state);
}

lip_status lip_sweep(const lip_plan *plan, const char *store, const lip_sweep_options *options,
                     lip_sweep_result *result, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double begin = lip_seconds();
  lip_sweep_options defaults;
  sweep s = {.plan = plan, .control = control};
  size_t workers;

  lip_sweep_defaults(&defaults);
  if (!options) options = &defaults;
  s.result.runs = plan->cells;
  s.result.skipped = lip_plan_skipped(plan);
  TRY(prepare(&s, store, options, err));
  workers = options->workers ? options->workers : lip_cores();
  if (workers > plan->cells) workers = plan->cells;
  if (s.result.done < plan->cells) TRY(run_workers(&s, workers, err));
  st = s.st;
  if (st == LIP_OK && s.result.done < plan->cells) st = LIP_EINTERRUPT;
  if (st == LIP_EINTERRUPT) /* a network under way has nothing to add to that */
    FAIL(st, "%s: interrupted with %zu of %zu networks done; call again to continue", store,
         s.result.done, s.result.runs);
  if (st != LIP_OK)
    FAIL(st, "%s (%zu of %zu networks done; call again to continue)", s.err.text, s.result.done,
         s.result.runs);
done:
  s.result.seconds = lip_seconds() - begin;
  *result = s.result;
  clear(&s);
  return st;
}
