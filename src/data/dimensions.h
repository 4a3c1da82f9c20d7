/* dimensions.h - how many dimensions a data set has, by three estimators. */
#ifndef LIP_DATA_DIMENSIONS_H
#define LIP_DATA_DIMENSIONS_H

#include <liplaw/dataset.h>

#include "data/effective_dimension.h"
#include "data/two_nearest.h"

/* Estimates. */
typedef struct lip_dimensions {
  lip_dimension whole;
  lip_two_nearest neighbours;
  size_t classes;
  lip_dimension *of_class; /* owned; all but points NaN where too few for an estimate */
  double least, largest;   /* of all of them, within [1, d]; of a class only its effective one */
} lip_dimensions;

/* most      in   points that are compared for the two-neighbour dimension; 0: all
   classes   in   also within each class: points of equal labels, one a point
   found     out  released with lip_dimensions_clear; NaN where all points are equal
   return         LIP_OK; LIP_EINPUT where there are no classes, or more than 1000; LIP_EINTERRUPT;
                  LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_find_dimensions(lip_team *team, const lip_dataset *data, size_t most,
                                              bool classes, lip_dimensions *found,
                                              const lip_control *control, lip_error *err);
void lip_dimensions_clear(lip_dimensions *found); /* takes one that is zeroed */

#endif
