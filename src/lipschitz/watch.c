/* watch.c - the caller's control, with a time limit on top, and progress in parts. */
#include "lipschitz/watch.h"

#include "base/clock.h"

#include <math.h>

static bool stop(void *context)
{
  lip_watch *watch = context;
  double now = lip_watch_seconds(watch);

  if (watch->outer && watch->outer->stop && watch->outer->stop(watch->outer->context))
    watch->interrupted = true;
  else if (now > watch->limit)
    watch->late = true;
  else if (now > watch->slice)
    watch->cut = true;
  return watch->interrupted || watch->late || watch->enough || now > watch->slice;
}

static void progress(void *context, double done, const char *text)
{
  const lip_watch *watch = context;

  (void)text;
  if (watch->outer && watch->outer->progress)
    watch->outer->progress(watch->outer->context, watch->from + done * (watch->to - watch->from),
                           watch->text);
}

void lip_watch_start(lip_watch *watch, double limit, const lip_control *outer)
{
  *watch = (lip_watch){.outer = outer, .began = lip_seconds(), .limit = limit, .slice = INFINITY};
  watch->control = (lip_control){stop, progress, watch};
}

double lip_watch_seconds(const lip_watch *watch)
{
  return lip_seconds() - watch->began;
}

void lip_watch_slice(lip_watch *watch, double share, double end)
{
  double now = lip_watch_seconds(watch);

  watch->slice = now + share * fmax(0, end - now);
}

const char *lip_watch_verdict(const lip_watch *watch)
{
  return watch->interrupted ? "interrupt" : watch->late || watch->cut ? "time" : "done";
}
