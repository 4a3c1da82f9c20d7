/* sample_options.c - the options of sampling, one row each. */
#include "data/sample_options.h"

#include <liplaw/dataset.h>

#define FIELD(name) offsetof(lip_sample_options, name)

static const lip_option rows[] = {
    {"kind", 0, LIP_OPT_CHOICE, FIELD(kind), "gaussian", 0, 0, "gaussian|sphere", "",
     "x is N(0, I/d), or uniform on the unit sphere"},
    {"labels", 0, LIP_OPT_CHOICE, FIELD(labels), "random", 0, 0, "random|balanced", "",
     "+1 and -1 by fair coins, or as many +1 as -1"},
    {"n", 'n', LIP_OPT_SIZE, FIELD(n), NULL, 1, 1e12, NULL, "", "points"},
    {"d", 'd', LIP_OPT_SIZE, FIELD(d), NULL, 1, 1e12, NULL, "", "dimension of a point"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "", "of the points and the labels"},
};

lip_option_table lip_sample_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_sample_defaults(lip_sample_options *options)
{
  lip_options_defaults(lip_sample_option_table(), options);
}
