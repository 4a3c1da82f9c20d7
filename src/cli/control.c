/* control.c - signals ask the work under way to stop; progress is one overwritten terminal line. */
#include "cli/cli.h"

#include "base/clock.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static double began, shown;

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

/* At most ten lines a second. The line is ended with a carriage return and cleared by the next. */
static void progress(void *context, double done, const char *text)
{
  double now = lip_seconds();
  double left = done > 0 ? (now - began) * (1 - done) / done : -1;

  (void)context;
  if (done < 1 && now - shown < 0.1) return;
  shown = now;
  if (done >= 1)
    (void)fputs("\r\033[K", stderr);
  else if (left >= 0 && now - began > 1)
    (void)fprintf(stderr, "\r\033[K%s, %.0f s left", text, left);
  else
    (void)fprintf(stderr, "\r\033[K%s", text);
  (void)fflush(stderr);
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
