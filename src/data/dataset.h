/* dataset.h - a data set made of arrays that exist. */
#ifndef LIP_DATA_DATASET_H
#define LIP_DATA_DATASET_H

#include <liplaw/dataset.h>

/* Takes *X (n x d) and *y (n x m) over and sets them to NULL; on failure they stay the caller's.
   n and d are at least 1, and so is m where *y is not NULL. */
LIP_MUST_CHECK lip_status lip_dataset_adopt(size_t n, size_t d, size_t m, double **X, double **y,
                                            lip_dataset **data, lip_error *err);

/* Leaves the points alone: m is 0, y NULL. */
void lip_dataset_drop_labels(lip_dataset *data);

#endif
