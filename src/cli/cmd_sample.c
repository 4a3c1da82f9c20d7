/* cmd_sample.c - liplaw sample: draws a data set. */
#include "cli/cli.h"

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  const char *kind;
  int stop = cli_parse(self, argc, argv, &common, NULL, 0, &kind, 1, 0);

  if (stop >= 0) return stop;
  return EXIT_DONE;
}

const command sample_command = {"sample", "KIND --n N --d D -o X.npz", "draws a data set", run};
