/* criteria.h - what a reproduction of the two-layer paper's experiments must show (theory.md 2.4).
 */
#ifndef LIP_REPORT_CRITERIA_H
#define LIP_REPORT_CRITERIA_H

#include "report/criterion_list.h"
#include "report/trend.h"

/* The ranges were fixed before the paper-size run; they are not to be moved afterwards. */
typedef struct range {
  double low, high;
} range;
extern const range slice_slope, slice_intercept;

/* A slice (n, d) that criterion (1) speaks of: d <= n/10, at least 5 kept k. And one that is shown
   beside them without a verdict: d <= n/5. */
bool is_judged_slice(const trend *slice);
bool is_shown_slice(const trend *slice);

/* Experiment 1, appended to the list:
   (1) per slice (n, d) with d <= n/10 and at least 5 kept k: r of the cell means against sqrt(n/k)
       at least 0.95, slope in [0.6, 1.3], intercept in [5, 9];
   (2) all d <= n/10 together: r at least 0.85. */
LIP_MUST_CHECK lip_status criteria_of_width(const trend_list *trends, criterion_list *list,
                                            lip_error *err);

/* Experiment 2, appended to the list:
   (3) ratio red / blue at d = n/10: in [1.15, 1.3] for n = 1000, in [1.3, 1.5] for n = 2000, and
       growing with n: the least growth from one n to the next is positive;
   (4) per n: blue at 25 <= d <= n/10 within 25 % of its mean there, at least two d;
   (5) per n: red at n/10 <= d <= n/2 against sqrt(d), at least three d: r at least 0.95, slope in
       [0.7, 1.2]. */
LIP_MUST_CHECK lip_status criteria_of_dimension(const experiment *self, const trend_list *trends,
                                                criterion_list *list, lip_error *err);

#endif
