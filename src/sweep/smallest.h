/* smallest.h - L* of the data sets of a sweep, each computed once, shared by all workers. */
#ifndef LIP_SWEEP_SMALLEST_H
#define LIP_SWEEP_SMALLEST_H

#include <liplaw/dataset.h>

typedef struct lip_smallest lip_smallest;

LIP_MUST_CHECK lip_status lip_smallest_create(lip_smallest **table, lip_error *err);
void lip_smallest_free(lip_smallest *table); /* takes NULL; no worker may be left */

/* Notes a value that is known, from an earlier call's store. */
LIP_MUST_CHECK lip_status lip_smallest_know(lip_smallest *table, const lip_sample_options *sample,
                                            double value, lip_error *err);

/* The value for `data`, the sample of these options. From any thread: the first one computes,
   others that ask for the same wait for it. return  as lip_smallest_constant */
LIP_MUST_CHECK lip_status lip_smallest_of(lip_smallest *table, const lip_sample_options *sample,
                                          const lip_dataset *data, double *value,
                                          const lip_control *control, lip_error *err);

#endif
