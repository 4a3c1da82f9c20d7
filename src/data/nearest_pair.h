/* nearest_pair.h - the two different points of a set that are nearest to each other. */
#ifndef LIP_DATA_NEAREST_PAIR_H
#define LIP_DATA_NEAREST_PAIR_H

#include <liplaw/dataset.h>

#include "base/parallel.h"

/* Equal rows count as one point.
   A     in   n x d, row-major, finite
   pair  out  the least distance |a_i - a_j| > 0 and the first pair that has it, i < j, slope 0;
              distance infinite and i = j = 0 where all rows are equal
   accuracy   of differences, to a few ulps; no pair is missed by the cancellation of products
   cost       n^2 d / 2 products in single precision, n d floats and 1 MB per thread
   return     LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where a distance overflows */
LIP_MUST_CHECK lip_status lip_nearest_pair(lip_team *team, const double *A, size_t n, size_t d,
                                           lip_pair *pair, const lip_control *control,
                                           lip_error *err);

#endif
