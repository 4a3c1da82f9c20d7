/* sweep_options.c - the options of sweeping, one row each. */
#include "sweep/sweep_options.h"

#include <liplaw/sweep.h>

#define FIELD(name) offsetof(lip_sweep_options, name)

static const lip_option rows[] = {
    {"workers", 0, LIP_OPT_SIZE, FIELD(workers), "0", 0, 1024, NULL, "",
     "networks at once, each on one core; 0: one per core"},
    {"memory", 0, LIP_OPT_F64, FIELD(memory), "6", 0, 1e6, NULL, "GB",
     "start no network beside others when they would need more together"},
    {"keep", 0, LIP_OPT_TEXT, FIELD(keep), NULL, 0, 0, NULL, "",
     "a folder for the networks, as HASH-OF-KEY.onnx"},
};

lip_option_table lip_sweep_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_sweep_defaults(lip_sweep_options *options)
{
  lip_options_defaults(lip_sweep_option_table(), options);
}
