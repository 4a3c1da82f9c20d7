/* sample.h - sampling on a given team of threads. */
#ifndef LIP_DATA_SAMPLE_H
#define LIP_DATA_SAMPLE_H

#include <liplaw/dataset.h>

#include "base/parallel.h"

/* As lip_sample; the bytes do not depend on the team. team: NULL: the caller alone. */
LIP_MUST_CHECK lip_status lip_sample_on(lip_team *team, const lip_sample_options *options,
                                        lip_dataset **data, lip_error *err);

#endif
