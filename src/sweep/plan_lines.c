/* plan_lines.c - reads a plan's text line by line; the crossing is cells.c's. */
#include "sweep/plan_lines.h"

#include "base/error.h"
#include "base/memory.h"
#include "sweep/expression.h"

#include <math.h>
#include <string.h>

typedef struct reader {
  const char *name;
  const lip_knobs *knobs;
  lip_plan_lines *out;
  lip_plan_section *section; /* the one under way */
  lip_plan_value *values;    /* the next free ones; room for all is made at the start */
  lip_plan_condition *conditions;
  int line;
  lip_error *err;
} reader;

static char *trim(char *text)
{
  size_t length;

  text += strspn(text, " ");
  length = strlen(text);
  while (length && text[length - 1] == ' ') text[--length] = 0;
  return text;
}

/* Cuts text at the first `mark` outside parentheses; returns what follows, or NULL. */
static char *cut(char *text, const char *mark)
{
  size_t length = strlen(mark);
  int depth = 0;

  for (; *text; text++) {
    if (*text == '(') depth++;
    if (*text == ')') depth--;
    if (depth != 0 || strncmp(text, mark, length) != 0) continue;
    *text = 0;
    return text + length;
  }
  return NULL;
}

static bool is_number(const lip_option *option)
{
  return option->type == LIP_OPT_SIZE || option->type == LIP_OPT_U64 || option->type == LIP_OPT_F64;
}

static lip_status check_word(reader *in, const lip_knob *knob, const char *word)
{
  lip_setting scratch;
  lip_error cause;
  lip_status st;

  lip_setting_defaults(&scratch);
  if (strpbrk(word, " =")) /* it would make a key that reads as another one */
    return lip_fail(in->err, LIP_EINPUT, "%s: '%.100s' is no single word", knob->option->name,
                    word);
  st = lip_setting_set(&scratch, knob, word, &cause);
  if (st == LIP_OK) return LIP_OK;
  /* The command line's text begins with "--". */
  return lip_fail(in->err, LIP_EINPUT, "%s", cause.text + strspn(cause.text, "-"));
}

/* A constant is judged here and now, but for n, d and k: they may lie outside, and are skipped. */
static lip_status check_number(reader *in, const lip_knob *knob, const char *text, bool alone)
{
  const char *name = knob->option->name;
  lip_scope scope = {{1, 1, 1, 1}, 1U << LIP_VAR_N | 1U << LIP_VAR_D};
  char number[32];
  unsigned used = 0;
  double value = 0;
  lip_status st;

  if (strcmp(name, "n") == 0) scope.visible = 0;
  if (strcmp(name, "d") == 0) scope.visible = 1U << LIP_VAR_N;
  st = lip_expression(text, &scope, &value, &used, in->err);
  if (st != LIP_OK) {
    lip_error_prefix(in->err, "%s", name);
    return st;
  }
  if (used) return LIP_OK;
  if (!isfinite(value))
    return lip_fail(in->err, LIP_EINPUT, "%s: '%.100s' is no finite number", name, text);
  if (!alone || strcmp(name, "n") == 0 || strcmp(name, "d") == 0 || strcmp(name, "k") == 0)
    return LIP_OK;
  if (text[strspn(text, "0123456789")] == 0) return check_word(in, knob, text);
  if (knob->option->type != LIP_OPT_F64) value = round(value);
  (void)snprintf(number, sizeof number, knob->option->type == LIP_OPT_F64 ? "%.17g" : "%.0f",
                 value);
  return check_word(in, knob, number);
}

/* "first", or "first..last", "first..last step s", "first..last times f". */
static lip_status read_value(reader *in, const lip_knob *knob, char *text)
{
  lip_plan_value *value = in->values++;
  lip_status st;

  *value = (lip_plan_value){.first = text};
  if (!*text) return lip_fail(in->err, LIP_EINPUT, "%s: a value is missing", knob->option->name);
  if (!is_number(knob->option)) return check_word(in, knob, text);
  value->last = cut(text, "..");
  if (value->last) {
    value->step = cut(value->last, " step ");
    if (!value->step) {
      value->step = cut(value->last, " times ");
      value->times = value->step != NULL;
    }
  }
  st = check_number(in, knob, value->first, !value->last);
  if (st == LIP_OK && value->last) st = check_number(in, knob, value->last, false);
  if (st == LIP_OK && value->step) st = check_number(in, knob, value->step, false);
  return st;
}

static lip_status read_key(reader *in, const char *name, char *text)
{
  const lip_knob *knob = lip_knob_find(in->knobs, name);
  lip_plan_section *section = in->section;
  lip_plan_key *key = &section->key[section->keys];

  if (!knob) return lip_fail(in->err, LIP_EINPUT, "there is no key '%.60s'", name);
  for (size_t i = 0; i < section->keys; i++)
    if (section->key[i].knob == knob)
      return lip_fail(in->err, LIP_EINPUT, "%s was given on line %d already", name,
                      section->key[i].line);
  *key = (lip_plan_key){knob, in->line, in->values, 0};
  section->keys++;
  while (text) {
    char *next = cut(text, ",");
    lip_status st = read_value(in, knob, trim(text));

    if (st != LIP_OK) return st;
    key->values++;
    text = next;
  }
  return LIP_OK;
}

static lip_status read_conditions(reader *in, char *text)
{
  lip_scope scope = {{1, 1, 1, 1}, (1U << LIP_VARIABLES) - 1};

  while (text) {
    char *next = cut(text, ",");
    bool holds;
    lip_status st = lip_condition(trim(text), &scope, &holds, in->err);

    if (st != LIP_OK) {
      lip_error_prefix(in->err, "where");
      return st;
    }
    *in->conditions++ = (lip_plan_condition){trim(text), in->line};
    in->section->conditions++;
    text = next;
  }
  return LIP_OK;
}

static lip_status begin_section(reader *in, char *text)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  size_t length = strspn(text, letters);
  lip_plan_section *section = &in->out->section[in->out->sections];

  if (!length || strcmp(text + length, "]") != 0 || length >= sizeof section->name)
    return lip_fail(in->err, LIP_EINPUT, "a block begins with [name], in letters, digits, - _ .");
  text[length] = 0;
  for (size_t i = 1; i < in->out->sections; i++)
    if (strcmp(in->out->section[i].name, text) == 0)
      return lip_fail(in->err, LIP_EINPUT, "block %s began on line %d already", text,
                      in->out->section[i].line);
  *section = (lip_plan_section){.line = in->line, .condition = in->conditions};
  (void)snprintf(section->name, sizeof section->name, "%s", text);
  in->section = section;
  in->out->sections++;
  return LIP_OK;
}

static lip_status read_line(reader *in, char *text)
{
  char *values;

  text[strcspn(text, "#")] = 0;
  for (char *at = text; *at; at++)
    if (*at == '\t' || *at == '\r') *at = ' ';
  text = trim(text);
  if (!*text) return LIP_OK;
  if (*text == '[') return begin_section(in, text + 1);
  values = strchr(text, '=');
  if (!values)
    return lip_fail(in->err, LIP_EINPUT, "'%.60s' is neither key = value nor [block]", text);
  *values++ = 0;
  text = trim(text);
  values = trim(values);
  if (!*values) return lip_fail(in->err, LIP_EINPUT, "%.60s: a value is missing", text);
  return strcmp(text, "where") == 0 ? read_conditions(in, values) : read_key(in, text, values);
}

static size_t count(const char *text, const char *marks)
{
  size_t total = 0;

  for (; *text; text++) total += strchr(marks, *text) != NULL;
  return total;
}

lip_status lip_plan_lines_read(const char *name, const char *text, const lip_knobs *knobs,
                               lip_plan_lines *lines, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_plan_lines made = {0};
  size_t pieces = count(text, ",\n") + 1, heads = count(text, "[") + 1;
  reader in = {.name = name, .knobs = knobs, .out = &made, .err = err};
  char *next;

  made.memory = lip_strdup(text);
  made.section = lip_alloc(heads, sizeof *made.section);
  made.value = in.values = lip_alloc(pieces, sizeof *in.values);
  made.condition = in.conditions = lip_alloc(pieces, sizeof *in.conditions);
  if (!made.memory || !made.section || !made.value || !made.condition)
    FAIL(LIP_ENOMEM, "%s: no memory for the plan", name);
  in.section = made.section;
  *in.section = (lip_plan_section){.condition = in.conditions};
  made.sections = 1;
  for (char *line = made.memory; line; line = next) {
    next = strchr(line, '\n');
    if (next) *next++ = 0;
    in.line++;
    st = read_line(&in, line);
    if (st != LIP_OK) {
      lip_error_prefix(err, "%s:%d", name, in.line);
      goto done;
    }
  }
  *lines = made;
  made = (lip_plan_lines){0};
done:
  lip_plan_lines_clear(&made);
  return st;
}

void lip_plan_lines_clear(lip_plan_lines *lines)
{
  lip_free(lines->memory);
  lip_free(lines->section);
  lip_free(lines->value);
  lip_free(lines->condition);
  *lines = (lip_plan_lines){0};
}
