/* answer.c - what a command says at its end: JSON or a failure; the text is each command's own. */
#include "cli/cli.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

json_t *cli_number(double value)
{
  if (isnan(value)) return json_null();
  if (isinf(value)) return json_string(value > 0 ? "inf" : "-inf");
  return json_real(value);
}

int cli_answer_json(const char *status, json_t *answer)
{
  json_t *object = json_pack("{s:s}", "status", status);
  int failed = !object || json_object_update(object, answer) != 0 ||
               json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0;

  json_decref(answer);
  json_decref(object);
  failed |= putchar('\n') == EOF || fflush(stdout) != 0;
  if (failed) (void)fputs("liplaw: the answer cannot be written\n", stderr);
  return failed ? EXIT_BAD : EXIT_DONE;
}

int cli_fail(const command *self, const common_options *common, lip_status status,
             const lip_error *err)
{
  const char *text = err->text[0] ? err->text : lip_status_text(status);

  (void)fprintf(stderr, "liplaw %s: %s\n", self->name, text);
  if (common->json)
    (void)cli_answer_json(status == LIP_EINTERRUPT ? "interrupted" : "failed",
                          json_pack("{s:s}", "error", text));
  return status == LIP_EOPTION ? EXIT_USAGE : EXIT_BAD;
}

int cli_usage(const command *self, const common_options *common, const char *format, ...)
{
  lip_error err;
  va_list args;

  va_start(args, format);
  (void)vsnprintf(err.text, sizeof err.text, format, args);
  va_end(args);
  (void)cli_fail(self, common, LIP_EOPTION, &err);
  (void)fprintf(stderr, "usage: liplaw %s %s\n", self->name, self->usage);
  return EXIT_USAGE;
}
