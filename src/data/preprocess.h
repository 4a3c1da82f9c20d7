/* preprocess.h - what the reading options do to a data set: transpose, mean, scale, positive. */
#ifndef LIP_DATA_PREPROCESS_H
#define LIP_DATA_PREPROCESS_H

#include <liplaw/dataset.h>

#include "data/words.h"

/* In this order: every point is transposed; the mean is subtracted and the scale divided by, both
   in the order after transposing; class labels become +1 and -1.
   words   in   the labels' words, where there are any (count > 0)
   return       LIP_OK; LIP_EOPTION naming the option; LIP_EINPUT if a value is not finite after;
                LIP_ENOMEM. The data are undefined after a failure. */
LIP_MUST_CHECK lip_status lip_preprocess(lip_dataset *data, const lip_read_options *options,
                                         const lip_words *words, lip_error *err);

/* LIP_EINPUT naming the first value that is NaN or infinite, as "X[3, 5]" (rows from 0). */
LIP_MUST_CHECK lip_status lip_need_finite(const lip_dataset *data, const char *after,
                                          lip_error *err);

#endif
