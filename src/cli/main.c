/* main.c - the command: finds the subcommand and runs it. */
#include "cli/cli.h"

#include "linalg/dgemm.h"

#include <string.h>

static const command *const commands[] = {
    &sample_command,
};

static void print_help(FILE *out)
{
  (void)fprintf(out,
                "liplaw %s: how smooth a network is, and how smooth any of its size could be\n\n",
                lip_version());
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    (void)fprintf(out, "  liplaw %-10s %s\n", commands[i]->name, commands[i]->summary);
  (void)fputs("\n'liplaw COMMAND --help' tells a command's options.\n", out);
}

int main(int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;

  if (name &&
      (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)) {
    print_help(stdout);
    return EXIT_DONE;
  }
  if (name && strcmp(name, "--version") == 0) {
    (void)printf("liplaw %s\n", lip_version());
    return EXIT_DONE;
  }
  lip_blas_single_thread();
  for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i]->name, name) == 0)
      return commands[i]->run(commands[i], argc - 1, argv + 1);
  if (name) (void)fprintf(stderr, "liplaw: there is no command '%s'\n", name);
  print_help(stderr);
  return EXIT_USAGE;
}
