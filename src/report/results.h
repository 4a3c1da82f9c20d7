/* results.h - everything a report says, computed once: cells, fits, criteria. */
#ifndef LIP_REPORT_RESULTS_H
#define LIP_REPORT_RESULTS_H

#include "report/criteria.h"

typedef struct results {
  store_content content;
  experiment width;     /* experiment 1, Figure 2: against sqrt(n/k) */
  experiment dimension; /* experiment 2, Figures 1 and 3: against sqrt(d) */
  trend_list width_trends, dimension_trends;
  criterion_list criteria; /* of the experiments that the store holds */
} results;

/* Experiment 1 is the blocks "exp1...", experiment 2 the blocks "exp2..."; a store that has neither
   is shown as experiment 1.
   return  LIP_OK; LIP_EINPUT where the store holds no runs; what reading the store returns */
LIP_MUST_CHECK lip_status results_compute(const char *store, results *out, lip_error *err);
void results_clear(results *self);

#endif
