/* statistics.h - summaries, straight lines with Student intervals, and model choice by AIC. */
#ifndef LIP_REPORT_STATISTICS_H
#define LIP_REPORT_STATISTICS_H

#include <stddef.h>

/* Of count numbers. sd is the sample deviation (count - 1), NaN for one number; everything is NaN
   for none. */
typedef struct summary {
  size_t count;
  double mean, median, sd, low, high;
} summary;

summary summarise(const double *values, size_t count);

/* The t for which a Student variable with `freedom` > 0 degrees of freedom is at most t with
   probability p, 0 < p < 1. */
double student_quantile(double p, double freedom);

/* An estimate with its two-sided 95 % confidence interval. */
typedef struct estimate {
  double value, low, high;
} estimate;

/* y = intercept + slope x by ordinary least squares. What the points do not determine is NaN: the
   whole fit where x has fewer than two values, the intervals below three points. */
typedef struct line_fit {
  size_t points;
  estimate intercept, slope;
  double r;   /* Pearson's correlation of x and y */
  double rss; /* residual sum of squares */
  double aic; /* m log(rss / m) + 2 * 3, m points, normal errors: intercept, slope, variance */
} line_fit;

line_fit fit_line(const double *x, const double *y, size_t count);

#endif
