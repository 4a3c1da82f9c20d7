/* error.c - error texts. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *lip_status_text(lip_status status)
{
  static const char *const texts[] = {
#define TEXT(name, text) [name] = text,
      LIP_STATUS_LIST(TEXT)
#undef TEXT
  };
  size_t i = (size_t)status;

  return i < sizeof texts / sizeof *texts ? texts[i] : "unknown status";
}

const char *lip_version(void)
{
  return LIP_VERSION; /* from CMakeLists.txt, the only place that states it */
}

lip_status lip_fail(lip_error *err, lip_status status, const char *format, ...)
{
  va_list args;

  if (!err) return status;
  va_start(args, format);
  (void)vsnprintf(err->text, sizeof err->text, format, args);
  va_end(args);
  return status;
}

void lip_error_prefix(lip_error *err, const char *format, ...)
{
  lip_error head;
  size_t used;
  va_list args;

  if (!err) return;
  va_start(args, format);
  (void)vsnprintf(head.text, sizeof head.text, format, args);
  va_end(args);
  used = strlen(head.text);
  (void)snprintf(head.text + used, sizeof head.text - used, ": %s", err->text);
  *err = head;
}
