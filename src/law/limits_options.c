/* limits_options.c - the options of the limits, one row each. */
#include "law/limits_options.h"

#include <liplaw/limits.h>

#define FIELD(name) offsetof(lip_limits_options, name)

static const lip_option rows[] = {
    {"domain", 0, LIP_OPT_TEXT, FIELD(domain), NULL, 0, 0, NULL, "",
     "where the bracket is taken, as of 'liplaw measure'; without it the smallest ball about 0 "
     "that "
     "holds the data"},
    {"k", 'k', LIP_OPT_SIZE, FIELD(k), "0", 0, 1e9, NULL, "",
     "without a network: hidden neurons, or the rank that functions factor through; 0: any"},
    {"power", 0, LIP_OPT_SIZE, FIELD(power), "2", 1, 20, NULL, "",
     "without a network: the degree of powers and polynomials"},
    {"optimise", 0, LIP_OPT_BOOL, FIELD(optimise), "true", 0, 0, NULL, "",
     "looks for better pairs and weights"},
    {"search", 0, LIP_OPT_BOOL, FIELD(search), "true", 0, 0, NULL, "",
     "branches over patterns and cones where the bounds of the bracket do not meet"},
    {"time-limit", 0, LIP_OPT_F64, FIELD(time_limit), "10", 0, 1e9, NULL, "s",
     "for the bracket, and for the search for pairs"},
};

lip_option_table lip_limits_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_limits_defaults(lip_limits_options *options)
{
  options->reading = NULL;
  lip_options_defaults(lip_limits_option_table(), options);
}
