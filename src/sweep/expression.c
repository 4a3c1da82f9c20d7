/* expression.c - the arithmetic of plans: recursive descent, one function per line of the grammar,
   evaluated while it is read. */
#include "sweep/expression.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 100 }; /* nested parentheses and signs */

typedef struct reader {
  const char *text, *at;
  const lip_scope *scope;
  unsigned used;
  int depth;
  lip_error *err;
} reader;

static lip_status read_sum(reader *in, double *value);

static void skip_blanks(reader *in)
{
  in->at += strspn(in->at, " \t");
}

/* Takes the symbol if it comes next. */
static bool take(reader *in, const char *symbol)
{
  size_t length = strlen(symbol);

  skip_blanks(in);
  if (strncmp(in->at, symbol, length) != 0) return false;
  in->at += length;
  return true;
}

static lip_status unexpected(reader *in)
{
  skip_blanks(in);
  if (!*in->at) return lip_fail(in->err, LIP_EINPUT, "'%.100s' breaks off", in->text);
  return lip_fail(in->err, LIP_EINPUT, "'%.100s': '%.20s' was not expected", in->text, in->at);
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* digits ["." digits] [e [sign] digits]: no hexadecimal, no "inf", as strtod would allow. */
static double read_number(reader *in)
{
  double value = strtod(in->at, NULL);
  const char *at = in->at;

  while (is_digit(*at)) at++;
  if (*at == '.') at++;
  while (is_digit(*at)) at++;
  if (*at == 'e' || *at == 'E') {
    const char *exponent = at + 1;

    if (*exponent == '+' || *exponent == '-') exponent++;
    while (is_digit(*exponent)) at = ++exponent;
  }
  in->at = at;
  return value;
}

/* "(" has been taken. Folds the arguments with min or max; sqrt and log take one. */
static lip_status read_arguments(reader *in, const char *name, double *value)
{
  bool one = strcmp(name, "sqrt") == 0 || strcmp(name, "log") == 0;
  bool least = strcmp(name, "min") == 0;
  double next = 0;
  lip_status st = read_sum(in, value);

  while (st == LIP_OK && !one && take(in, ",")) {
    st = read_sum(in, &next);
    if (st != LIP_OK) break;
    if (isnan(next) || isnan(*value)) /* fmin would forget it */
      *value = NAN;
    else
      *value = least ? fmin(*value, next) : fmax(*value, next);
  }
  if (st != LIP_OK) return st;
  if (!take(in, ")")) return unexpected(in);
  if (one) *value = name[0] == 's' ? sqrt(*value) : log(*value);
  return LIP_OK;
}

static lip_status read_name(reader *in, double *value)
{
  static const char *const variables[LIP_VARIABLES] = {"n", "d", "k", "seed"};
  static const char *const functions[] = {"sqrt", "log", "min", "max"};
  const char *start = in->at;
  char name[32];
  size_t length = 0;

  while (is_letter(start[length]) && start[length] != '-') length++;
  (void)snprintf(name, sizeof name, "%.*s", (int)length, start);
  in->at += length;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (strcmp(name, functions[i]) == 0)
      return take(in, "(") ? read_arguments(in, functions[i], value) : unexpected(in);
  for (unsigned i = 0; i < LIP_VARIABLES; i++) {
    if (strcmp(name, variables[i]) != 0) continue;
    if (!(in->scope->visible & 1U << i))
      return lip_fail(in->err, LIP_EINPUT, "'%.100s' may not speak of %s", in->text, name);
    in->used |= 1U << i;
    *value = in->scope->value[i];
    return LIP_OK;
  }
  return lip_fail(in->err, LIP_EINPUT, "'%.100s': there is no '%s'", in->text, name);
}

static lip_status read_atom(reader *in, double *value)
{
  lip_status st;

  skip_blanks(in);
  if (is_digit(*in->at) || (*in->at == '.' && is_digit(in->at[1]))) {
    *value = read_number(in);
    return LIP_OK;
  }
  if (is_letter(*in->at) && *in->at != '-') return read_name(in, value);
  if (!take(in, "(")) return unexpected(in);
  st = read_sum(in, value);
  if (st != LIP_OK) return st;
  return take(in, ")") ? LIP_OK : unexpected(in);
}

static lip_status read_sign(reader *in, double *value)
{
  lip_status st = LIP_OK;
  double power = 0;

  if (++in->depth > DEEPEST)
    return lip_fail(in->err, LIP_EINPUT, "'%.100s...' is nested too deeply", in->text);
  if (take(in, "-")) {
    st = read_sign(in, value);
    *value = -*value;
  } else if (take(in, "+")) {
    st = read_sign(in, value);
  } else {
    st = read_atom(in, value);
    if (st == LIP_OK && take(in, "^")) {
      st = read_sign(in, &power);
      *value = pow(*value, power);
    }
  }
  in->depth--;
  return st;
}

static lip_status read_product(reader *in, double *value)
{
  lip_status st = read_sign(in, value);
  double next = 0;

  while (st == LIP_OK) {
    if (take(in, "*")) {
      st = read_sign(in, &next);
      *value *= next;
    } else if (take(in, "/")) {
      st = read_sign(in, &next);
      *value /= next;
    } else {
      break;
    }
  }
  return st;
}

static lip_status read_sum(reader *in, double *value)
{
  lip_status st;
  double next = 0;

  *value = 0;
  st = read_product(in, value);
  while (st == LIP_OK) {
    if (take(in, "+")) {
      st = read_product(in, &next);
      *value += next;
    } else if (take(in, "-")) {
      st = read_product(in, &next);
      *value -= next;
    } else {
      break;
    }
  }
  return st;
}

static lip_status end_of_text(reader *in)
{
  skip_blanks(in);
  return *in->at ? unexpected(in) : LIP_OK;
}

lip_status lip_expression(const char *text, const lip_scope *scope, double *value, unsigned *used,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  reader in = {text, text, scope, 0, 0, err};
  double result = 0;

  TRY(read_sum(&in, &result));
  TRY(end_of_text(&in));
  *value = result;
  if (used) *used = in.used;
done:
  return st;
}

/* Takes a comparison sign and returns its number, or -1. */
static int take_comparison(reader *in)
{
  static const char *const signs[] = {"<=", ">=", "==", "!=", "<", ">"};

  for (int i = 0; i < 6; i++)
    if (take(in, signs[i])) return i;
  return -1;
}

static bool compare(double left, int sign, double right)
{
  switch (sign) {
  case 0:
    return left <= right;
  case 1:
    return left >= right;
  case 2:
    return left == right;
  case 3:
    return left < right || left > right;
  case 4:
    return left < right;
  default:
    return left > right;
  }
}

lip_status lip_condition(const char *text, const lip_scope *scope, bool *holds, lip_error *err)
{
  lip_status st = LIP_OK;
  reader in = {text, text, scope, 0, 0, err};
  double left = 0, right = 0;
  bool all = true;
  int sign;

  TRY(read_sum(&in, &left));
  sign = take_comparison(&in);
  if (sign < 0)
    FAIL(LIP_EINPUT, "'%.100s' compares nothing: one of < <= > >= == != is missing", text);
  while (sign >= 0) {
    TRY(read_sum(&in, &right));
    all = all && compare(left, sign, right);
    left = right;
    sign = take_comparison(&in);
  }
  TRY(end_of_text(&in));
  *holds = all;
done:
  return st;
}
