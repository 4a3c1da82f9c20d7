/* sheet.c - rows of numbers, each computed once: the file of finished rows, and the team.

   rows/NAME.csv begins with a line that tells the settings (study, scale, sheet, header); then one
   line for each row in the order of finishing: number of the unit, number of the line, words,
   numbers with 17 digits. The lines of a unit are appended in one write and synced. What follows
   the last whole unit (of a call that was killed) is cut off; a file with other settings is begun
   anew. */
#include "study/study.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { WORDS_SIZE = 256, LINE_SIZE = 8192 };
enum { FORMAT = 1 }; /* of rows and of what is computed: another number drops all finished rows */

typedef struct filling {
  study_run *run;
  sheet *self;
  FILE *file;
  bool *there;   /* by unit */
  size_t *to_do; /* units */
  size_t left, finished;
  double *scratch; /* lines x columns for each thread */
  pthread_mutex_t lock;
  lip_status st;
  lip_error err;
} filling;

const double *sheet_row(const sheet *self, size_t unit, size_t line)
{
  return self->value + (unit * self->lines + line) * self->columns;
}

void sheet_clear(sheet *self)
{
  lip_free(self->value);
  self->value = NULL;
}

static void words_of(const sheet *self, size_t unit, size_t line, char *text)
{
  text[0] = 0;
  if (self->words) self->words(self->context, unit, line, text, WORDS_SIZE);
}

/* What the file's first line says. */
static void write_settings(const filling *f, char *text)
{
  (void)snprintf(text, LINE_SIZE, "# liplaw %d, %s, %s, scale %d, %zu units: unit,line,%s\n",
                 FORMAT, f->run->name, f->self->name, (int)f->run->scale, f->self->units,
                 f->self->header);
}

/* A line into the sheet's values; false where it is none of this sheet's. */
static bool read_line(const filling *f, char *text, size_t expected_line, size_t *unit)
{
  sheet *self = f->self;
  char words[WORDS_SIZE], *end = NULL;
  size_t line, length;
  double *value;

  *unit = strtoull(text, &end, 10);
  if (*end != ',' || *unit >= self->units) return false;
  line = strtoull(end + 1, &end, 10);
  if (*end != ',' || line != expected_line) return false;
  words_of(self, *unit, line, words);
  length = strlen(words);
  if (length && (strncmp(end + 1, words, length) != 0 || end[1 + length] != ',')) return false;
  if (length) end += 1 + length;
  value = self->value + (*unit * self->lines + line) * self->columns;
  for (size_t i = 0; i < self->columns; i++) {
    char *from = end + 1;

    if (*end != ',') return false;
    value[i] = strtod(from, &end);
    if (end == from) return false;
  }
  return *end == '\n';
}

/* Takes over finished units; returns the place behind the last whole one, 0 where the settings are
   others. */
static long take_over(filling *f)
{
  char text[LINE_SIZE], settings[LINE_SIZE];
  size_t unit = 0, first = 0, line = 0;
  long whole;

  write_settings(f, settings);
  if (!fgets(text, sizeof text, f->file) || strcmp(text, settings) != 0) return 0;
  whole = ftell(f->file);
  while (fgets(text, sizeof text, f->file) && read_line(f, text, line, &unit)) {
    if (line == 0) first = unit;
    if (unit != first) break;
    if (++line < f->self->lines) continue;
    f->there[unit] = true;
    whole = ftell(f->file);
    line = 0;
  }
  return whole;
}

static lip_status open_rows(filling *f, lip_error *err)
{
  lip_status st = LIP_OK;
  char path[4096], settings[LINE_SIZE];
  int descriptor;
  long whole;

  (void)snprintf(path, sizeof path, "%s/rows", f->run->path);
  TRY(folder_ensure(path, err));
  (void)snprintf(path, sizeof path, "%s/rows/%s.csv", f->run->path, f->self->name);
  descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  f->file = descriptor < 0 ? NULL : fdopen(descriptor, "r+");
  if (!f->file) FAIL(LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    FAIL(LIP_EIO, "%s: another call is filling it", path);
  whole = take_over(f);
  if (ftruncate(descriptor, whole) != 0 || fseek(f->file, whole, SEEK_SET) != 0)
    FAIL(LIP_EIO, "%s: cannot be written: %s", path, strerror(errno));
  write_settings(f, settings);
  if (whole == 0) (void)fputs(settings, f->file);
done:
  return st;
}

static lip_status append(filling *f, size_t unit, lip_error *err)
{
  char words[WORDS_SIZE];

  for (size_t line = 0; line < f->self->lines; line++) {
    const double *value = sheet_row(f->self, unit, line);

    words_of(f->self, unit, line, words);
    (void)fprintf(f->file, "%zu,%zu%s%s", unit, line, words[0] ? "," : "", words);
    for (size_t i = 0; i < f->self->columns; i++) (void)fprintf(f->file, ",%.17g", value[i]);
    (void)fputc('\n', f->file);
  }
  if (fflush(f->file) == 0 && fdatasync(fileno(f->file)) == 0) return LIP_OK;
  return lip_fail(err, LIP_EIO, "%s/rows/%s.csv: cannot be written: %s", f->run->path,
                  f->self->name, strerror(errno));
}

static void finish_unit(filling *f, size_t unit, const double *value, lip_status st, lip_error *err)
{
  const lip_control *control = f->run->control;
  size_t size = f->self->lines * f->self->columns;
  char text[96];

  (void)pthread_mutex_lock(&f->lock);
  if (st == LIP_OK) {
    memcpy(f->self->value + unit * size, value, size * sizeof *value);
    st = append(f, unit, err);
  }
  if (st == LIP_OK) {
    f->finished++;
    f->run->done += f->self->lines;
  } else if (f->st == LIP_OK) {
    f->st = st;
    f->err = *err;
  }
  (void)snprintf(text, sizeof text, "%s: %zu of %zu", f->self->name, f->finished, f->self->units);
  if (control && control->progress)
    control->progress(control->context, 0.999 * (double)f->finished / (double)f->self->units, text);
  (void)pthread_mutex_unlock(&f->lock);
}

static void compute_unit(void *context, size_t task, size_t thread)
{
  filling *f = context;
  size_t unit = f->to_do[task];
  double *value = f->scratch + thread * f->self->lines * f->self->columns;
  lip_error err = {""};
  lip_status st;
  bool failed;

  (void)pthread_mutex_lock(&f->lock);
  failed = f->st != LIP_OK;
  (void)pthread_mutex_unlock(&f->lock);
  if (failed) return;
  if (study_stopped(f->run))
    st = lip_fail(&err, LIP_EINTERRUPT, "interrupted");
  else
    st = f->self->compute(f->run, f->self->context, unit, thread, value, &err);
  finish_unit(f, unit, value, st, &err);
}

static lip_status write_table(study_run *run, const sheet *self, lip_error *err)
{
  lip_status st = LIP_OK;
  char name[96], words[WORDS_SIZE];
  FILE *out = NULL;

  (void)snprintf(name, sizeof name, "tables/%s.csv", self->name);
  TRY(folder_create(&run->folder, name, &out, err));
  (void)fprintf(out, "%s\n", self->header);
  for (size_t unit = 0; unit < self->units; unit++)
    for (size_t line = 0; line < self->lines; line++) {
      const double *value = sheet_row(self, unit, line);

      words_of(self, unit, line, words);
      (void)fputs(words, out);
      for (size_t i = 0; i < self->columns; i++) {
        if (i > 0 || words[0]) (void)fputc(',', out);
        if (!isnan(value[i])) (void)fprintf(out, "%.17g", value[i]);
      }
      (void)fputc('\n', out);
    }
  TRY(folder_close(&run->folder, out, err));
done:
  return st;
}

static lip_status make_room(filling *f, lip_error *err)
{
  lip_status st = LIP_OK;
  sheet *self = f->self;
  size_t size = self->lines * self->columns;

  self->value = lip_alloc_zero(self->units, size * sizeof *self->value);
  f->there = lip_alloc_zero(self->units, sizeof *f->there);
  f->to_do = lip_alloc(self->units, sizeof *f->to_do);
  f->scratch = lip_alloc(lip_team_size(f->run->team), size * sizeof *f->scratch);
  if (!self->value || !f->there || !f->to_do || !f->scratch)
    FAIL(LIP_ENOMEM, "no memory for %zu rows", self->units * self->lines);
done:
  return st;
}

lip_status sheet_fill(study_run *run, sheet *self, lip_error *err)
{
  lip_status st = LIP_OK;
  filling f = {.run = run, .self = self, .lock = PTHREAD_MUTEX_INITIALIZER};

  run->rows += self->units * self->lines;
  TRY(make_room(&f, err));
  TRY(open_rows(&f, err));
  for (size_t unit = 0; unit < self->units; unit++)
    if (!f.there[unit]) f.to_do[f.left++] = unit;
  f.finished = self->units - f.left;
  run->done += f.finished * self->lines;
  lip_team_run(run->team, f.left, compute_unit, &f);
  if (f.st != LIP_OK) {
    if (err) *err = f.err;
    st = f.st;
    goto done;
  }
  TRY(write_table(run, self, err));
done:
  if (f.file) (void)fclose(f.file); /* every unit was flushed and synced when it was appended */
  lip_free(f.there);
  lip_free(f.to_do);
  lip_free(f.scratch);
  return st;
}
