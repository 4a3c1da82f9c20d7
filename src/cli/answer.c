/* answer.c - what a command says at its end: JSON or a failure; the text is each command's own. */
#include "cli/cli.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

json_t *cli_number(double value)
{
  if (isnan(value)) return json_null();
  if (isinf(value)) return json_string(value > 0 ? "inf" : "-inf");
  return json_real(value);
}

json_t *cli_whole(uint64_t value)
{
  char digits[24];

  if (value <= INT64_MAX) return json_integer((json_int_t)value);
  (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
  return json_string(digits);
}

/* The text with every byte replaced by '?' that is a control character (an error is one line), and,
   where `ascii`, every one beyond ASCII. */
static void clean(char *text, bool ascii)
{
  for (unsigned char *at = (unsigned char *)text; *at; at++)
    if (*at < ' ' || *at == 127 || (ascii && *at > 127)) *at = '?';
}

json_t *cli_text(const char *text)
{
  json_t *string = json_string(text);
  char *copy;

  if (string) return string; /* it was UTF-8 */
  copy = lip_strdup(text);
  if (!copy) return NULL;
  clean(copy, true);
  string = json_string(copy);
  lip_free(copy);
  return string;
}

int cli_answer_json(const char *status, json_t *answer)
{
  json_t *object = json_pack("{s:s}", "status", status);
  bool made = object && answer && json_object_update(object, answer) == 0;

  cli_progress_end();
  json_decref(answer);
  if (made) {
    /* Failing to write is seen by main, on the stream. */
    (void)json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    (void)putchar('\n');
  } else {
    (void)puts("{\"status\": \"failed\", \"error\": \"the answer cannot be put into JSON\"}");
    (void)fputs("liplaw: the answer cannot be put into JSON\n", stderr);
  }
  json_decref(object);
  return made ? EXIT_DONE : EXIT_BAD;
}

int cli_fail(const command *self, const common_options *common, lip_status status,
             const lip_error *err)
{
  lip_error line = *err;

  if (!line.text[0]) (void)snprintf(line.text, sizeof line.text, "%s", lip_status_text(status));
  clean(line.text, false);
  cli_progress_end();
  (void)fprintf(stderr, "liplaw %s: %s\n", self->name, line.text);
  if (common->json)
    (void)cli_answer_json(status == LIP_EINTERRUPT ? "interrupted" : "failed",
                          json_pack("{s:o}", "error", cli_text(line.text)));
  return status == LIP_EOPTION ? EXIT_USAGE : EXIT_BAD;
}

int cli_usage(const command *self, const common_options *common, const char *format, ...)
{
  lip_error err;
  va_list args;
  size_t used;

  va_start(args, format);
  (void)vsnprintf(err.text, sizeof err.text, format, args);
  va_end(args);
  used = strlen(err.text);
  (void)snprintf(err.text + used, sizeof err.text - used, " (see 'liplaw %s --help')", self->name);
  return cli_fail(self, common, LIP_EOPTION, &err);
}
