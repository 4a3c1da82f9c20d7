/* store_write.c - rows into the store, each in a transaction of its own. */
#include "sweep/store_write.h"

#include "base/error.h"
#include "base/memory.h"
#include "sweep/database.h"

struct lip_store {
  lip_database database;
  sqlite3_stmt *add_run;
};

lip_status lip_store_open(const char *path, lip_store **store, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_store *made = lip_alloc_zero(1, sizeof *made);
  char *names = NULL, *marks = NULL, *text = NULL;

  if (!made) FAIL(LIP_ENOMEM, "%s: no memory for the store", path);
  TRY(lip_database_open_writer(path, &made->database, err));
  names = lip_column_list(&made->database.columns, false);
  marks = lip_alloc_zero(2 * made->database.columns.count + 1, 1);
  if (!names || !marks) FAIL(LIP_ENOMEM, "%s: no memory for the store", path);
  for (size_t i = 0; i < made->database.columns.count; i++) {
    marks[2 * i] = i ? ',' : ' ';
    marks[2 * i + 1] = '?';
  }
  text = sqlite3_mprintf("INSERT INTO runs(%s) VALUES(%s)", names, marks);
  if (!text) FAIL(LIP_ENOMEM, "%s: no memory for the store", path);
  TRY(lip_database_prepare(&made->database, text, &made->add_run, err));
  *store = made;
  made = NULL;
done:
  sqlite3_free(text);
  lip_free(names);
  lip_free(marks);
  lip_store_close(made);
  return st;
}

void lip_store_close(lip_store *store)
{
  if (!store) return;
  (void)sqlite3_finalize(store->add_run);
  lip_database_close(&store->database);
  lip_free(store);
}

/* Ends a transaction as `so_far` says. */
static lip_status end_transaction(lip_store *store, lip_status so_far, lip_error *err)
{
  if (so_far == LIP_OK) so_far = lip_database_run(&store->database, "COMMIT", err);
  if (so_far != LIP_OK && !sqlite3_get_autocommit(store->database.sql))
    (void)sqlite3_exec(store->database.sql, "ROLLBACK", NULL, NULL, NULL);
  return so_far;
}

static lip_status add_block(lip_store *store, const lip_plan *plan, const lip_plan_block *block,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_database *database = &store->database;
  sqlite3_stmt *add_plan = NULL, *add_cell = NULL;
  bool row;

  TRY(lip_database_prepare(database, "INSERT OR IGNORE INTO cells VALUES(?, ?)", &add_cell, err));
  for (size_t i = 0; i < block->cells; i++) {
    (void)sqlite3_bind_text(add_cell, 1, block->name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(add_cell, 2, plan->cell[block->cell[i]].key, -1, SQLITE_STATIC);
    TRY(lip_database_step(database, add_cell, &row, err));
    (void)sqlite3_reset(add_cell);
  }
  TRY(lip_database_prepare(database, "INSERT OR IGNORE INTO plan VALUES(?, ?, ?, ?)", &add_plan,
                           err));
  (void)sqlite3_bind_text(add_plan, 1, block->name, -1, SQLITE_STATIC);
  (void)sqlite3_bind_text(add_plan, 2, plan->text, -1, SQLITE_STATIC);
  (void)sqlite3_bind_int64(add_plan, 3, (sqlite3_int64)block->cells);
  (void)sqlite3_bind_int64(add_plan, 4, (sqlite3_int64)block->skipped);
  TRY(lip_database_step(database, add_plan, &row, err));
done:
  (void)sqlite3_finalize(add_plan);
  (void)sqlite3_finalize(add_cell);
  return st;
}

lip_status lip_store_add_plan(lip_store *store, const lip_plan *plan, lip_error *err)
{
  lip_status st = lip_database_run(&store->database, "BEGIN IMMEDIATE", err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; i < plan->blocks && st == LIP_OK; i++)
    st = add_block(store, plan, &plan->block[i], err);
  return end_transaction(store, st, err);
}

lip_status lip_store_each_run(lip_store *store, void (*each)(void *context, const lip_run *run),
                              void *context, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_database *database = &store->database;
  char *names = lip_column_list(&database->columns, false), *text = NULL;
  sqlite3_stmt *statement = NULL;
  bool row = true;

  if (names) text = sqlite3_mprintf("SELECT %s FROM runs", names);
  if (!text) FAIL(LIP_ENOMEM, "%s: no memory for the store", database->path);
  TRY(lip_database_prepare(database, text, &statement, err));
  for (;;) {
    lip_run run;

    TRY(lip_database_step(database, statement, &row, err));
    if (!row) break;
    st = lip_columns_read(&database->columns, statement, &run, err);
    if (st == LIP_OK) each(context, &run);
    lip_run_clear(&run);
    if (st != LIP_OK) {
      lip_error_prefix(err, "%s", database->path);
      goto done;
    }
  }
done:
  (void)sqlite3_finalize(statement);
  sqlite3_free(text);
  lip_free(names);
  return st;
}

lip_status lip_store_add_run(lip_store *store, const lip_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  bool row;

  if (lip_columns_bind(&store->database.columns, store->add_run, run) != SQLITE_OK)
    return lip_database_failure(&store->database, err);
  st = lip_database_run(&store->database, "BEGIN IMMEDIATE", err);
  if (st != LIP_OK) return st;
  st = lip_database_step(&store->database, store->add_run, &row, err);
  (void)sqlite3_reset(store->add_run);
  return end_transaction(store, st, err);
}
