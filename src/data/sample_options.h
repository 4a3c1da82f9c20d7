/* sample_options.h - the options of sampling, one row each. */
#ifndef LIP_DATA_SAMPLE_OPTIONS_H
#define LIP_DATA_SAMPLE_OPTIONS_H

#include "base/options.h"

/* Over lip_sample_options: kind (the first row; an argument of the command, a key of a plan),
   labels, n, d, seed. */
lip_option_table lip_sample_option_table(void);

#endif
