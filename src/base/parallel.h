/* parallel.h - a loop over independent tasks on several threads. */
#ifndef LIP_BASE_PARALLEL_H
#define LIP_BASE_PARALLEL_H

#include <stddef.h>

/* The number of cores this process may use, at least 1. */
size_t lip_cores(void);

/* A team of threads that waits between loops (a few microseconds each), so that a training step can
   be cut into loops. threads 0: lip_cores(). NULL when memory or threads are out. With one thread
   everything runs in the caller. */
typedef struct lip_team lip_team;
lip_team *lip_team_create(size_t threads);
void lip_team_free(lip_team *team); /* takes NULL */
size_t lip_team_size(const lip_team *team);

/* Calls body(context, task, thread) for every task in [0, tasks), thread in [0, team size), in any
   order; returns when all are done. Tasks are handed out one by one. */
void lip_team_run(lip_team *team, size_t tasks,
                  void (*body)(void *context, size_t task, size_t thread), void *context);

#endif
