/* dataset_read.h - reads a data set from content in memory. */
#ifndef LIP_DATA_DATASET_READ_H
#define LIP_DATA_DATASET_READ_H

#include <liplaw/dataset.h>

/* As lip_dataset_read for a single file, npz or csv, which stands in memory; the error's text does
   not name the file. */
LIP_MUST_CHECK lip_status lip_dataset_parse(const void *bytes, size_t size,
                                            const lip_read_options *options, lip_dataset **data,
                                            lip_error *err);

#endif
