/* law_batch.c - evaluates a theorem for every row of a CSV file, whose header names quantities.
   Nothing is printed before every row was evaluated. */
#include "cli/law_batch.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/law_answer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 64 };

typedef struct batch {
  const char *path, *solve;
  const lip_law *law;
  FILE *in;
  char *line;
  size_t room, number; /* of the line, from 1 */
  char *cell[MAX_COLUMNS];
  size_t cells, columns;
  const lip_quantity *column[MAX_COLUMNS];
  json_t *rows; /* NULL: CSV into `text` */
  FILE *text;
} batch;

/* Strips blanks and one pair of quotes around a cell. */
static char *strip(char *cell)
{
  char *end = cell + strlen(cell);

  while (*cell == ' ' || *cell == '\t') cell++;
  while (end > cell && strchr(" \t\r\n", end[-1])) *--end = 0;
  if (end > cell + 1 && *cell == '"' && end[-1] == '"') {
    end[-1] = 0;
    cell++;
  }
  return cell;
}

/* The next line that is not empty, cut into cells; false at the end of the file. */
static bool next_line(batch *at, lip_error *err, lip_status *status)
{
  char *rest;

  do {
    ssize_t length = getline(&at->line, &at->room, at->in);

    if (length < 0) return false;
    at->number++;
    if (strlen(at->line) != (size_t)length) {
      *status = lip_fail(err, LIP_EINPUT, "%s: line %zu holds a zero byte", at->path, at->number);
      return false;
    }
    rest = at->line;
    if (at->number == 1 && strncmp(rest, "\xef\xbb\xbf", 3) == 0) rest += 3;
  } while (!*strip(rest));
  for (at->cells = 0; rest;) {
    char *cell = strsep(&rest, ",");

    if (at->cells == MAX_COLUMNS) {
      *status = lip_fail(err, LIP_EINPUT, "%s: line %zu has more than %d columns", at->path,
                         at->number, MAX_COLUMNS);
      return false;
    }
    at->cell[at->cells++] = strip(cell);
  }
  return true;
}

static lip_status read_header(batch *at, lip_error *err)
{
  lip_status st = LIP_OK;

  if (!next_line(at, err, &st))
    return st == LIP_OK ? lip_fail(err, LIP_EINPUT,
                                   "%s: is empty; its first line must name "
                                   "quantities, such as n,d,p",
                                   at->path)
                        : st;
  at->columns = at->cells;
  for (size_t i = 0; i < at->columns; i++) {
    suggestion near = {at->cell[i], strlen(at->cell[i]), 0, NULL};

    at->column[i] = lip_quantity_find(at->cell[i]);
    for (size_t j = 0; j < i; j++)
      if (at->column[i] && at->column[j] == at->column[i])
        return lip_fail(err, LIP_EINPUT, "%s: line %zu names %s twice", at->path, at->number,
                        at->cell[i]);
    if (at->column[i]) continue;
    for (size_t j = 0; lip_quantity_at(j); j++) cli_suggest(&near, lip_quantity_at(j)->option);
    return lip_fail(err, LIP_EINPUT, "%s: line %zu: there is no quantity '%s'%s%s%s", at->path,
                    at->number, at->cell[i], near.name ? "; did you mean '" : "",
                    near.name ? near.name : "", near.name ? "'?" : "");
  }
  return LIP_OK;
}

static lip_status read_row(const batch *at, lip_law_input *input, lip_error *err)
{
  if (at->cells != at->columns)
    return lip_fail(err, LIP_EINPUT, "%s: line %zu has %zu columns, the header %zu", at->path,
                    at->number, at->cells, at->columns);
  for (size_t i = 0; i < at->columns; i++) {
    char *end;
    double value = strtod(at->cell[i], &end);

    if (!*at->cell[i]) continue;
    if (*end || isnan(value))
      return lip_fail(err, LIP_EINPUT, "%s: line %zu, column %zu: '%.40s' is not a number",
                      at->path, at->number, i + 1, at->cell[i]);
    *lip_quantity_of(at->column[i], input) = value;
    if (strcmp(at->column[i]->name, "c") != 0) continue;
    input->points_law = NULL; /* that was of another c */
    input->isoperimetric = LIP_UNKNOWN;
  }
  return LIP_OK;
}

static const char *yes_no(lip_answer answer)
{
  return answer == LIP_YES ? "yes" : answer == LIP_NO ? "no" : "unknown";
}

static void write_number(FILE *out, double value)
{
  if (!isnan(value)) (void)fprintf(out, "%.17g", value);
  (void)fputc(',', out);
}

static void write_row(batch *at, const lip_law_result *result)
{
  lip_law_input values = result->solved;

  for (size_t i = 0; i < at->columns; i++)
    write_number(at->text, *lip_quantity_of(at->column[i], &values));
  if (at->solve) write_number(at->text, *lip_quantity_of(lip_quantity_find(at->solve), &values));
  write_number(at->text, result->bound);
  write_number(at->text, result->order);
  (void)fprintf(at->text, "%s,%s,%s,\"%s\"\n", law_kind(result), yes_no(result->holds),
                result->vacuous ? "yes" : "no", result->vacuous ? result->why_vacuous : "");
}

static void write_header(const batch *at)
{
  for (size_t i = 0; i < at->columns; i++) (void)fprintf(at->text, "%s,", at->column[i]->name);
  if (at->solve) (void)fprintf(at->text, "solved_%s,", lip_quantity_find(at->solve)->name);
  (void)fputs("bound,order,kind,holds,vacuous,why_vacuous\n", at->text);
}

static lip_status evaluate_rows(batch *at, const lip_law_input *defaults, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_result result;

  if (at->solve && !lip_quantity_find(at->solve))
    FAIL(LIP_EOPTION, "--solve: there is no quantity '%s'", at->solve);
  TRY(read_header(at, err));
  if (!at->rows) write_header(at);
  while (next_line(at, err, &st)) {
    lip_law_input input = *defaults;

    TRY(read_row(at, &input, err));
    st = at->solve ? lip_law_solve(at->law, at->solve, &input, &result, err)
                   : lip_law_evaluate(at->law, &input, &result, err);
    if (st != LIP_OK) {
      lip_error_prefix(err, "%s: line %zu", at->path, at->number);
      st = LIP_EINPUT;
      goto done;
    }
    if (!at->rows)
      write_row(at, &result);
    else if (json_array_append_new(at->rows, law_object(at->law, at->solve, &result)) != 0)
      FAIL(LIP_ENOMEM, "no memory for the answer");
  }
done:
  return st;
}

lip_status law_batch(const char *path, const lip_law *law, const char *solve,
                     const lip_law_input *input, bool json, lip_error *err)
{
  lip_status st = LIP_OK;
  batch at = {.path = path, .law = law, .solve = solve};
  char *text = NULL;
  size_t size;

  at.in = fopen(path, "re");
  if (!at.in) FAIL(LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  if (json)
    at.rows = json_array();
  else
    at.text = open_memstream(&text, &size);
  if (!at.rows && !at.text) FAIL(LIP_ENOMEM, "no memory for the answer");
  TRY(evaluate_rows(&at, input, err));
  if (ferror(at.in)) FAIL(LIP_EIO, "%s: cannot be read", path);
  if (json) {
    (void)cli_answer_json("ok", json_pack("{s:s, s:O}", "theorem", law->name, "rows", at.rows));
  } else {
    if (fflush(at.text) != 0) FAIL(LIP_ENOMEM, "no memory for the answer");
    (void)fputs(text, stdout);
  }
done:
  if (at.in) (void)fclose(at.in);
  if (at.text) (void)fclose(at.text);
  free(text);
  free(at.line);
  json_decref(at.rows);
  return st;
}
