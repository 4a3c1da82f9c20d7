/* read_options.c - how a data set is read, one row each. */
#include "data/read_options.h"

#include <liplaw/dataset.h>

#define FIELD(name) offsetof(lip_read_options, name)

static const lip_option rows[] = {
    {"positive", 0, LIP_OPT_TEXT, FIELD(positive), NULL, 0, 0, NULL, "",
     "class labels, as 1,3,5, that become +1; all others become -1"},
    {"mean", 0, LIP_OPT_TEXT, FIELD(mean), NULL, 0, 0, NULL, "",
     "subtracted from every input: a number, or one per input, comma-separated"},
    {"scale", 0, LIP_OPT_TEXT, FIELD(scale), NULL, 0, 0, NULL, "",
     "every input is divided by it, after the mean: a number, or one per input"},
    {"transpose", 0, LIP_OPT_TEXT, FIELD(transpose), NULL, 0, 0, NULL, "",
     "as 28x28: every point is such a matrix, row by row, and is transposed"},
    {"limit", 0, LIP_OPT_SIZE, FIELD(limit), "0", 0, 1e15, NULL, "",
     "the first so many points only; 0: all"},
};

lip_option_table lip_read_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}
