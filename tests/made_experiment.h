/* made_experiment.h - an experiment made by hand, for the tests of reports. */
#ifndef LIP_TESTS_MADE_EXPERIMENT_H
#define LIP_TESTS_MADE_EXPERIMENT_H

#include "report/experiment.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { MOST_RUNS = 400 };

/* A store's content of one block. */
static struct made_experiment {
  lip_store_block block;
  lip_run row[MOST_RUNS];
  char key[MOST_RUNS][32];
  lip_run *rows;
  size_t count;
  store_content content;
  experiment experiment; /* once it is gathered; cleared by the test */
} made;

static inline void begin_experiment(const char *block)
{
  memset(&made, 0, sizeof made);
  (void)snprintf(made.block.name, sizeof made.block.name, "%s", block);
  made.rows = made.row;
}

/* A kept run with nothing measured but what the test fills in. */
static inline lip_run *add_run(size_t n, size_t d, size_t k, uint64_t seed)
{
  lip_run *run = &made.row[made.count];

  assert_true(made.count < MOST_RUNS);
  (void)snprintf(made.key[made.count], sizeof made.key[0], "%zu %zu %zu %d", n, d, k, (int)seed);
  *run = (lip_run){.key = made.key[made.count++], .status = LIP_RUN_KEPT};
  run->sample.n = n;
  run->sample.d = d;
  run->train.k = k;
  run->train.seed = seed;
  run->train.eps = 0.02;
  run->train.learning_rate = 1e-3;
  return run;
}

static inline void gather_experiment(void)
{
  made.block.cells = made.block.done = made.count;
  made.content = (store_content){&made.block, &made.rows, &made.count, 1};
  assert_int_equal(experiment_gather(&made.content, "exp", &made.experiment, NULL), LIP_OK);
}

#endif
