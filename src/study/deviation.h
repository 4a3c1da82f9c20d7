/* deviation.h - how far a function's values deviate: variance, tail, and the isoperimetry constant
 * that they force (theory.md U1). */
#ifndef LIP_STUDY_DEVIATION_H
#define LIP_STUDY_DEVIATION_H

#include <stddef.h>

enum { TAIL_LEVELS = 10 };

typedef struct deviation {
  double sd;
  double variance, variance_error; /* and its standard error, from the fourth moment */
  double constant;                 /* 99 % lower limit of sup over t of t^2 / (2 log(2 / P)) */
  double tail[TAIL_LEVELS];        /* |f - mean| that a share 1/2, 1/4, ... exceeds */
} deviation;

/* Of n values; they are sorted by their distance to the mean on the way. */
deviation deviation_of(size_t n, double *value);

/* The p-quantile of Beta(a, b): bisection of the distribution function. */
double beta_quantile(double p, double a, double b);

/* Of f(x) = distance to {at most d/2 pluses}, x uniform on {-1/sqrt d, 1/sqrt d}^d, d even, by the
   binomial distribution: f = 2 sqrt(m/d) with m = pluses - d/2, or 0. */
typedef struct hypercube_exact {
  double mean, sd;
  double constant; /* the least c of Definition 1.1 for this f alone */
} hypercube_exact;
hypercube_exact hypercube_exactly(size_t d);

/* P(|f - E f| >= t) of the same. */
double hypercube_tail(size_t d, double t);

#endif
