/* liplaw/sweep.h - a grid of trainings: plan, store, run; resumable. */
#ifndef LIPLAW_SWEEP_H
#define LIPLAW_SWEEP_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A plan is text, line by line:

     n    = 500, 1000                   # a value, or several, comma-separated; lines are crossed
     d    = n/10, n/5                   # d may speak of n, every other key of n and d
     k    = 10..n times 2, 10*n/d       # a range: from 10, doubled while it is at most n
     seed = 0..4                        # a range: 0, 1, 2, 3, 4; "0..100 step 25" is a wider one
     where = 10 <= k <= 2*n, k*d >= n   # in n, d, k and seed: every comparison must hold

   Keys are the options of `liplaw sample`, `train` and `measure`; one `seed` serves all three, n, d
   and k must be given. A value is an expression with + - * / ^ ( ) sqrt log min max, rounded to
   nearest (halves away from zero) for whole-number options; or a word for the others. A line
   "[name]" starts a block: keys before the first block belong to every block, a block's own keys
   replace them, `where` lines add up; each block is a cross of its own. A plan without blocks is
   one block named "all".
   Combinations with n, d or k (or what follows from an expression) outside the option's range, or
   against a condition, are skipped and counted; equal cells run once. At most a million
   combinations. The whole syntax is in docs/formats.md. */
typedef struct lip_plan lip_plan;

/* return  LIP_OK; LIP_EINPUT with file, line and cause; LIP_EIO; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_plan_read(const char *path, lip_plan **plan,
                                                   lip_error *err);
/* name  in  stands in error texts where a file's name would */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_plan_parse(const char *name, const char *text,
                                                    lip_plan **plan, lip_error *err);
LIP_PUBLIC void lip_plan_free(lip_plan *plan);          /* takes NULL */
LIP_PUBLIC size_t lip_plan_cells(const lip_plan *plan); /* distinct ones */
LIP_PUBLIC size_t lip_plan_skipped(const lip_plan *plan);
/* Floating-point operations of one training step of every cell together: sum of 4 n k d. */
LIP_PUBLIC double lip_plan_step_flops(const lip_plan *plan);

typedef struct lip_sweep_options {
  size_t workers; /* networks at once, each on one thread; 0: all cores */
  double memory;  /* GB: no network is started beside others that would need more together */
  const char
      *keep; /* a folder for the networks as HASH-OF-KEY.onnx, made where missing; NULL: none */
} lip_sweep_options;

LIP_PUBLIC void lip_sweep_defaults(lip_sweep_options *options);

typedef struct lip_sweep_result {
  size_t runs;   /* distinct cells of the plan */
  size_t done;   /* of those, in the store now, earlier calls included */
  size_t kept;   /* of those: fitted */
  size_t failed; /* of those: ended in an error, with its text in the store */
  size_t skipped;
  double seconds; /* of this call */
} lip_sweep_result;

/* Runs every cell that the store does not hold yet; each is committed as it ends, so that a stop of
   any kind loses at most the networks under way. The finished store depends on the plan alone, but
   for the columns of time and machine: not on the number of workers, nor on stops between.
   The store is an SQLite file (docs/formats.md). One made by another plan is extended, never
   overwritten; one that another sweep is filling, or that is no store, is refused untouched.
   return  LIP_OK; LIP_EINTERRUPT (call again to go on), LIP_EIO, LIP_ENOMEM: result filled;
           LIP_EINPUT: the store or the folder is refused, result filled with zeros */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_sweep(const lip_plan *plan, const char *store,
                                               const lip_sweep_options *options,
                                               lip_sweep_result *result, const lip_control *control,
                                               lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
