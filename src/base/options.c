/* options.c - the options table: defaults, parsing, help. */
#include "base/options.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *field(const lip_option *option, void *options)
{
  return (char *)options + option->offset;
}

static lip_status set_bool(const lip_option *option, bool *value, const char *text, lip_error *err)
{
  if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0) {
    *value = true;
  } else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0) {
    *value = false;
  } else {
    return lip_fail(err, LIP_EOPTION, "--%s: '%s' is neither true nor false", option->name, text);
  }
  return LIP_OK;
}

static lip_status number(const lip_option *option, const char *text, double *value, lip_error *err)
{
  char *end;
  double parsed = strtod(text, &end);

  if (end == text || *end)
    return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a number", option->name, text);
  if (!(parsed >= option->low && parsed <= option->high && isfinite(parsed)))
    return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not in [%.15g, %.15g]", option->name, text,
                    option->low, option->high);
  *value = parsed;
  return LIP_OK;
}

static lip_status set_size(const lip_option *option, size_t *value, const char *text,
                           lip_error *err)
{
  double parsed = 0;
  lip_status st = number(option, text, &parsed, err);

  if (st != LIP_OK) return st;
  if (parsed < 0 || parsed != floor(parsed) || parsed > 0x1p53)
    return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a whole number", option->name, text);
  *value = (size_t)parsed;
  return LIP_OK;
}

/* Every number below 2^64, in digits; or, as "1e4", a whole number that a double holds. */
static lip_status set_u64(const lip_option *option, uint64_t *value, const char *text,
                          lip_error *err)
{
  char *end;
  unsigned long long digits;
  double parsed;

  errno = 0;
  digits = strtoull(text, &end, 10);
  if (text[0] >= '0' && text[0] <= '9' && !*end && !errno) {
    *value = digits;
    return LIP_OK;
  }
  parsed = strtod(text, &end);
  if (end == text || *end || !(parsed >= 0 && parsed <= 0x1p53) || parsed != floor(parsed))
    return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a whole number below 2^64", option->name,
                    text);
  *value = (uint64_t)parsed;
  return LIP_OK;
}

static lip_status set_choice(const lip_option *option, int *value, const char *text, lip_error *err)
{
  size_t length = strlen(text);
  int index = 0;

  for (const char *at = option->choices; at; index++) {
    const char *bar = strchr(at, '|');
    size_t size = bar ? (size_t)(bar - at) : strlen(at);

    if (size == length && memcmp(at, text, size) == 0) {
      *value = index;
      return LIP_OK;
    }
    at = bar ? bar + 1 : NULL;
  }
  return lip_fail(err, LIP_EOPTION, "--%s: '%s' is none of %s", option->name, text,
                  option->choices);
}

lip_status lip_option_set(const lip_option *option, void *options, const char *text, lip_error *err)
{
  void *value = field(option, options);

  switch (option->type) {
  case LIP_OPT_BOOL:
    return set_bool(option, value, text, err);
  case LIP_OPT_SIZE:
    return set_size(option, value, text, err);
  case LIP_OPT_U64:
    return set_u64(option, value, text, err);
  case LIP_OPT_F64:
    return number(option, text, value, err);
  case LIP_OPT_CHOICE:
    return set_choice(option, value, text, err);
  case LIP_OPT_TEXT:
    *(const char **)value = text;
    return LIP_OK;
  }
  return LIP_EOPTION;
}

void lip_options_defaults(lip_option_table table, void *options)
{
  static const size_t sizes[] = {
      [LIP_OPT_BOOL] = sizeof(bool),    [LIP_OPT_SIZE] = sizeof(size_t),
      [LIP_OPT_U64] = sizeof(uint64_t), [LIP_OPT_F64] = sizeof(double),
      [LIP_OPT_CHOICE] = sizeof(int),   [LIP_OPT_TEXT] = sizeof(const char *),
  };

  for (size_t i = 0; i < table.count; i++) {
    const lip_option *option = &table.rows[i];

    memset(field(option, options), 0, sizes[option->type]);
    /* A default outside its own range leaves 0; a test walks every table for that. */
    if (option->initial && lip_option_set(option, options, option->initial, NULL) != LIP_OK)
      continue;
  }
}

static const char *format_choice(const lip_option *option, int index, char *buffer, size_t size)
{
  const char *at = option->choices;

  for (int i = 0; i < index && at; i++) {
    at = strchr(at, '|');
    if (at) at++;
  }
  (void)snprintf(buffer, size, "%.*s", at ? (int)strcspn(at, "|") : 1, at ? at : "?");
  return buffer;
}

const char *lip_option_format(const lip_option *option, const void *options, char *buffer,
                              size_t size)
{
  const void *value = (const char *)options + option->offset;

  switch (option->type) {
  case LIP_OPT_BOOL:
    (void)snprintf(buffer, size, "%s", *(const bool *)value ? "true" : "false");
    break;
  case LIP_OPT_SIZE:
    (void)snprintf(buffer, size, "%zu", *(const size_t *)value);
    break;
  case LIP_OPT_U64:
    (void)snprintf(buffer, size, "%llu", (unsigned long long)*(const uint64_t *)value);
    break;
  case LIP_OPT_F64:
    for (int digits = 15; digits <= 17; digits++) { /* the shortest text that reads back the same */
      (void)snprintf(buffer, size, "%.*g", digits, *(const double *)value);
      if (strtod(buffer, NULL) == *(const double *)value) break;
    }
    break;
  case LIP_OPT_CHOICE:
    return format_choice(option, *(const int *)value, buffer, size);
  case LIP_OPT_TEXT:
    (void)snprintf(buffer, size, "%s",
                   *(const char *const *)value ? *(const char *const *)value : "");
    break;
  }
  return buffer;
}

bool lip_option_same(const lip_option *option, const void *a, const void *b)
{
  char of_a[64], of_b[64];

  return strcmp(lip_option_format(option, a, of_a, sizeof of_a),
                lip_option_format(option, b, of_b, sizeof of_b)) == 0;
}

static const char *placeholder(const lip_option *option)
{
  switch (option->type) {
  case LIP_OPT_BOOL:
    return "";
  case LIP_OPT_SIZE:
  case LIP_OPT_U64:
    return " N";
  case LIP_OPT_F64:
    return " NUMBER";
  case LIP_OPT_CHOICE:
    return " NAME";
  case LIP_OPT_TEXT:
    return " TEXT";
  }
  return "";
}

void lip_options_help(lip_option_table table, FILE *out)
{
  for (size_t i = 0; i < table.count; i++) {
    const lip_option *option = &table.rows[i];
    char name[64], letter[8] = "";

    if (option->letter) (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    (void)snprintf(name, sizeof name, "%s--%s%s", letter, option->name, placeholder(option));
    (void)fprintf(out, "  %-30s %s", name, option->meaning);
    if (option->choices) (void)fprintf(out, ": %s", option->choices);
    if (option->initial && *option->initial && strcmp(option->initial, "false") != 0)
      (void)fprintf(out, " (default %s%s%s)", option->initial, *option->unit ? " " : "",
                    option->unit);
    else if (!option->initial && option->type != LIP_OPT_TEXT)
      (void)fputs(" (required)", out);
    (void)fputc('\n', out);
  }
}
