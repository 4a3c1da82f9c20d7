/* watch.h - the caller's control, with a time limit on top, and progress in parts. */
#ifndef LIP_LIPSCHITZ_WATCH_H
#define LIP_LIPSCHITZ_WATCH_H

#include <liplaw/status.h>

typedef struct lip_watch {
  const lip_control *outer; /* may be NULL */
  double began, limit;      /* s */
  bool late, interrupted;   /* which of the two stopped the work */
  double slice;             /* s after the start: when the part under way has to end */
  bool cut;                 /* one did not end by itself */
  bool enough;              /* set by whoever has what was wanted: stops the work too */
  double from, to;          /* which part of the whole is under way */
  char text[128];           /* what the progress says */
  lip_control control;      /* what the work is given; points back here */
} lip_watch;

/* The watch must stay where it is while its control is in use. */
void lip_watch_start(lip_watch *watch, double limit, const lip_control *outer);
double lip_watch_seconds(const lip_watch *watch);

/* The part that begins now gets so much of the time that is left before `end` (s after the start);
   lip_watch_start leaves all of it to all parts. */
void lip_watch_slice(lip_watch *watch, double share, double end);

/* "done", "time" or "interrupt" */
const char *lip_watch_verdict(const lip_watch *watch);

#endif
