/* sample_options.h - the options of sampling, one row each. */
#ifndef LIP_DATA_SAMPLE_OPTIONS_H
#define LIP_DATA_SAMPLE_OPTIONS_H

#include "base/options.h"

/* Over lip_sample_options: kind (the first row; an argument of the command, a key of a plan),
   labels, n, d, seed. */
lip_option_table lip_sample_option_table(void);

/* The other fields, but labels and level: options of the command, no keys of a plan. */
lip_option_table lip_sample_shape_table(void);

/* "random", "balanced", "flip=ETA" or "noise=S" into labels and level. options: a
   lip_sample_options.   return  LIP_OK; LIP_EOPTION */
LIP_MUST_CHECK lip_status lip_labels_parse(const char *text, void *options, lip_error *err);

#endif
