/* main.c - the command: finds the subcommand and runs it. */
#include "cli/cli.h"

#include "linalg/dgemm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const command *const commands[] = {
    &sample_command, &train_command,  &construct_command, &evaluate_command, &measure_command,
    &check_command,  &refute_command, &audit_command,     &certify_command,  &lstar_command,
    &tensor_command, &law_command,    &sweep_command,     &report_command,   &reproduce_command,
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

/* Standard streams that the caller closed are held by something that fails, lest an output file
   takes their number and with it the text that was meant for them. */
static void hold_streams(void)
{
  int descriptor;

  do descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) (void)close(descriptor);
}

/* An answer that did not arrive is a failure. A reader that went away (| head) knows why, so there
   is no word about that. */
static int finish(int code)
{
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  if (errno != EPIPE)
    (void)fprintf(stderr, "liplaw: standard output cannot be written: %s\n",
                  errno ? strerror(errno) : "an earlier part failed");
  return code == EXIT_DONE ? EXIT_BAD : code;
}

static int unknown(const char *name, bool json)
{
  suggestion near = {name, strlen(name), 0, NULL};
  const common_options common = {.json = json};
  const command self = {.name = name};
  lip_error err;

  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    cli_suggest(&near, commands[i]->name);
  (void)snprintf(err.text, sizeof err.text, "there is no such command%s%s%s",
                 near.name ? "; did you mean '" : ", see 'liplaw --help'",
                 near.name ? near.name : "", near.name ? "'?" : "");
  return cli_fail(&self, &common, LIP_EOPTION, &err);
}

int main(int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;
  bool json = false;

  hold_streams();
  (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write, like a full disk, */
  (void)signal(SIGXFSZ, SIG_IGN); /* and so is a limit of a file's size */
  lip_blas_single_thread();
  if (!name) {
    print_help(stderr);
    return EXIT_USAGE;
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
    print_help(stdout);
    return finish(EXIT_DONE);
  }
  if (strcmp(name, "--version") == 0) {
    (void)printf("liplaw %s\n", lip_version());
    return finish(EXIT_DONE);
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i]->name, name) == 0)
      return finish(commands[i]->run(commands[i], argc - 1, argv + 1));
  for (int i = 2; i < argc; i++) json |= strcmp(argv[i], "--json") == 0;
  return finish(unknown(name, json));
}
