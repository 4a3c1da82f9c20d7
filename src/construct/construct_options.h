/* construct_options.h - the options of constructing, one row each. */
#ifndef LIP_CONSTRUCT_CONSTRUCT_OPTIONS_H
#define LIP_CONSTRUCT_CONSTRUCT_OPTIONS_H

#include <liplaw/construct.h>

#include "base/options.h"

/* Over lip_construct_options; the first row is the kind. */
lip_option_table lip_construct_option_table(void);

/* For the command line: LIP_EOPTION where one that belongs to other kinds is not at its default, or
 * two contradict. */
LIP_MUST_CHECK lip_status lip_construct_check_options(const lip_construct_options *options,
                                                      lip_error *err);

#endif
