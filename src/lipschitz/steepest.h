/* steepest.h - the steepest points found so far: where the ascent starts, and a witness. */
#ifndef LIP_LIPSCHITZ_STEEPEST_H
#define LIP_LIPSCHITZ_STEEPEST_H

#include <liplaw/status.h>

typedef struct lip_steepest {
  size_t capacity, count, d;
  double *slope; /* descending; owned, with the points behind it */
  double *point; /* capacity x d */
} lip_steepest;

LIP_MUST_CHECK lip_status lip_steepest_create(size_t capacity, size_t d, lip_steepest *list,
                                              lip_error *err);
void lip_steepest_clear(lip_steepest *list);

/* Keeps x if it is among the `capacity` steepest; of equals the first one stays ahead. A negative
   slope, or NaN, is not kept. */
void lip_steepest_offer(lip_steepest *list, double slope, const double *x);

#endif
