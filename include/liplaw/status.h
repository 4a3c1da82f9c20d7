/* liplaw/status.h - what a call returns, and how a long call is watched and stopped. */
#ifndef LIPLAW_STATUS_H
#define LIPLAW_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LIP_MUST_CHECK __attribute__((warn_unused_result))
#define LIP_PUBLIC     __attribute__((visibility("default")))
#else
#define LIP_MUST_CHECK
#define LIP_PUBLIC
#endif

/* The status says whether a call worked. What the mathematics said (fitted or not, exact or not)
   stands in the call's result. On failure no output argument has been changed, unless said. */
#define LIP_STATUS_LIST(X)                                                                         \
  X(LIP_OK, "ok")                                                                                  \
  X(LIP_EINPUT, "bad input")                                                                       \
  X(LIP_EOPTION, "bad option")                                                                     \
  X(LIP_EIO, "input or output failed")                                                             \
  X(LIP_ENOMEM, "out of memory")                                                                   \
  X(LIP_ENUMERIC, "a number overflowed or is not a number")                                        \
  X(LIP_EINTERRUPT, "interrupted")

typedef enum lip_status {
#define LIP_STATUS_ENUM(name, text) name,
  LIP_STATUS_LIST(LIP_STATUS_ENUM)
#undef LIP_STATUS_ENUM
} lip_status;

/* The cause of a failure in one line: file, place, reason. The caller owns it; every `err` argument
   may be NULL. */
typedef struct lip_error {
  char text[512];
} lip_error;

/* Static text, never NULL. */
LIP_PUBLIC const char *lip_status_text(lip_status status);

/* The version of the library, "MAJOR.MINOR.PATCH". */
LIP_PUBLIC const char *lip_version(void);

/* How a long call is watched. Every `control` argument may be NULL, and so may each function; both
   are called from the thread that made the call, or from one of its workers. */
typedef struct lip_control {
  bool (*stop)(void *context); /* true: return LIP_EINTERRUPT soon */
  void (*progress)(void *context, double done,
                   const char *text); /* done in [0, 1]; text: one line */
  void *context;
} lip_control;

#ifdef __cplusplus
}
#endif
#endif
