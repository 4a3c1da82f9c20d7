/* parallel.c - a loop over independent tasks on several threads: POSIX threads that sleep between
   loops on a condition variable, after a short spin. */
#include "base/parallel.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { SPINS = 4000 };

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

typedef struct worker {
  lip_team *team;
  size_t number;
  pthread_t thread;
} worker;

struct lip_team {
  size_t size;
  worker *workers; /* size - 1 of them: the caller is thread 0 */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_uint loop;      /* the number of the loop under way; a new number wakes the workers */
  atomic_size_t next;    /* the next task to hand out */
  atomic_size_t running; /* workers still in the loop */
  bool stop;
  size_t tasks;
  void (*body)(void *context, size_t task, size_t thread);
  void *context;
};

size_t lip_cores(void)
{
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

  return count > 0 ? (size_t)count : 1;
}

static void work(lip_team *team, size_t thread)
{
  for (;;) {
    size_t task = atomic_fetch_add(&team->next, 1);

    if (task >= team->tasks) return;
    team->body(team->context, task, thread);
  }
}

static void wait_for_loop(lip_team *team, unsigned seen)
{
  for (int spin = 0; spin < SPINS; spin++) {
    if (atomic_load(&team->loop) != seen) return;
    relax();
  }
  (void)pthread_mutex_lock(&team->lock);
  while (atomic_load(&team->loop) == seen) (void)pthread_cond_wait(&team->wake, &team->lock);
  (void)pthread_mutex_unlock(&team->lock);
}

static void *worker_main(void *argument)
{
  worker *self = argument;
  unsigned seen = 0;

  for (;;) {
    wait_for_loop(self->team, seen);
    seen++;
    if (self->team->stop) return NULL;
    work(self->team, self->number);
    atomic_fetch_sub(&self->team->running, 1);
  }
}

static void start_loop(lip_team *team)
{
  atomic_store(&team->next, 0);
  atomic_store(&team->running, team->size - 1);
  (void)pthread_mutex_lock(&team->lock);
  atomic_fetch_add(&team->loop, 1);
  (void)pthread_cond_broadcast(&team->wake);
  (void)pthread_mutex_unlock(&team->lock);
}

/* A worker that the system has put to sleep needs the core that a longer spin would keep. */
static void wait_for_workers(const lip_team *team)
{
  for (int spin = 0; atomic_load(&team->running) > 0; spin++) {
    if (spin < SPINS)
      relax();
    else
      (void)sched_yield();
  }
}

lip_team *lip_team_create(size_t threads)
{
  size_t size = threads ? threads : lip_cores();
  lip_team *team = lip_alloc_zero(1, sizeof *team);

  if (!team) return NULL;
  team->size = 1;
  team->workers = lip_alloc_zero(size, sizeof *team->workers);
  (void)pthread_mutex_init(&team->lock, NULL);
  (void)pthread_cond_init(&team->wake, NULL);
  for (size_t i = 1; team->workers && i < size; i++) {
    worker *one = &team->workers[i - 1];

    *one = (worker){.team = team, .number = i};
    if (pthread_create(&one->thread, NULL, worker_main, one) != 0) break;
    team->size++;
  }
  if (!team->workers || team->size != size) {
    lip_team_free(team);
    return NULL;
  }
  return team;
}

void lip_team_free(lip_team *team)
{
  if (!team) return;
  team->stop = true;
  start_loop(team);
  for (size_t i = 1; i < team->size; i++) (void)pthread_join(team->workers[i - 1].thread, NULL);
  (void)pthread_cond_destroy(&team->wake);
  (void)pthread_mutex_destroy(&team->lock);
  lip_free(team->workers);
  lip_free(team);
}

size_t lip_team_size(const lip_team *team)
{
  return team->size;
}

void lip_team_run(lip_team *team, size_t tasks,
                  void (*body)(void *context, size_t task, size_t thread), void *context)
{
  team->tasks = tasks;
  team->body = body;
  team->context = context;
  if (team->size > 1 && tasks > 1) {
    start_loop(team);
    work(team, 0);
    wait_for_workers(team);
  } else {
    atomic_store(&team->next, 0);
    work(team, 0);
  }
}
