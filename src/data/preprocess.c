/* preprocess.c - what the reading options do to a data set. */
#include "data/preprocess.h"

#include "base/error.h"
#include "base/memory.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

lip_status lip_need_finite(const lip_dataset *data, const char *after, lip_error *err)
{
  const struct {
    const char *name;
    const double *values;
    size_t columns;
  } arrays[] = {{"X", data->X, data->d}, {"y", data->y, data->m}};

  for (size_t a = 0; a < 2; a++)
    for (size_t i = 0; i < data->n * arrays[a].columns; i++)
      if (!isfinite(arrays[a].values[i]))
        return lip_fail(err, LIP_EINPUT, "%s[%zu, %zu] is %g%s", arrays[a].name,
                        i / arrays[a].columns, i % arrays[a].columns, arrays[a].values[i], after);
  return LIP_OK;
}

/* One comma-separated item of an option's text; returns where the next one starts, or NULL. */
static const char *next_item(const char *text, char *item, size_t room)
{
  size_t length = strcspn(text, ",");
  bool more = text[length] == ',';
  const char *next = more ? text + length + 1 : NULL;

  while (length && *text == ' ') text++, length--;
  while (length && text[length - 1] == ' ') length--;
  (void)snprintf(item, room, "%.*s", (int)(length < room ? length : room - 1), text);
  return next;
}

static bool parse_number(const char *text, double *value)
{
  locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  char *end = NULL;

  if (!locale) return false;
  *value = strtod_l(text, &end, locale);
  freelocale(locale);
  return *text && !*end && isfinite(*value);
}

static lip_status transpose(lip_dataset *data, const char *text, lip_error *err)
{
  lip_status st = LIP_OK;
  double *copy = NULL;
  char *end, *last;
  unsigned long long rows = strtoull(text, &end, 10), columns = 0, product;

  if (*text < '0' || *text > '9' || *end != 'x' || end[1] < '0' || end[1] > '9')
    FAIL(LIP_EOPTION, "--transpose: '%s' is not of the form ROWSxCOLUMNS, as 28x28", text);
  columns = strtoull(end + 1, &last, 10);
  if (*last || __builtin_mul_overflow(rows, columns, &product) || product != data->d)
    FAIL(LIP_EOPTION, "--transpose: %s does not give the %zu inputs of the data", text, data->d);
  copy = lip_alloc(data->d, sizeof *copy);
  if (!copy) FAIL(LIP_ENOMEM, "no memory for %zu inputs", data->d);
  for (size_t i = 0; i < data->n; i++) {
    double *x = data->X + i * data->d;

    memcpy(copy, x, data->d * sizeof *x);
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c++) x[c * rows + r] = copy[r * columns + c];
  }
done:
  lip_free(copy);
  return st;
}

/* The d numbers that an option's text gives: one for all, or one each. */
static lip_status read_numbers(const char *option, const char *text, size_t d, double *out,
                               lip_error *err)
{
  size_t count = 0;

  for (const char *next = text; next; count++) {
    char item[64];
    double value = 0;

    next = next_item(next, item, sizeof item);
    if (!parse_number(item, &value))
      return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a number", option, item);
    if (count < d) out[count] = value;
  }
  if (count != 1 && count != d)
    return lip_fail(err, LIP_EOPTION, "--%s: %zu numbers for %zu inputs", option, count, d);
  if (count == 1)
    for (size_t j = 1; j < d; j++) out[j] = out[0];
  return LIP_OK;
}

static lip_status shift_and_scale(lip_dataset *data, const char *mean, const char *scale,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  double *numbers = lip_alloc(data->d, 2 * sizeof *numbers), *scales = NULL;

  if (!numbers) FAIL(LIP_ENOMEM, "no memory for %zu inputs", data->d);
  scales = numbers + data->d;
  TRY(read_numbers("mean", mean ? mean : "0", data->d, numbers, err));
  TRY(read_numbers("scale", scale ? scale : "1", data->d, scales, err));
  for (size_t j = 0; j < data->d; j++)
    if (scales[j] == 0) FAIL(LIP_EOPTION, "--scale: 0 cannot divide");
  for (size_t i = 0; i < data->n; i++)
    for (size_t j = 0; j < data->d; j++) {
      double *x = &data->X[i * data->d + j];

      *x = (*x - numbers[j]) / scales[j];
    }
  TRY(lip_need_finite(data, " after --mean and --scale", err));
done:
  lip_free(numbers);
  return st;
}

/* Turns y into +1 where it is one of the listed class labels, -1 elsewhere. */
static lip_status map_labels(lip_dataset *data, const char *positive, const lip_words *words,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  bool *hit = NULL;

  if (data->m != 1)
    FAIL(LIP_EOPTION, "--positive needs one label for each point, but the data have %zu", data->m);
  hit = lip_alloc_zero(data->n, sizeof *hit);
  if (!hit) FAIL(LIP_ENOMEM, "no memory for %zu labels", data->n);
  for (const char *next = positive; next;) {
    char item[512];
    double label = 0;
    size_t number = 0, hits = 0;
    bool known;

    next = next_item(next, item, sizeof item);
    known = words->count ? lip_words_find(words, item, &number) : parse_number(item, &label);
    if (words->count) label = (double)number;
    for (size_t i = 0; known && i < data->n; i++)
      if (data->y[i] == label) {
        hit[i] = true;
        hits++;
      }
    if (!hits) FAIL(LIP_EOPTION, "--positive: no point has the label '%s'", item);
  }
  for (size_t i = 0; i < data->n; i++) data->y[i] = hit[i] ? 1 : -1;
  data->classes = false;
done:
  lip_free(hit);
  return st;
}

lip_status lip_preprocess(lip_dataset *data, const lip_read_options *options,
                          const lip_words *words, lip_error *err)
{
  lip_status st = LIP_OK;

  if (options->transpose) TRY(transpose(data, options->transpose, err));
  if (options->mean || options->scale)
    TRY(shift_and_scale(data, options->mean, options->scale, err));
  if (options->positive) TRY(map_labels(data, options->positive, words, err));
done:
  return st;
}
