/* csv.c - reads a data set from text with comma-separated columns (RFC 4180, and blanks around
   fields), in one pass over the text after its lines are counted. */
#include "data/csv.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/dataset.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELD = 512 };

typedef struct reader {
  const char *at, *end;
  size_t line, column; /* of the field at hand, from 1 */
  bool last;           /* the field at hand ends its line */
  bool quoted;
  char field[MAX_FIELD];
  locale_t locale; /* a point is a point, whatever the program's language */
} reader;

static bool blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Steps over the comma or the end of line behind a field. */
static void end_field(reader *in)
{
  in->last = in->at == in->end || *in->at == '\n';
  if (in->at < in->end) in->at++;
}

static lip_status read_quoted(reader *in, lip_error *err)
{
  size_t length = 0;

  for (in->at++;; in->at++) {
    if (in->at == in->end)
      return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: the quote is not closed", in->line,
                      in->column);
    if (*in->at == '"') {
      if (in->at + 1 == in->end || in->at[1] != '"') break;
      in->at++;
    }
    if (length == MAX_FIELD - 1)
      return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: more than %d characters", in->line,
                      in->column, MAX_FIELD - 1);
    in->field[length++] = *in->at;
  }
  in->field[length] = 0;
  for (in->at++; in->at < in->end && blank(*in->at);) in->at++;
  if (in->at < in->end && *in->at != ',' && *in->at != '\n')
    return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: text follows the closing quote",
                    in->line, in->column);
  return LIP_OK;
}

static lip_status read_plain(reader *in, lip_error *err)
{
  const char *first = in->at, *last;

  while (in->at < in->end && *in->at != ',' && *in->at != '\n') in->at++;
  for (last = in->at; last > first && blank(last[-1]);) last--;
  if (last - first >= MAX_FIELD)
    return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: more than %d characters", in->line,
                    in->column, MAX_FIELD - 1);
  memcpy(in->field, first, (size_t)(last - first));
  in->field[last - first] = 0;
  return LIP_OK;
}

/* Reads the next field of the line; the caller stops after the last one. */
static lip_status next_field(reader *in, lip_error *err)
{
  lip_status st;

  in->column++;
  while (in->at < in->end && blank(*in->at)) in->at++;
  in->quoted = in->at < in->end && *in->at == '"';
  st = in->quoted ? read_quoted(in, err) : read_plain(in, err);
  if (st == LIP_OK) end_field(in);
  return st;
}

/* Goes to the line behind the one just read. A quoted line break counts as a line of the file. */
static void next_line(reader *in, const char *start)
{
  for (const char *at = start; at < in->at; at++) in->line += *at == '\n';
  in->column = 0;
}

static bool is_number(const reader *in, double *value)
{
  char *end;

  *value = strtod_l(in->field, &end, in->locale);
  return in->field[0] && !*end;
}

/* A finite number, or the reason why not. */
static lip_status need_number(const reader *in, double *value, lip_error *err)
{
  if (!in->field[0])
    return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: the value is missing", in->line,
                    in->column);
  if (!is_number(in, value))
    return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: '%.40s' is not a number", in->line,
                    in->column, in->field);
  if (!isfinite(*value))
    return lip_fail(err, LIP_EINPUT, "line %zu, column %zu: '%.40s' is not finite", in->line,
                    in->column, in->field);
  return LIP_OK;
}

/* Looks at the first line: the number of columns, and whether it is a header. Ends where it began,
   or behind the header. */
static lip_status read_first_line(reader *in, size_t unlabelled, size_t *columns, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *start = in->at;
  size_t numbers = 0, words = 0;

  do {
    double value;
    bool number, input;

    TRY(next_field(in, err));
    number = is_number(in, &value);
    input = !in->last || in->column == unlabelled;
    numbers += input && number;
    words += input && !number && in->field[0];
  } while (!in->last);
  *columns = in->column;
  if (*columns < 2 && *columns != unlabelled)
    FAIL(LIP_EINPUT, "line 1: there is no comma; every line needs inputs and then a label, "
                     "separated by commas");
  if (numbers == 0 && words > 0) {
    next_line(in, start);
  } else {
    in->at = start;
    in->column = 0;
  }
done:
  return st;
}

/* The last column of a line: a number, or a word where the first point has one. */
static lip_status read_label(const reader *in, bool first, double *y, lip_words *words,
                             lip_error *err)
{
  size_t number = 0;
  double value;
  bool numeric = is_number(in, &value);
  lip_status st;

  if (numeric && words->count > 0)
    return lip_fail(err, LIP_EINPUT,
                    "line %zu, column %zu: '%.40s' is a number, but the labels above are words",
                    in->line, in->column, in->field);
  if (numeric || !in->field[0] || !(first || words->count > 0)) return need_number(in, y, err);
  st = lip_words_add(words, in->field, &number, err);
  *y = (double)number;
  return st;
}

/* y: NULL where there are no labels. */
static lip_status read_row(reader *in, size_t columns, bool first, double *x, double *y,
                           lip_words *words, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *start = in->at;

  do {
    TRY(next_field(in, err));
    if (in->last && in->column == 1 && !in->field[0] && !in->quoted)
      FAIL(LIP_EINPUT, "line %zu is empty", in->line);
    if (in->last != (in->column == columns)) {
      while (!in->last) TRY(next_field(in, err));
      FAIL(LIP_EINPUT, "line %zu has %zu columns, but the first line has %zu", in->line, in->column,
           columns);
    }
    if (!in->last || !y)
      TRY(need_number(in, &x[in->column - 1], err));
    else
      TRY(read_label(in, first, y, words, err));
  } while (!in->last);
  next_line(in, start);
done:
  return st;
}

/* How many points the rest of the text may hold: no more than it has lines, nor more than its
   length allows, each value being one character and a separator. */
static size_t count_points(const reader *in, size_t columns, size_t rows)
{
  size_t size = (size_t)(in->end - in->at), lines = size > 0, most = size / (2 * columns) + 1;

  for (const char *at = in->at; (at = memchr(at, '\n', (size_t)(in->end - at)));)
    lines += ++at < in->end;
  if (lines > most) lines = most;
  return rows && rows < lines ? rows : lines;
}

lip_status lip_csv_parse(const void *text, size_t size, size_t rows, size_t unlabelled,
                         lip_dataset **data, lip_words *words, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  reader in = {.at = text, .end = (const char *)text + size, .line = 1};
  size_t columns = 0, capacity, n = 0;

  in.locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!in.locale) FAIL(LIP_ENOMEM, "no memory for a locale");
  if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) in.at += 3; /* byte order mark */
  while (in.end > in.at && (in.end[-1] == '\n' || blank(in.end[-1]))) in.end--;
  if (in.at == in.end) FAIL(LIP_EINPUT, "there is no line in it");
  TRY(read_first_line(&in, unlabelled, &columns, err));
  capacity = count_points(&in, columns, rows);
  if (capacity == 0) FAIL(LIP_EINPUT, "there is no line behind the header");
  TRY(lip_dataset_create(capacity, columns == unlabelled ? columns : columns - 1, 1, &made, err));
  if (columns == unlabelled) lip_dataset_drop_labels(made);
  for (; in.at < in.end && !(rows && n == rows); n++)
    TRY(read_row(&in, columns, n == 0, made->X + n * made->d, made->y ? &made->y[n] : NULL, words,
                 err));
  made->n = n;
  *data = made;
  made = NULL;
done:
  if (in.locale) freelocale(in.locale);
  lip_dataset_free(made);
  return st;
}
