/* error.h - the one way a function of the library fails: a status, a line of text, goto done. */
#ifndef LIP_BASE_ERROR_H
#define LIP_BASE_ERROR_H

#include <liplaw/status.h>

/* Writes the cause into err (may be NULL) and returns status. */
lip_status lip_fail(lip_error *err, lip_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text that err already holds. */
void lip_error_prefix(lip_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For functions with `lip_status st`, `lip_error *err` and a label `done`. */
#define FAIL(status, ...)                                                                          \
  do {                                                                                             \
    st = lip_fail(err, (status), __VA_ARGS__);                                                     \
    goto done;                                                                                     \
  } while (0)

#define TRY(call)                                                                                  \
  do {                                                                                             \
    st = (call);                                                                                   \
    if (st != LIP_OK) goto done;                                                                   \
  } while (0)

#endif
