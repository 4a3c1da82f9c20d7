/* sample_labels.h - labels of sampled points. */
#ifndef LIP_DATA_SAMPLE_LABELS_H
#define LIP_DATA_SAMPLE_LABELS_H

#include <liplaw/dataset.h>

/* Fills y, g, z and the noise level of data whose points are there.
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_sample_labels(const lip_sample_options *options, lip_dataset *data,
                                            lip_error *err);

#endif
