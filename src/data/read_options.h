/* read_options.h - how a data set is read, one row each. */
#ifndef LIP_DATA_READ_OPTIONS_H
#define LIP_DATA_READ_OPTIONS_H

#include "base/options.h"

/* Over lip_read_options: positive, mean, scale, transpose, limit. */
lip_option_table lip_read_option_table(void);

#endif
