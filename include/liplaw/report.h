/* liplaw/report.h - figures, tables and one page, computed from a store alone; the papers'
 * experiments. */
#ifndef LIPLAW_REPORT_H
#define LIPLAW_REPORT_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lip_verdict { LIP_FAIL, LIP_PASS, LIP_NO_VERDICT } lip_verdict;

/* One criterion of a reproduction (theory.md 2.4): a value, the range it should lie in, a verdict.
 */
typedef struct lip_criterion {
  char name[96];
  double value, low, high; /* NaN where there is none; low or high infinite for one-sided ranges */
  lip_verdict verdict;
  char reason[160]; /* why there is no verdict; empty otherwise */
} lip_criterion;

/* What was written. */
typedef struct lip_report_result {
  lip_criterion *criterion; /* owned */
  size_t criteria;
  char **file; /* owned: paths below the folder, the page first */
  size_t files;
} lip_report_result;
LIP_PUBLIC void lip_report_clear(lip_report_result *result);

/* Writes figures (svg, pdf; gnuplot's script and the csv beside each), tables and index.html into
   `folder`, which is made where missing (docs/formats.md). All files are made aside and moved into
   place at the end; the page is the last of them. Needs the program gnuplot.
   result  out  released with lip_report_clear
   return       LIP_OK, whatever the verdicts; LIP_EINPUT: no store, or one without runs; LIP_EIO
                (gnuplot missing or failing, the folder cannot be written); LIP_EINTERRUPT;
                LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_report(const char *store, const char *folder,
                                                lip_report_result *result,
                                                const lip_control *control, lip_error *err);

/* The plan of an experiment of the two-layer paper: name "exp1", "exp2" or "all", scale "quick",
   "half" or "paper". Static text; NULL where there is none. */
LIP_PUBLIC const char *lip_experiment_plan(const char *name, const char *scale);

#ifdef __cplusplus
}
#endif
#endif
