/* columns.c - the columns of the table `runs`, and a row in and out of SQLite. */
#include "sweep/columns.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

typedef enum field_type { REAL, COUNT, FLAG, WORDS } field_type;

/* A field of lip_run that no option decides. */
typedef struct field {
  const char *name;
  field_type type;
  size_t offset, size; /* size: of a text's array */
} field;

#define FIELD(name, type)                                                                          \
  {                                                                                                \
#name, type, offsetof(lip_run, name), sizeof((lip_run *)0)->name                               \
  }

static const field results[] = {
    FIELD(parameters, COUNT),
    FIELD(steps_taken, COUNT),
    FIELD(loss, REAL),
    FIELD(sign_accuracy, REAL),
    FIELD(fitted, FLAG),
    FIELD(max_random_gradient, REAL),
    FIELD(max_data_gradient, REAL),
    FIELD(lower, REAL),
    FIELD(lower_method, WORDS),
    FIELD(upper, REAL),
    FIELD(upper_method, WORDS),
    FIELD(data_radius, REAL),
    FIELD(lower_ball, REAL),
    FIELD(upper_ball, REAL),
    FIELD(lower_sphere, REAL),
    FIELD(upper_sphere, REAL),
    FIELD(certified, FLAG),
    FIELD(path_norm, REAL),
    FIELD(product, REAL),
    FIELD(l_star, REAL),
    FIELD(seconds_train, REAL),
    FIELD(seconds_measure, REAL),
    FIELD(seconds, REAL),
    FIELD(finished, WORDS),
    FIELD(machine, WORDS),
    FIELD(version, WORDS),
    FIELD(kernel, WORDS),
    FIELD(blas_kernel, WORDS),
};
enum {
  HEAD = 3, /* key, status, error */
  RESULTS = sizeof results / sizeof *results,
  VARYING = 8, /* the last of the results are times and machine */
};

static const char *const head_names[HEAD] = {"key", "status", "error"};
static const char *const status_names[] = {"kept", "unfitted", "failed"};

void lip_columns_all(lip_columns *columns)
{
  lip_knobs_all(&columns->knobs);
  columns->count = HEAD + columns->knobs.count + RESULTS;
}

bool lip_column_varies(const lip_columns *columns, size_t column)
{
  return column >= columns->count - VARYING;
}

/* Which of the three groups a column is in. */
static const lip_knob *knob_of(const lip_columns *columns, size_t column)
{
  return column >= HEAD && column < HEAD + columns->knobs.count
             ? &columns->knobs.knob[column - HEAD]
             : NULL;
}

static const field *field_of(const lip_columns *columns, size_t column)
{
  size_t before = HEAD + columns->knobs.count;

  return column >= before ? &results[column - before] : NULL;
}

const char *lip_column_name(const lip_columns *columns, size_t column, char *buffer)
{
  const lip_knob *knob = knob_of(columns, column);
  const field *result = field_of(columns, column);

  if (!knob) return result ? result->name : head_names[column];
  (void)snprintf(buffer, 64, "%s", knob->option->name);
  for (char *at = buffer; *at; at++)
    if (*at == '-') *at = '_';
  return buffer;
}

const char *lip_column_type(const lip_columns *columns, size_t column)
{
  static const char *const option_types[] = {
      [LIP_OPT_BOOL] = "INTEGER", [LIP_OPT_SIZE] = "INTEGER", [LIP_OPT_U64] = "INTEGER",
      [LIP_OPT_F64] = "REAL",     [LIP_OPT_CHOICE] = "TEXT",  [LIP_OPT_TEXT] = "TEXT",
  };
  static const char *const field_types[] = {
      [REAL] = "REAL", [COUNT] = "INTEGER", [FLAG] = "INTEGER", [WORDS] = "TEXT"};
  const lip_knob *knob = knob_of(columns, column);
  const field *result = field_of(columns, column);

  if (knob) return option_types[knob->option->type];
  return result ? field_types[result->type] : "TEXT";
}

char *lip_column_list(const lip_columns *columns, bool with_types)
{
  char *list = lip_alloc(columns->count, 96), name[64];
  size_t used = 0;

  if (!list) return NULL;
  for (size_t i = 0; i < columns->count; i++) {
    used += (size_t)snprintf(list + used, 96, "%s\"%s\"", i ? ", " : "",
                             lip_column_name(columns, i, name));
    if (with_types)
      used += (size_t)snprintf(list + used, 24, " %s%s", lip_column_type(columns, i),
                               i ? "" : " PRIMARY KEY");
  }
  return list;
}

static lip_setting setting_of(const lip_run *run)
{
  return (lip_setting){run->sample, run->train, run->measure};
}

static int bind_text(sqlite3_stmt *statement, int at, const char *text)
{
  return *text ? sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT)
               : sqlite3_bind_null(statement, at);
}

static int bind_knob(sqlite3_stmt *statement, int at, const lip_setting *setting,
                     const lip_knob *knob)
{
  const void *value = lip_setting_field(setting, knob);
  char text[256];

  switch (knob->option->type) {
  case LIP_OPT_BOOL:
    return sqlite3_bind_int(statement, at, *(const bool *)value);
  case LIP_OPT_SIZE:
    return sqlite3_bind_int64(statement, at, (sqlite3_int64) * (const size_t *)value);
  case LIP_OPT_U64: /* seeds of 2^63 and more come out negative */
    return sqlite3_bind_int64(statement, at, (sqlite3_int64) * (const uint64_t *)value);
  case LIP_OPT_F64:
    return sqlite3_bind_double(statement, at, *(const double *)value);
  case LIP_OPT_CHOICE:
  case LIP_OPT_TEXT:
    break;
  }
  return bind_text(
      statement, at,
      lip_option_format(knob->option, (const char *)setting + knob->offset, text, sizeof text));
}

static int bind_field(sqlite3_stmt *statement, int at, const lip_run *run, const field *result)
{
  const void *value = (const char *)run + result->offset;

  switch (result->type) {
  case REAL: /* SQLite makes NULL of NaN */
    return sqlite3_bind_double(statement, at, *(const double *)value);
  case COUNT:
    if (run->status == LIP_RUN_FAILED) return sqlite3_bind_null(statement, at);
    return sqlite3_bind_int64(statement, at, (sqlite3_int64) * (const size_t *)value);
  case FLAG:
    return sqlite3_bind_int(statement, at, *(const bool *)value);
  case WORDS:
    break;
  }
  return bind_text(statement, at, value);
}

int lip_columns_bind(const lip_columns *columns, sqlite3_stmt *statement, const lip_run *run)
{
  lip_setting setting = setting_of(run);
  int rc = bind_text(statement, 1, run->key);

  if (rc == SQLITE_OK) rc = bind_text(statement, 2, status_names[run->status]);
  if (rc == SQLITE_OK) rc = bind_text(statement, 3, run->error);
  for (size_t i = HEAD; i < columns->count && rc == SQLITE_OK; i++) {
    const lip_knob *knob = knob_of(columns, i);

    rc = knob ? bind_knob(statement, (int)i + 1, &setting, knob)
              : bind_field(statement, (int)i + 1, run, field_of(columns, i));
  }
  return rc;
}

/* The text of a column, "" for NULL. */
static const char *text_at(sqlite3_stmt *statement, int at)
{
  const unsigned char *text = sqlite3_column_text(statement, at);

  return text ? (const char *)text : "";
}

static lip_status read_knob(sqlite3_stmt *statement, int at, lip_setting *setting,
                            const lip_knob *knob, lip_error *err)
{
  char *value = (char *)setting + knob->offset + knob->option->offset;

  switch (knob->option->type) {
  case LIP_OPT_BOOL:
    *(bool *)value = sqlite3_column_int(statement, at) != 0;
    return LIP_OK;
  case LIP_OPT_SIZE:
    *(size_t *)value = (size_t)sqlite3_column_int64(statement, at);
    return LIP_OK;
  case LIP_OPT_U64:
    *(uint64_t *)value = (uint64_t)sqlite3_column_int64(statement, at);
    return LIP_OK;
  case LIP_OPT_F64:
    *(double *)value = sqlite3_column_double(statement, at);
    return LIP_OK;
  case LIP_OPT_CHOICE:
    return lip_setting_set(setting, knob, text_at(statement, at), err);
  case LIP_OPT_TEXT: /* the only one is the domain, which the run owns */
    return LIP_OK;
  }
  return LIP_EINPUT;
}

static void read_field(sqlite3_stmt *statement, int at, lip_run *run, const field *result)
{
  void *value = (char *)run + result->offset;
  bool missing = sqlite3_column_type(statement, at) == SQLITE_NULL;

  switch (result->type) {
  case REAL:
    *(double *)value = missing ? NAN : sqlite3_column_double(statement, at);
    break;
  case COUNT:
    *(size_t *)value = (size_t)sqlite3_column_int64(statement, at);
    break;
  case FLAG:
    *(bool *)value = sqlite3_column_int(statement, at) != 0;
    break;
  case WORDS:
    (void)snprintf(value, result->size, "%s", text_at(statement, at));
    break;
  }
}

static lip_status read_head(sqlite3_stmt *statement, lip_run *run, lip_error *err)
{
  const char *status = text_at(statement, 1);

  run->key = lip_strdup(text_at(statement, 0));
  if (!run->key) return lip_fail(err, LIP_ENOMEM, "no memory for a row");
  (void)snprintf(run->error, sizeof run->error, "%s", text_at(statement, 2));
  for (size_t i = 0; i < sizeof status_names / sizeof *status_names; i++) {
    if (strcmp(status, status_names[i]) != 0) continue;
    run->status = (lip_run_status)i;
    return LIP_OK;
  }
  return lip_fail(err, LIP_EINPUT, "row '%.60s...' has the unknown status '%.20s'", run->key,
                  status);
}

lip_status lip_columns_read(const lip_columns *columns, sqlite3_stmt *statement, lip_run *run,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_setting setting;

  *run = (lip_run){0};
  lip_setting_defaults(&setting);
  TRY(read_head(statement, run, err));
  for (size_t i = HEAD; i < columns->count; i++) {
    const lip_knob *knob = knob_of(columns, i);

    if (!knob) {
      read_field(statement, (int)i, run, field_of(columns, i));
      continue;
    }
    if (knob->option->type == LIP_OPT_TEXT) {
      run->domain = lip_strdup(text_at(statement, (int)i));
      if (!run->domain) FAIL(LIP_ENOMEM, "no memory for a row");
      setting.measure.domain = run->domain;
    }
    TRY(read_knob(statement, (int)i, &setting, knob, err));
  }
  setting.train.seed = setting.measure.seed = setting.sample.seed; /* one column for all three */
  run->sample = setting.sample;
  run->train = setting.train;
  run->measure = setting.measure;
done:
  return st;
}
