/* idx.h - reads a data set from two IDX files (the format of MNIST). */
#ifndef LIP_DATA_IDX_H
#define LIP_DATA_IDX_H

#include <liplaw/dataset.h>

typedef struct lip_idx_file {
  const char *name; /* stands in error texts */
  const void *bytes;
  size_t size;
} lip_idx_file;

/* Either file may be gzipped. Images have at least two dimensions, the first one counts the points
   and the others are laid in a row; labels have one. Bytes of images are divided by 255, all else
   is taken as it stands.
   rows    in   only the first so many points; 0: all
   return       LIP_OK; LIP_EINPUT naming file, place and cause; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_idx_parse(const lip_idx_file *images, const lip_idx_file *labels,
                                        size_t rows, lip_dataset **data, lip_error *err);

#endif
