/* store.h - the results store: one SQLite file, one row per network. */
#ifndef LIP_SWEEP_STORE_H
#define LIP_SWEEP_STORE_H

#include <liplaw/dataset.h>
#include <liplaw/measure.h>
#include <liplaw/train.h>

typedef enum lip_run_status {
  LIP_RUN_KEPT,     /* fitted */
  LIP_RUN_UNFITTED, /* the step limit came first */
  LIP_RUN_FAILED,   /* ended in an error */
} lip_run_status;

/* One row of the store. What does not exist (results of a failed run) is NaN, 0 or "". */
typedef struct lip_run {
  char *key;    /* the options as text: owned */
  char *domain; /* what measure.domain points to: owned */
  lip_sample_options sample;
  lip_train_options train;
  lip_measure_options measure;

  lip_run_status status;
  char error[512];
  /* Results: the same on every machine of a kind, with any number of workers. */
  size_t parameters, steps_taken;
  double loss, sign_accuracy;
  bool fitted;
  double max_random_gradient; /* the paper's measure: max |grad f(z)| over fresh z ~ N(0, I/d) */
  double max_data_gradient;   /* the same over the data points */
  /* The bracket on the plan's domain; where that is the space, also on the smallest ball around 0
     that holds the data (radius data_radius), and on the unit sphere, tangential. */
  double lower, upper;
  char lower_method[24], upper_method[24];
  double data_radius, lower_ball, upper_ball, lower_sphere, upper_sphere;
  bool certified;            /* all of these brackets are proved, rounding counted */
  double path_norm, product; /* upper estimates: sum |a_l||w_l|, and Theorem 3's product */
  double l_star;             /* the smallest constant of any function through the data */
  /* Times and machine: may differ between runs of the same plan. */
  double seconds_train, seconds_measure, seconds;
  char finished[24]; /* UTC, 2026-01-31T23:59:59Z */
  char machine[96], version[16], kernel[16], blas_kernel[24];
} lip_run;

/* A block of a plan, as far as the store has it. */
typedef struct lip_store_block {
  char name[64];
  size_t cells;   /* that the plan asked for */
  size_t done;    /* of those, rows in the store */
  size_t skipped; /* combinations that the plan left out */
} lip_store_block;

/* For readers: works beside a sweep that is filling the store, and never changes it.
   return  LIP_OK; LIP_EIO; LIP_EINPUT: not a store, or one of another version; LIP_ENOMEM */

/* The blocks, in the order in which plans named them. */
LIP_MUST_CHECK lip_status lip_store_blocks(const char *path, lip_store_block **blocks,
                                           size_t *count, lip_error *err); /* lip_free */

/* The finished rows of a block (all rows of the store where block is NULL), sorted by n, d, k, eps,
   learning rate, seed, key. An unknown block has no rows. */
LIP_MUST_CHECK lip_status lip_store_runs(const char *path, const char *block, lip_run **runs,
                                         size_t *count, lip_error *err);
void lip_runs_free(lip_run *runs, size_t count);
void lip_run_clear(lip_run *run);

/* Writes all rows, sorted by key, as csv with a header line; numbers with 17 digits, what does not
   exist empty.
   times  in  false: leaves out the columns of time and machine, so that equal sweeps give equal
              bytes */
LIP_MUST_CHECK lip_status lip_store_write_csv(const char *path, const char *block, bool times,
                                              const char *csv, lip_error *err);

#endif
