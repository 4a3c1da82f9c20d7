/* measure_options.h - the options of measuring, one row each. */
#ifndef LIP_LIPSCHITZ_MEASURE_OPTIONS_H
#define LIP_LIPSCHITZ_MEASURE_OPTIONS_H

#include "base/options.h"

/* Over lip_measure_options. */
lip_option_table lip_measure_option_table(void);

#endif
