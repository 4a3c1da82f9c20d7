/* dataset.h - a data set made of arrays that exist. */
#ifndef LIP_DATA_DATASET_H
#define LIP_DATA_DATASET_H

#include <liplaw/dataset.h>

/* Takes *X (n x d) and *y (n x m) over and sets them to NULL; on failure they stay the caller's.
   n, d and m are at least 1. */
LIP_MUST_CHECK lip_status lip_dataset_adopt(size_t n, size_t d, size_t m, double **X, double **y,
                                            lip_dataset **data, lip_error *err);

#endif
