/* measure_options.c - the options of measuring, one row each. */
#include "lipschitz/measure_options.h"

#include <liplaw/measure.h>

#define FIELD(name) offsetof(lip_measure_options, name)

static const lip_option rows[] = {
    {"domain", 0, LIP_OPT_TEXT, FIELD(domain), "space", 0, 0, NULL, "",
     "where the constant is taken: space, ball:R (|x| <= R; ball is ball:1), sphere:R (|x| = R, "
     "the "
     "tangential gradient; sphere is sphere:1), box:LO,HI (every input) or data:FILE,R (balls "
     "around "
     "its points)"},
    {"output", 0, LIP_OPT_TEXT, FIELD(output), NULL, 0, 0, NULL, "",
     "which function: I for one output, from 0, I-J for a difference, or all"},
    {"norm", 0, LIP_OPT_CHOICE, FIELD(norm), "2", 0, 0, "2|1|inf", "",
     "of inputs and outputs: the Jacobian's operator norm from p to p"},
    {"gap", 0, LIP_OPT_F64, FIELD(gap), "1e-9", 0, 1, NULL, "",
     "stop when (upper - lower) / upper is below this"},
    {"search", 0, LIP_OPT_BOOL, FIELD(search), "true", 0, 0, NULL, "",
     "branches over patterns and cones where the bounds do not meet"},
    {"random-points", 0, LIP_OPT_SIZE, FIELD(random_points), "1000", 1, 1e9, NULL, "",
     "fresh points of the paper's proxy"},
    {"starts", 0, LIP_OPT_SIZE, FIELD(starts), "8", 0, 1e6, NULL, "",
     "of the ascent, the steepest points found before, and of the patterns; 0: neither"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "",
     "of the fresh points and of the ascent"},
    {"time-limit", 0, LIP_OPT_F64, FIELD(time_limit), "60", 0, 1e9, NULL, "s",
     "stop after this long with what was found"},
};

lip_option_table lip_measure_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_measure_defaults(lip_measure_options *options)
{
  options->reading = NULL;
  options->wider = NULL;
  options->claim = NULL;
  lip_options_defaults(lip_measure_option_table(), options);
}
