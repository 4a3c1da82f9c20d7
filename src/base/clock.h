/* clock.h - elapsed time. */
#ifndef LIP_BASE_CLOCK_H
#define LIP_BASE_CLOCK_H

/* Seconds of the monotonic clock, from an arbitrary origin. */
double lip_seconds(void);

#endif
