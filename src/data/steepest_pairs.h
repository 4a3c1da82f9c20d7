/* steepest_pairs.h - the steepest pairs seen so far. */
#ifndef LIP_DATA_STEEPEST_PAIRS_H
#define LIP_DATA_STEEPEST_PAIRS_H

#include <liplaw/dataset.h>

/* Sorted: steepest first, equal slopes by (i, j). Which pairs it holds does not depend on the order
   in which they came. */
typedef struct lip_steepest_pairs {
  size_t room, count; /* room >= 1 */
  lip_pair *pair;     /* borrowed */
} lip_steepest_pairs;

/* Pairs of slope 0 are not kept. */
void lip_steepest_pairs_add(lip_steepest_pairs *list, lip_pair pair);

/* A pair below this slope will not enter: that of the last one where the list is full, else 0. */
double lip_steepest_pairs_threshold(const lip_steepest_pairs *list);

#endif
