/* store_csv.c - a store's rows as text. */
#include "sweep/store.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/database.h"

#include <string.h>

static void write_text(FILE *out, const char *text)
{
  if (!strpbrk(text, ",\"\n")) {
    (void)fputs(text, out);
    return;
  }
  (void)fputc('"', out);
  for (; *text; text++) {
    if (*text == '"') (void)fputc('"', out);
    (void)fputc(*text, out);
  }
  (void)fputc('"', out);
}

static void write_value(FILE *out, sqlite3_stmt *row, int at)
{
  switch (sqlite3_column_type(row, at)) {
  case SQLITE_NULL:
    break;
  case SQLITE_FLOAT:
    (void)fprintf(out, "%.17g", sqlite3_column_double(row, at));
    break;
  default:
    write_text(out, (const char *)sqlite3_column_text(row, at));
    break;
  }
}

/* One line: the names where row is NULL. */
static void write_line(FILE *out, const lip_columns *columns, bool times, sqlite3_stmt *row)
{
  char name[64];

  for (size_t i = 0; i < columns->count; i++) {
    if (!times && lip_column_varies(columns, i)) continue;
    if (i) (void)fputc(',', out);
    if (row)
      write_value(out, row, (int)i);
    else
      (void)fputs(lip_column_name(columns, i, name), out);
  }
  (void)fputc('\n', out);
}

lip_status lip_store_write_csv(const char *path, const char *block, bool times, const char *csv,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_database database = {.lock = -1};
  lip_atomic_file file = {0};
  sqlite3_stmt *statement = NULL;
  bool row = false;

  TRY(lip_database_open(path, &database, err));
  TRY(lip_database_select_runs(&database, block, "key", &statement, err));
  TRY(lip_atomic_open(csv, &file, err));
  write_line(file.stream, &database.columns, times, NULL); /* commit sees the stream's error */
  for (;;) {
    TRY(lip_database_step(&database, statement, &row, err));
    if (!row) break;
    write_line(file.stream, &database.columns, times, statement);
  }
  TRY(lip_atomic_commit(&file, err));
done:
  (void)sqlite3_finalize(statement);
  lip_database_close(&database);
  lip_atomic_abandon(&file);
  return st;
}
