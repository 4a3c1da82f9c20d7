/* database.h - the store's file: opened, known for what it is, laid out. */
#ifndef LIP_SWEEP_DATABASE_H
#define LIP_SWEEP_DATABASE_H

#include "sweep/columns.h"

typedef struct lip_database {
  char *path; /* owned, for error texts */
  sqlite3 *sql;
  int lock; /* a descriptor that holds the writer's lock; -1 for readers */
  lip_columns columns;
} lip_database;

/* Opens a store that exists. It is not changed (but for what a killed writer left half done, which
   SQLite takes back).
   return  LIP_OK; LIP_EIO; LIP_EINPUT: no store, damaged, or of another version; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_database_open(const char *path, lip_database *database,
                                            lip_error *err);

/* Opens a store for one writer, makes it where it is missing or empty, and keeps others out until
   it is closed.
   return  as above; LIP_EINPUT also where another writer has it */
LIP_MUST_CHECK lip_status lip_database_open_writer(const char *path, lip_database *database,
                                                   lip_error *err);
void lip_database_close(lip_database *database); /* takes what a failed open left */

/* For statements: the status and text of what SQLite just reported. */
lip_status lip_database_failure(const lip_database *database, lip_error *err);

/* Runs statements without results. */
LIP_MUST_CHECK lip_status lip_database_run(const lip_database *database, const char *text,
                                           lip_error *err);

/* Steps to the next row; *row false at the end. */
LIP_MUST_CHECK lip_status lip_database_step(const lip_database *database, sqlite3_stmt *statement,
                                            bool *row, lip_error *err);

LIP_MUST_CHECK lip_status lip_database_prepare(const lip_database *database, const char *text,
                                               sqlite3_stmt **statement, lip_error *err);

/* All columns of a block's rows (of all rows: NULL), in the order of the columns named. */
LIP_MUST_CHECK lip_status lip_database_select_runs(const lip_database *database, const char *block,
                                                   const char *order, sqlite3_stmt **statement,
                                                   lip_error *err);

#endif
