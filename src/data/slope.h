/* slope.h - how far two rows are apart, and the slope between two points. */
#ifndef LIP_DATA_SLOPE_H
#define LIP_DATA_SLOPE_H

#include <liplaw/dataset.h>

/* |y_i - y_j| / |x_i - x_j| of a data set, from the differences, to a few ulps, whatever the scale
   of the data; infinite where the points are equal and the labels are not, and only there: a slope
   beyond the doubles is told as the largest of them. The distance is infinite, or 0 for points that
   differ, only where no double holds it. */
lip_pair lip_slope_between(const lip_dataset *data, size_t i, size_t j);

#endif
