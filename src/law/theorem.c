/* theorem.c - the words of a result: statement, assumptions, constants. */
#include "law/theorem.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void law_says(lip_law_result *result, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(result->says, sizeof result->says, format, arguments);
  va_end(arguments);
}

/* The next assumption; the last place is overwritten where there are too many, which a test of the
   whole table finds. */
static void assume(lip_law_result *result, lip_answer holds, double value, double needed,
                   const char *format, va_list arguments)
{
  lip_assumption *at = &result->assumption[result->assumptions];

  (void)vsnprintf(at->text, sizeof at->text, format, arguments);
  at->holds = holds;
  at->value = value;
  at->needed = needed;
  if (result->assumptions + 1 < LIP_LAW_ASSUMPTIONS) result->assumptions++;
}

void law_assume(lip_law_result *result, lip_answer holds, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  assume(result, holds, NAN, NAN, format, arguments);
  va_end(arguments);
}

static lip_answer answer(double value, double needed, bool yes)
{
  return isnan(value) || isnan(needed) ? LIP_UNKNOWN : yes ? LIP_YES : LIP_NO;
}

void law_at_least(lip_law_result *result, double value, double needed, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  assume(result, answer(value, needed, value >= needed), value, needed, format, arguments);
  va_end(arguments);
}

void law_at_most(lip_law_result *result, double value, double needed, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  assume(result, answer(value, needed, value <= needed), value, needed, format, arguments);
  va_end(arguments);
}

void law_constant(lip_law_result *result, const char *name, double value, const char *source)
{
  result->constant[result->constants] = (lip_constant){name, source, value};
  if (result->constants + 1 < LIP_LAW_CONSTANTS) result->constants++;
}

lip_status law_whole(double value, const char *option, lip_error *err)
{
  if (value == floor(value)) return LIP_OK;
  return lip_fail(err, LIP_EOPTION, "%s = %.15g must be a whole number", option, value);
}
