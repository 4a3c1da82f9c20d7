/* construct_options.h - the options of constructing, one row each. */
#ifndef LIP_CONSTRUCT_CONSTRUCT_OPTIONS_H
#define LIP_CONSTRUCT_CONSTRUCT_OPTIONS_H

#include "base/options.h"

/* Over lip_construct_options; the first row is the kind. */
lip_option_table lip_construct_option_table(void);

#endif
