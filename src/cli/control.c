/* control.c - signals ask the work under way to stop; progress is one overwritten terminal line. */
#include "cli/cli.h"

#include "base/clock.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER;
static double began, shown; /* when, in s; shown: the line on the terminal, 0 where there is none */

static void on_signal(int number)
{
  interrupted = 1;
  (void)signal(number, SIG_DFL); /* the second one kills */
}

bool cli_interrupted(void)
{
  return interrupted != 0;
}

static bool stop(void *context)
{
  (void)context;
  return cli_interrupted();
}

static void clear_line(void)
{
  if (shown > 0) (void)fputs("\r\033[K", stderr);
  shown = 0;
}

static void write_line(double done, double now, const char *text)
{
  double left = done > 0 ? (now - began) * (1 - done) / done : -1;

  shown = now;
  if (left >= 0 && now - began > 1)
    (void)fprintf(stderr, "\r\033[K%s, %.0f s left", text, left);
  else
    (void)fprintf(stderr, "\r\033[K%s", text);
  (void)fflush(stderr);
}

/* At most ten lines a second; a worker that finds another one writing leaves it at that. */
static void progress(void *context, double done, const char *text)
{
  double now = lip_seconds();

  (void)context;
  if (pthread_mutex_trylock(&line) != 0) return;
  if (done >= 1)
    clear_line();
  else if (now - shown >= 0.1)
    write_line(done, now, text);
  (void)pthread_mutex_unlock(&line);
}

void cli_progress_end(void)
{
  (void)pthread_mutex_lock(&line);
  clear_line();
  (void)pthread_mutex_unlock(&line);
}

const lip_control *cli_control(void)
{
  static lip_control control;
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  began = lip_seconds();
  shown = 0;
  control = (lip_control){stop, isatty(STDERR_FILENO) ? progress : NULL, NULL};
  return &control;
}
