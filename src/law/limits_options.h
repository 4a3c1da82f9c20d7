/* limits_options.h - the options of the limits, one row each. */
#ifndef LIP_LAW_LIMITS_OPTIONS_H
#define LIP_LAW_LIMITS_OPTIONS_H

#include "base/options.h"

/* Over lip_limits_options. */
lip_option_table lip_limits_option_table(void);

#endif
