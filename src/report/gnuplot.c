/* gnuplot.c - runs the program gnuplot and gathers what it complains of. */
#include "report/gnuplot.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Starts gnuplot in `folder` (NULL: here) with its messages going into `messages`. 0 or an errno.
 */
static int start(const char *folder, const char *argument, const int messages[2], pid_t *child)
{
  char *const argv[] = {(char[]){"gnuplot"}, (char *)(uintptr_t)argument, NULL};
  posix_spawn_file_actions_t actions;
  int failed = posix_spawn_file_actions_init(&actions);

  if (failed) return failed;
  failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, messages[1], STDOUT_FILENO);
  if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, messages[1], STDERR_FILENO);
  if (!failed && folder) failed = posix_spawn_file_actions_addchdir_np(&actions, folder);
  if (!failed) failed = posix_spawnp(child, "gnuplot", &actions, NULL, argv, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failed;
}

/* Reads to the end; keeps what fits. */
static void drain(int messages, char *text, size_t size)
{
  size_t used = 0;
  char rest[512];
  ssize_t got;

  while ((got = read(messages, used + 1 < size ? text + used : rest,
                     used + 1 < size ? size - 1 - used : sizeof rest)) != 0) {
    if (got < 0 && errno != EINTR) break;
    if (got > 0 && used + 1 < size) used += (size_t)got;
  }
  text[used] = 0;
}

/* Cuts the text to its first line that says something, without leading blanks. */
static const char *first_complaint(char *text)
{
  char *line = strstr(text, "line ");

  if (!line) line = text + strspn(text, " \t\n");
  line[strcspn(line, "\n")] = 0;
  return line[0] ? line : "no message";
}

static lip_status run(const char *folder, const char *argument, lip_error *err)
{
  lip_status st = LIP_OK;
  int messages[2] = {-1, -1}, failed, outcome = 0;
  char text[2048];
  pid_t child;

  if (pipe2(messages, O_CLOEXEC) != 0) FAIL(LIP_EIO, "gnuplot: %s", strerror(errno));
  failed = start(folder, argument, messages, &child);
  if (failed == ENOENT)
    FAIL(LIP_EIO, "the program gnuplot draws the figures and is missing: apt install gnuplot-nox");
  if (failed) FAIL(LIP_EIO, "gnuplot cannot be started: %s", strerror(failed));
  (void)close(messages[1]);
  messages[1] = -1;
  drain(messages[0], text, sizeof text);
  while (waitpid(child, &outcome, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
    FAIL(LIP_EIO, "gnuplot %s: %s", argument, first_complaint(text));
done:
  for (int i = 0; i < 2; i++)
    if (messages[i] >= 0) (void)close(messages[i]);
  return st;
}

lip_status gnuplot_check(lip_error *err)
{
  return run(NULL, "--version", err);
}

lip_status gnuplot_run(const char *folder, const char *script, lip_error *err)
{
  return run(folder, script, err);
}
