/* train_options.h - the options of training, one row each. */
#ifndef LIP_TRAIN_OPTIONS_H
#define LIP_TRAIN_OPTIONS_H

#include "base/options.h"

/* Over lip_train_options. */
lip_option_table lip_train_option_table(void);

#endif
