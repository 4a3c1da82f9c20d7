/* dataset_read.c - reads a data set, recognised by its content: npz, csv, or a pair of IDX files.
 */
#include "data/dataset_read.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"
#include "data/csv.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "data/npz.h"
#include "data/preprocess.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const size_t MAX_FILE = (size_t)1 << 42;

static void format_shape(const lip_array *array, char *text, size_t room)
{
  size_t used = 0;

  text[0] = 0;
  for (size_t i = 0; i < array->rank && used < room; i++)
    used += (size_t)snprintf(text + used, room - used, i ? " x %zu" : "%zu", array->shape[i]);
}

/* One number of the archive, above `least`; NaN where there is none. */
static double tell(const void *bytes, size_t size, const char *name, double least)
{
  lip_array array = {0};
  lip_error none = {""};
  double value = NAN;

  if (lip_npz_read(bytes, size, name, 0, &array, &none) == LIP_OK && array.rank == 0 &&
      isfinite(array.values[0]) && array.values[0] >= least)
    value = array.values[0];
  lip_free(array.values);
  return value;
}

/* What a sample says of its own law (docs/formats.md). All of it may be absent, or something else
   in an archive of another origin: then nothing is known. */
static void tell_law(const void *bytes, size_t size, lip_dataset *data)
{
  lip_error none = {""};
  char kind[sizeof data->kind];

  data->noise_level = tell(bytes, size, "noise_level", 0);
  data->isoperimetry_c = tell(bytes, size, "isoperimetry_c", DBL_MIN);
  if (isfinite(data->isoperimetry_c)) data->isoperimetry_source = "told by the file";
  if (lip_npz_read_text(bytes, size, "kind", kind, sizeof kind, &none) == LIP_OK)
    memcpy(data->kind, kind, sizeof kind);
}

/* What is done to points or labels changes their law. */
static void forget_law(const lip_read_options *options, lip_dataset *data)
{
  if (options->positive) data->noise_level = NAN;
  if (!options->mean && !options->scale) return;
  data->isoperimetry_c = NAN;
  data->isoperimetry_source = "unknown";
  (void)snprintf(data->kind, sizeof data->kind, "file");
}

static lip_status parse_npz(const void *bytes, size_t size, const lip_read_options *options,
                            lip_dataset **data, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_array X = {0}, y = {0};
  size_t rows = options->limit;
  char shape[160];

  TRY(lip_npz_read(bytes, size, "X", rows, &X, err));
  format_shape(&X, shape, sizeof shape);
  if (X.rank < 2) FAIL(LIP_EINPUT, "X.npy: its shape is (%s), but X is points x inputs", shape);
  if (options->unlabelled && !lip_npz_holds(bytes, size, "y")) {
    TRY(lip_dataset_adopt(X.shape[0], X.count / X.shape[0], 0, &X.values, &y.values, data, err));
    goto done;
  }
  TRY(lip_npz_read(bytes, size, "y", rows, &y, err));
  format_shape(&y, shape, sizeof shape);
  if (y.rank < 1 || y.rank > 2 || y.shape[0] != X.shape[0])
    FAIL(LIP_EINPUT,
         "y.npy: its shape is (%s), but y is points, or points x labels, for %zu points", shape,
         X.shape[0]);
  TRY(lip_dataset_adopt(X.shape[0], X.count / X.shape[0], y.count / y.shape[0], &X.values,
                        &y.values, data, err));
  tell_law(bytes, size, *data);
done:
  lip_free(X.values);
  lip_free(y.values);
  return st;
}

static bool starts_with(const void *bytes, size_t size, const char *magic, size_t length)
{
  return size >= length && memcmp(bytes, magic, length) == 0;
}

/* Text holds no byte 0. */
static lip_status parse_text(const void *bytes, size_t size, const lip_read_options *options,
                             lip_dataset **data, lip_words *words, lip_error *err)
{
  const unsigned char *zero = size ? memchr(bytes, 0, size) : NULL;

  if (!zero)
    return lip_csv_parse(bytes, size, options->limit, options->unlabelled, data, words, err);
  return lip_fail(
      err, LIP_EINPUT,
      "byte %zu is 0: the file is neither an .npz archive, nor text, nor one of two IDX "
      "files given as IMAGES:LABELS",
      (size_t)(zero - (const unsigned char *)bytes));
}

/* "cat 0, dog 1"; of letters that can be printed, and as far as there is room for all. */
static void tell_words(const lip_words *words, lip_dataset *data)
{
  size_t at = 0, room = sizeof data->words;

  for (size_t k = 0; k < words->count; k++) {
    const char *word = words->word[k];

    for (size_t i = 0; word[i]; i++)
      if ((unsigned char)word[i] < ' ' || (unsigned char)word[i] > '~') at = room;
    if (at < room)
      at += (size_t)snprintf(data->words + at, room - at, "%s%s %zu", k ? ", " : "", word, k);
  }
  if (at >= room) data->words[0] = 0;
}

lip_status lip_dataset_parse(const void *bytes, size_t size, const lip_read_options *options,
                             lip_dataset **data, lip_error *err)
{
  static const lip_read_options as_it_stands = {0};
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  lip_words words = {0};

  if (!options) options = &as_it_stands;
  if (size == 0) FAIL(LIP_EINPUT, "the file is empty");
  if (starts_with(bytes, size, "\x93NUMPY", 6))
    FAIL(LIP_EINPUT, "a single array: X and y belong together in an .npz archive");
  if (starts_with(bytes, size, "\x1f\x8b", 2))
    FAIL(LIP_EINPUT, "a gzipped file is read as one of two IDX files only, given as IMAGES:LABELS");
  if (starts_with(bytes, size, "PK\3\4", 4) || starts_with(bytes, size, "PK\5\6", 4))
    TRY(parse_npz(bytes, size, options, &made, err));
  else
    TRY(parse_text(bytes, size, options, &made, &words, err));
  made->classes = words.count > 0;
  TRY(lip_need_finite(made, "", err));
  TRY(lip_preprocess(made, options, &words, err));
  forget_law(options, made);
  if (made->classes) tell_words(&words, made);
  *data = made;
  made = NULL;
done:
  lip_words_clear(&words);
  lip_dataset_free(made);
  return st;
}

static lip_status read_single(const char *path, const lip_read_options *options, lip_dataset **data,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  void *bytes = NULL;
  size_t size = 0;

  TRY(lip_read_file(path, MAX_FILE, &bytes, &size, err));
  st = lip_dataset_parse(bytes, size, options, data, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", path);
done:
  lip_free(bytes);
  return st;
}

static lip_status read_pair(const char *images, const char *labels, const lip_read_options *options,
                            lip_dataset **data, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  void *X = NULL, *y = NULL;
  size_t X_size = 0, y_size = 0;
  lip_words none = {0};

  TRY(lip_read_file(images, MAX_FILE, &X, &X_size, err));
  TRY(lip_read_file(labels, MAX_FILE, &y, &y_size, err));
  TRY(lip_idx_parse(&(lip_idx_file){images, X, X_size}, &(lip_idx_file){labels, y, y_size},
                    options ? options->limit : 0, &made, err));
  made->classes = true;
  st = lip_need_finite(made, "", err);
  if (st == LIP_OK && options) st = lip_preprocess(made, options, &none, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s:%s", images, labels);
  if (st != LIP_OK) goto done;
  *data = made;
  made = NULL;
done:
  lip_free(X);
  lip_free(y);
  lip_dataset_free(made);
  return st;
}

lip_status lip_dataset_read(const char *path, const lip_read_options *options, lip_dataset **data,
                            lip_error *err)
{
  lip_status st;
  struct stat info;
  const char *colon = strrchr(path, ':');
  char *images;

  /* A file may have a colon in its name; the last one parts a pair. */
  if (!colon || stat(path, &info) == 0) return read_single(path, options, data, err);
  images = lip_strdup(path);
  if (!images) return lip_fail(err, LIP_ENOMEM, "%s: no memory for its name", path);
  images[colon - path] = 0;
  st = read_pair(images, colon + 1, options, data, err);
  lip_free(images);
  return st;
}
