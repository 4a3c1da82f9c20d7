/* liplaw/sweep.h - a grid of trainings: plan, store, run; resumable. */
#ifndef LIPLAW_SWEEP_H
#define LIPLAW_SWEEP_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A plan is text. Lines "key = a, b, c" are crossed; keys are the options of sample, train and
   measure (one `seed` serves all three). A value is a number, a word, or an expression in n and d
   with + - * / ^ ( ) sqrt log min max, rounded to nearest for whole-number options; ranges a:b:s
   (from a to b in steps of s) and a..b*f (geometric, factor f). '#' starts a comment. A line
   "[name]" starts a block: keys before the first block belong to every block, a block's own keys
   come on top, each block is a cross of its own. Cells with k < 1 or beyond a limit (`where` lines,
   option ranges) are skipped and counted; equal cells run once. */
typedef struct lip_plan lip_plan;

LIP_PUBLIC LIP_MUST_CHECK lip_status lip_plan_read(const char *path, lip_plan **plan,
                                                   lip_error *err);
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_plan_parse(const char *name, const char *text,
                                                    lip_plan **plan, lip_error *err);
LIP_PUBLIC void lip_plan_free(lip_plan *plan);
LIP_PUBLIC size_t lip_plan_cells(const lip_plan *plan); /* distinct ones */
LIP_PUBLIC size_t lip_plan_skipped(const lip_plan *plan);

typedef struct lip_sweep_options {
  size_t workers;   /* networks at once, each on one thread; 0: all cores */
  const char *keep; /* a folder for the networks as KEY-HASH.onnx; NULL: none */
} lip_sweep_options;

typedef struct lip_sweep_result {
  size_t runs;   /* distinct cells of the plan */
  size_t done;   /* in the store now, earlier calls included */
  size_t kept;   /* of those: fitted */
  size_t failed; /* of those: ended in an error, with its text in the store */
  size_t skipped;
  double seconds; /* of this call */
} lip_sweep_result;

/* Runs every cell that the store does not hold yet; each is committed as it ends, so that a stop of
   any kind loses at most the networks under way. The store is an SQLite file with the tables
     runs   one row per distinct cell, key = its options as text
     cells  (block, key): which block of the plan asked for which run
     plan   the plan's text, and how many cells it skipped, by block
   A store made by another plan is extended, never overwritten.
   return  LIP_OK; LIP_EINTERRUPT (result filled; call again to go on); LIP_EINPUT; LIP_EIO;
   LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_sweep(const lip_plan *plan, const char *store,
                                               const lip_sweep_options *options,
                                               lip_sweep_result *result, const lip_control *control,
                                               lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
