/* database.c - the store's file. SQLite with a rollback journal and full syncs: one file, that a
   kill or a full disk at any moment leaves whole; readers only ever wait for one commit.
   The writer's lock is flock(2) on the file itself: it ends with the process, however that ends,
   and leaves SQLite's own locks (fcntl) alone. */
#include "sweep/database.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  APPLICATION = 0x6c69706c, /* "lipl", in SQLite's application_id */
  SCHEMA = 2,               /* in user_version; 1 had no brackets */
  PATIENCE = 10000,         /* ms: a commit on a slow disk */
};

static const char layout[] = "CREATE TABLE cells(block TEXT, key TEXT, PRIMARY KEY(block, key));"
                             "CREATE TABLE plan(block TEXT, text TEXT, cells INTEGER,"
                             " skipped INTEGER, PRIMARY KEY(block, text));"
                             "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT);";

lip_status lip_database_failure(const lip_database *database, lip_error *err)
{
  int code = sqlite3_extended_errcode(database->sql);
  int cause = sqlite3_system_errno(database->sql); /* not always known */
  const char *text = sqlite3_errmsg(database->sql);

  switch (code & 0xff) {
  case SQLITE_NOMEM:
    return lip_fail(err, LIP_ENOMEM, "%s: no memory for the store", database->path);
  case SQLITE_NOTADB:
    return lip_fail(err, LIP_EINPUT, "%s: is no store of results", database->path);
  case SQLITE_CORRUPT:
    return lip_fail(err, LIP_EINPUT, "%s: is damaged or cut short (%s)", database->path, text);
  case SQLITE_FULL:
    return lip_fail(err, LIP_EIO, "%s: the disk is full", database->path);
  case SQLITE_IOERR:
    if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ)
      return lip_fail(err, LIP_EIO, "%s: cannot be read (%s)", database->path, text);
    return lip_fail(err, LIP_EIO, "%s: cannot be written: %s", database->path,
                    cause ? strerror(cause) : "the disk fails or is full, or a limit is reached");
  default:
    return lip_fail(err, LIP_EIO, "%s: %s", database->path, text);
  }
}

lip_status lip_database_run(const lip_database *database, const char *text, lip_error *err)
{
  return sqlite3_exec(database->sql, text, NULL, NULL, NULL) == SQLITE_OK
             ? LIP_OK
             : lip_database_failure(database, err);
}

lip_status lip_database_prepare(const lip_database *database, const char *text,
                                sqlite3_stmt **statement, lip_error *err)
{
  return sqlite3_prepare_v2(database->sql, text, -1, statement, NULL) == SQLITE_OK
             ? LIP_OK
             : lip_database_failure(database, err);
}

lip_status lip_database_step(const lip_database *database, sqlite3_stmt *statement, bool *row,
                             lip_error *err)
{
  int rc = sqlite3_step(statement);

  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return lip_database_failure(database, err);
  *row = rc == SQLITE_ROW;
  return LIP_OK;
}

lip_status lip_database_select_runs(const lip_database *database, const char *block,
                                    const char *order, sqlite3_stmt **statement, lip_error *err)
{
  lip_status st = LIP_OK;
  char *names = lip_column_list(&database->columns, false), *text = NULL;

  if (names)
    text = sqlite3_mprintf("SELECT %s FROM runs %s ORDER BY %s", names,
                           block ? "WHERE key IN (SELECT key FROM cells WHERE block = ?)" : "",
                           order);
  if (!text) FAIL(LIP_ENOMEM, "%s: no memory to read it", database->path);
  TRY(lip_database_prepare(database, text, statement, err));
  if (block && sqlite3_bind_text(*statement, 1, block, -1, SQLITE_TRANSIENT) != SQLITE_OK)
    FAIL(LIP_ENOMEM, "%s: no memory to read it", database->path);
done:
  sqlite3_free(text);
  lip_free(names);
  return st;
}

/* The only value of a statement's only row, as text; "" where there is none. */
static lip_status single(const lip_database *database, const char *text, char *value, size_t size,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  sqlite3_stmt *statement = NULL;
  bool row = false;
  const unsigned char *found = NULL;

  TRY(lip_database_prepare(database, text, &statement, err));
  TRY(lip_database_step(database, statement, &row, err));
  if (row) found = sqlite3_column_text(statement, 0);
  (void)snprintf(value, size, "%s", found ? (const char *)found : "");
done:
  (void)sqlite3_finalize(statement);
  return st;
}

static lip_status connect(lip_database *database, int flags, lip_error *err)
{
  /* SQLite takes a name like ":memory:" for something else than a file. */
  if (database->path[0] == ':')
    return lip_fail(err, LIP_EINPUT, "%s: write ./%s", database->path, database->path);
  if (sqlite3_open_v2(database->path, &database->sql, flags | SQLITE_OPEN_FULLMUTEX, NULL) !=
      SQLITE_OK) {
    if (!database->sql) return lip_fail(err, LIP_ENOMEM, "%s: no memory", database->path);
    return lip_database_failure(database, err);
  }
  (void)sqlite3_busy_timeout(database->sql, PATIENCE);
  (void)sqlite3_extended_result_codes(database->sql, 1);
  return LIP_OK;
}

/* Is it ours, of this version, with these columns, and whole? */
static lip_status recognise(lip_database *database, lip_error *err)
{
  lip_status st = LIP_OK;
  char value[4096], *list = lip_column_list(&database->columns, false), mark[32];
  const char *path = database->path;

  if (!list) FAIL(LIP_ENOMEM, "%s: no memory for the store", path);
  TRY(single(database, "PRAGMA application_id", value, sizeof value, err));
  (void)snprintf(mark, sizeof mark, "%d", APPLICATION);
  if (strcmp(value, mark) != 0) FAIL(LIP_EINPUT, "%s: is no store of results", path);
  TRY(single(database, "PRAGMA quick_check(1)", value, sizeof value, err));
  if (strcmp(value, "ok") != 0) FAIL(LIP_EINPUT, "%s: is damaged (%s)", path, value);
  TRY(single(database, "PRAGMA user_version", value, sizeof value, err));
  (void)snprintf(mark, sizeof mark, "%d", SCHEMA);
  if (strcmp(value, mark) != 0)
    FAIL(LIP_EINPUT,
         "%s: is a store of version %s, this liplaw knows version %s: sweep its plan into a new "
         "file",
         path, value, mark);
  TRY(single(database, "SELECT value FROM meta WHERE name = 'columns'", value, sizeof value, err));
  if (strcmp(value, list) != 0)
    FAIL(LIP_EINPUT, "%s: has other columns than version %s of liplaw", path, lip_version());
done:
  lip_free(list);
  return st;
}

/* All in one transaction: a store is laid out, or the file is as empty as before. */
static lip_status lay_out(lip_database *database, lip_error *err)
{
  lip_status st = LIP_OK;
  char *typed = lip_column_list(&database->columns, true);
  char *list = lip_column_list(&database->columns, false), *text = NULL;
  char times[512] = "", name[64];
  size_t used = 0;

  for (size_t i = 0; i < database->columns.count && used < sizeof times; i++)
    if (lip_column_varies(&database->columns, i))
      used += (size_t)snprintf(times + used, sizeof times - used, "%s%s", used ? ", " : "",
                               lip_column_name(&database->columns, i, name));
  if (typed && list)
    text = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;"
                           "CREATE TABLE runs(%s); %s"
                           "INSERT INTO meta VALUES('version', %Q), ('columns', %Q),"
                           " ('times and machine', %Q);",
                           APPLICATION, SCHEMA, typed, layout, lip_version(), list, times);
  if (!text) FAIL(LIP_ENOMEM, "%s: no memory for the store", database->path);
  TRY(lip_database_run(database, "BEGIN IMMEDIATE", err));
  st = lip_database_run(database, text, err);
  if (st == LIP_OK) st = lip_database_run(database, "COMMIT", err);
  if (st != LIP_OK && !sqlite3_get_autocommit(database->sql))
    (void)sqlite3_exec(database->sql, "ROLLBACK", NULL, NULL, NULL);
done:
  sqlite3_free(text);
  lip_free(typed);
  lip_free(list);
  return st;
}

static lip_status begin(const char *path, lip_database *database, lip_error *err)
{
  *database = (lip_database){.lock = -1};
  lip_columns_all(&database->columns);
  database->path = lip_strdup(path);
  return database->path ? LIP_OK : lip_fail(err, LIP_ENOMEM, "%s: no memory for its name", path);
}

lip_status lip_database_open(const char *path, lip_database *database, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(begin(path, database, err));
  if (access(path, R_OK) != 0) FAIL(LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  /* Written to only where a killed writer's journal has to be rolled back. */
  TRY(connect(database, access(path, W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
              err));
  TRY(recognise(database, err));
done:
  return st;
}

static lip_status take_lock(lip_database *database, lip_error *err)
{
  struct stat info;
  const char *path = database->path;

  database->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (database->lock < 0)
    return lip_fail(err, LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(database->lock, &info) != 0)
    return lip_fail(err, LIP_EIO, "%s: %s", path, strerror(errno));
  if (!S_ISREG(info.st_mode)) return lip_fail(err, LIP_EINPUT, "%s: is no regular file", path);
  if (flock(database->lock, LOCK_EX | LOCK_NB) != 0)
    return lip_fail(err, LIP_EINPUT, "%s: another sweep is filling it", path);
  return LIP_OK;
}

/* A file without tables and marks: new, or its layout was stopped half-way and SQLite took it back.
 */
static lip_status is_empty(lip_database *database, bool *empty, lip_error *err)
{
  char tables[32], mark[32];
  lip_status st = single(database, "SELECT count(*) FROM sqlite_master", tables, sizeof tables,
                         err);

  if (st == LIP_OK) st = single(database, "PRAGMA application_id", mark, sizeof mark, err);
  if (st == LIP_OK) *empty = strcmp(tables, "0") == 0 && strcmp(mark, "0") == 0;
  return st;
}

lip_status lip_database_open_writer(const char *path, lip_database *database, lip_error *err)
{
  lip_status st = LIP_OK;
  bool empty = false, made = access(path, F_OK) != 0;
  struct stat info;

  TRY(begin(path, database, err));
  TRY(take_lock(database, err));
  TRY(connect(database, SQLITE_OPEN_READWRITE, err));
  TRY(lip_database_run(database, "PRAGMA synchronous = FULL", err));
  TRY(is_empty(database, &empty, err));
  if (empty) TRY(lay_out(database, err));
  TRY(recognise(database, err));
done:
  /* A file that could not even be laid out is not left behind. */
  if (st != LIP_OK && made && database->lock >= 0 && fstat(database->lock, &info) == 0 &&
      info.st_size == 0)
    (void)unlink(path);
  return st;
}

void lip_database_close(lip_database *database)
{
  (void)sqlite3_close(database->sql);
  /* After SQLite: closing any descriptor of a file ends all of the process's fcntl locks on it. */
  if (database->lock >= 0) (void)close(database->lock);
  lip_free(database->path);
  *database = (lip_database){.lock = -1};
}
