/* effective_dimension.h - how many dimensions a set of points has, by its covariance. */
#ifndef LIP_DATA_EFFECTIVE_DIMENSION_H
#define LIP_DATA_EFFECTIVE_DIMENSION_H

#include <liplaw/status.h>

#include "base/parallel.h"

/* Estimates, of a sample; C is its covariance (1/n). All NaN where all points are equal. */
typedef struct lip_dimension {
  size_t points;
  double mean_square; /* E |x - E x|^2 = tr C */
  double largest;     /* lambda_max(C) */
  double effective;   /* E |x|^2 / lambda_max(C): one over it where E |x|^2 = 1; for N(0, I/d) this
                         tends to d */
  double effective_rank; /* tr C / lambda_max(C) */
  double participation;  /* (tr C)^2 / tr C^2 */
} lip_dimension;

/* E |x|^2 of all rows, for `scale` below. */
double lip_mean_square(const double *X, size_t n, size_t d);

/* X      in   n x d, row-major, finite
   rows   in   the `count` rows that are meant, or NULL: all n = count
   scale  in   E |x|^2 that the effective dimension is for: of all points, also for one class
   return      LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where a square overflows
   cost        count d min(count, d) products on the team, 4 count d more for each Lanczos step; a
   copy of the rows and 4 MB a thread */
LIP_MUST_CHECK lip_status lip_effective_dimension(lip_team *team, const double *X, size_t d,
                                                  const size_t *rows, size_t count, double scale,
                                                  lip_dimension *found, const lip_control *control,
                                                  lip_error *err);

#endif
