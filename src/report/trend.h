/* trend.h - how the measured gradient depends on the size of the network: the law the paper reads
 * off, its rivals, and the exponent. */
#ifndef LIP_REPORT_TREND_H
#define LIP_REPORT_TREND_H

#include "report/experiment.h"

/* Every fit is to the cells' means over seeds, each with the same weight. */
enum { LAWS = 4 };

/* A law y = a + b g(n, d, k). */
typedef struct law {
  const char *name;  /* for tables: "sqrt(n/k)" */
  const char *title; /* for the page: with proper symbols */
  double (*value)(const cell *c);
} law;

/* Experiment 1: sqrt(n/k) and its rivals log(n/k), (n/k)^(1/4), d/n. Experiment 2: sqrt(d) and its
   rivals log(d), d^(1/4), d/n. The paper's own law is the first. */
extern const law laws_of_width[LAWS];
extern const law laws_of_dimension[LAWS];

/* A set of cells and the laws fitted to it. */
typedef struct trend {
  char name[64]; /* "n = 500, d = 50", "all d <= n/10", "k = n, n = 2000" */
  size_t n, d;   /* of a slice; 0 where the set holds several */
  const law *laws;
  size_t cells, runs; /* the set: cells, and kept runs behind them */
  double from, to;    /* the range of the first law's g over them */
  line_fit fit[LAWS];
  line_fit power; /* log y on log(n/k), or on log(d): the slope is the exponent; 1/2 for a
                     gradient proportional to the paper's law */
  double run_r;   /* Pearson's r over single runs instead of the means of cells */
} trend;

typedef struct trend_list {
  trend *trend; /* owned */
  size_t count;
} trend_list;
void trend_list_clear(trend_list *list);

/* Experiment 1. The slices (n, d) with at least MIN_SLICE cells, by n, then d; then the pools "all
   d <= n/10", "all d <= n/5", "all", as far as they hold cells. */
enum { MIN_SLICE = 3 };
LIP_MUST_CHECK lip_status trends_of_width(const experiment *self, trend_list *list, lip_error *err);

/* Experiment 2: which family a cell belongs to; at d = 10 both. */
bool is_blue(const cell *c); /* k = n, "optimal smoothness" */
bool is_red(const cell *c);  /* k = 10 n / d, rounded, "optimal size" */

/* The lowest and highest mean of a family at one n, low <= d <= high. False: it has no cells there.
 */
bool family_span(const experiment *self, size_t n, bool (*family)(const cell *c), double low,
                 double high, double span[2]);

/* Experiment 2: for every n, blue cells with d <= n/10, red cells with n/10 <= d <= n/2, and all
   red cells. n and name are set; d is 0. */
LIP_MUST_CHECK lip_status trends_of_dimension(const experiment *self, trend_list *list,
                                              lip_error *err);

/* The law with the lowest AIC. */
size_t trend_best_law(const trend *self);

/* The trend of that name; NULL where there is none. */
const trend *trend_find(const trend_list *list, const char *name);

#endif
