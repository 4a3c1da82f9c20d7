/* columns.h - the columns of the table `runs`: every option, every result, once each. */
#ifndef LIP_SWEEP_COLUMNS_H
#define LIP_SWEEP_COLUMNS_H

#include "sweep/setting.h"
#include "sweep/store.h"

#include <sqlite3.h>

/* The order of the table: key, status, error, the options (dashes as underscores), results, times
   and machine. */
typedef struct lip_columns {
  lip_knobs knobs;
  size_t count;
} lip_columns;

void lip_columns_all(lip_columns *columns);

/* Does the column differ between equal runs: times and machine? */
bool lip_column_varies(const lip_columns *columns, size_t column);

/* The column's name. buffer  workspace, 64 bytes. */
const char *lip_column_name(const lip_columns *columns, size_t column, char *buffer);
/* "INTEGER", "REAL" or "TEXT". */
const char *lip_column_type(const lip_columns *columns, size_t column);

/* "name, name, ..." as it stands in SQL; lip_free. NULL when memory is out. with_types: for CREATE.
 */
char *lip_column_list(const lip_columns *columns, bool with_types);

/* Binds a row to parameters 1 .. count. The statement reads the run until it is stepped. Returns
   SQLITE_OK or what SQLite said. */
int lip_columns_bind(const lip_columns *columns, sqlite3_stmt *statement, const lip_run *run);

/* Reads a row of a statement that selects all columns in order. LIP_ENOMEM; LIP_EINPUT where a
   value is of another type than the column. run is released with lip_runs_free also on failure. */
LIP_MUST_CHECK lip_status lip_columns_read(const lip_columns *columns, sqlite3_stmt *statement,
                                           lip_run *run, lip_error *err);

#endif
