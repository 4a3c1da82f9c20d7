/* store_read.c - rows and blocks out of a store, for reports. */
#include "sweep/store.h"

#include "base/error.h"
#include "base/memory.h"
#include "sweep/database.h"

#include <stdlib.h>
#include <string.h>

void lip_run_clear(lip_run *run)
{
  lip_free(run->key);
  lip_free(run->domain);
  *run = (lip_run){0};
}

void lip_runs_free(lip_run *runs, size_t count)
{
  for (size_t i = 0; i < count; i++) lip_run_clear(&runs[i]);
  lip_free(runs);
}

/* The number that a statement gives, for a first allocation. */
static lip_status count_rows(const lip_database *database, const char *text, size_t *rows,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  sqlite3_stmt *statement = NULL;
  bool row;

  TRY(lip_database_prepare(database, text, &statement, err));
  TRY(lip_database_step(database, statement, &row, err));
  *rows = (size_t)sqlite3_column_int64(statement, 0);
done:
  (void)sqlite3_finalize(statement);
  return st;
}

lip_status lip_store_blocks(const char *path, lip_store_block **blocks, size_t *count,
                            lip_error *err)
{
  /* Plans may share a block's name: its cells are those of all of them. */
  static const char text[] =
      "SELECT p.block, (SELECT count(*) FROM cells c WHERE c.block = p.block),"
      " (SELECT count(*) FROM cells c JOIN runs r ON r.key = c.key WHERE c.block = p.block),"
      " sum(p.skipped) FROM plan p GROUP BY p.block ORDER BY min(p.rowid)";
  lip_status st = LIP_OK;
  lip_database database = {.lock = -1};
  sqlite3_stmt *statement = NULL;
  lip_store_block *made = NULL;
  size_t room = 0, used = 0;
  bool row = false;

  TRY(lip_database_open(path, &database, err));
  TRY(lip_database_run(&database, "BEGIN", err)); /* one view of the store for both statements */
  TRY(count_rows(&database, "SELECT count(DISTINCT block) FROM plan", &room, err));
  made = lip_alloc_zero(room, sizeof *made);
  if (!made) FAIL(LIP_ENOMEM, "%s: no memory for its blocks", path);
  TRY(lip_database_prepare(&database, text, &statement, err));
  for (; used < room; used++) {
    lip_store_block *block = &made[used];

    TRY(lip_database_step(&database, statement, &row, err));
    if (!row) break;
    (void)snprintf(block->name, sizeof block->name, "%s", sqlite3_column_text(statement, 0));
    block->cells = (size_t)sqlite3_column_int64(statement, 1);
    block->done = (size_t)sqlite3_column_int64(statement, 2);
    block->skipped = (size_t)sqlite3_column_int64(statement, 3);
  }
  *blocks = made;
  *count = used;
  made = NULL;
done:
  (void)sqlite3_finalize(statement);
  lip_database_close(&database);
  lip_free(made);
  return st;
}

lip_status lip_store_runs(const char *path, const char *block, lip_run **runs, size_t *count,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  lip_database database = {.lock = -1};
  sqlite3_stmt *statement = NULL;
  lip_run *made = NULL;
  size_t room = 0, used = 0;
  bool row = false;

  TRY(lip_database_open(path, &database, err));
  TRY(lip_database_run(&database, "BEGIN", err));
  TRY(count_rows(&database, "SELECT count(*) FROM runs", &room, err));
  made = lip_alloc(room, sizeof *made);
  if (!made) FAIL(LIP_ENOMEM, "%s: no memory for %zu rows", path, room);
  TRY(lip_database_select_runs(&database, block, "n, d, k, eps, lr, seed, key", &statement, err));
  while (used < room) {
    TRY(lip_database_step(&database, statement, &row, err));
    if (!row) break;
    st = lip_columns_read(&database.columns, statement, &made[used++], err);
    if (st != LIP_OK) {
      lip_error_prefix(err, "%s", path);
      goto done;
    }
  }
  *runs = made;
  *count = used;
  made = NULL;
done:
  (void)sqlite3_finalize(statement);
  lip_database_close(&database);
  if (made) lip_runs_free(made, used);
  return st;
}
