/* smallest_constant.h - the smallest constant of a data set, on a given team of threads. */
#ifndef LIP_DATA_SMALLEST_CONSTANT_H
#define LIP_DATA_SMALLEST_CONSTANT_H

#include <liplaw/dataset.h>

#include "base/parallel.h"

/* As lip_smallest_constant; the result does not depend on the team. */
LIP_MUST_CHECK lip_status lip_smallest_constant_on(lip_team *team, const lip_dataset *data,
                                                   size_t capacity, lip_pair *pairs, size_t *count,
                                                   double *value, const lip_control *control,
                                                   lip_error *err);

#endif
