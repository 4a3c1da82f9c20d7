/* experiment.h - the runs of an experiment, gathered from a store into cells. */
#ifndef LIP_REPORT_EXPERIMENT_H
#define LIP_REPORT_EXPERIMENT_H

#include "report/statistics.h"
#include "sweep/store.h"

/* All that a report knows: a store, read once. */
typedef struct store_content {
  lip_store_block *block; /* owned */
  lip_run **runs;         /* owned: the rows of each block */
  size_t *count;
  size_t blocks;
} store_content;

LIP_MUST_CHECK lip_status store_content_read(const char *store, store_content *content,
                                             lip_error *err);
void store_content_clear(store_content *content);

/* Equal in everything but the seed. Statistics are over the seeds that were kept. */
typedef struct cell {
  size_t n, d, k;
  double eps, rate; /* the stop rule's loss, and the learning rate */
  size_t attempted, kept, failed;
  const lip_run *const *run; /* attempted of them, sorted by seed; borrowed */
  summary gradient;          /* the paper's measure: the largest random gradient */
  summary lower;             /* the best lower estimate of the Lipschitz constant */
  summary path_norm;         /* sum |a_l||w_l|, an upper estimate */
  summary optimum;           /* L*, over all attempted runs: it needs no network */
  summary steps;             /* taken, over all attempted runs that did not fail */
} cell;

/* The runs of the blocks whose name starts with `prefix`, each once, sorted by n, d, k, eps,
   learning rate, seed. Most runs share one learning rate and one eps: those of the main cells, from
   which figures and fits are made; the others show the sensitivity. */
typedef struct experiment {
  const lip_run **run; /* owned array of borrowed rows */
  size_t runs, kept, failed;
  size_t skipped; /* combinations that the plan left out */
  size_t pending; /* cells that the plan asks for and the store does not hold yet */
  cell *cell;     /* owned */
  size_t cells;
  double eps, rate; /* of the main cells */
} experiment;

/* prefix  in  "": all blocks. An experiment without runs is no error. */
LIP_MUST_CHECK lip_status experiment_gather(const store_content *content, const char *prefix,
                                            experiment *out, lip_error *err);
void experiment_clear(experiment *self);

/* Main cells with at least one kept run: those that can be drawn and fitted. */
bool cell_is_drawn(const experiment *self, const cell *c);

/* The largest n that can be drawn; 0 where there is none. */
size_t experiment_largest_n(const experiment *self);

/* The cell of the same (n, d, k), eps and learning rate; NULL where there is none. */
const cell *experiment_find(const experiment *self, size_t n, size_t d, size_t k, double eps,
                            double rate);

#endif
