/* sweep_options.h - the options of sweeping, one row each. */
#ifndef LIP_SWEEP_SWEEP_OPTIONS_H
#define LIP_SWEEP_SWEEP_OPTIONS_H

#include "base/options.h"

/* Over lip_sweep_options. */
lip_option_table lip_sweep_option_table(void);

#endif
