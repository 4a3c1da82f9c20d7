/* interval.h - intervals with outward rounding. */
#ifndef LIP_LINALG_INTERVAL_H
#define LIP_LINALG_INTERVAL_H

#include "linalg/round.h"

#include <stdbool.h>
#include <stddef.h>

/* All real t with low <= t <= high; ends may be infinite; never NaN. */
typedef struct lip_interval {
  double low, high;
} lip_interval;

lip_interval lip_interval_of(double x);
lip_interval lip_interval_add(lip_interval s, lip_interval t);
lip_interval lip_interval_sub(lip_interval s, lip_interval t);
lip_interval lip_interval_mul(lip_interval s, lip_interval t);  /* 0 times infinite is 0 */
lip_interval lip_interval_over(lip_interval s, lip_interval t); /* s / t for t > 0; unknown where t
                                                                   may be 0 or below */
lip_interval lip_interval_sqrt(lip_interval t);                 /* of the part at or above 0 */

/* sum x_i y_i, enclosed: a few units in the last place of the result where it does not cancel
   (twice the working precision inside). Infinite ends on overflow. */
lip_interval lip_interval_dot(size_t n, const double *x, const double *y);

/* |x|, enclosed; no overflow or underflow on the way. */
lip_interval lip_interval_norm(size_t n, const double *x);

#endif
