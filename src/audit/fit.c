/* fit.c - how the labels are read, and how well the network fits them. */
#include "audit/audit_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What all labels of a data set with one a point have in common. */
typedef struct label_range {
  bool whole, signs;
  double least, largest;
  size_t odd; /* the first point that is not whole */
} label_range;

static label_range range_of(const lip_dataset *data)
{
  label_range range = {true, true, INFINITY, -INFINITY, 0};

  for (size_t i = 0; i < data->n; i++) {
    double y = data->y[i];

    if (range.whole && y != floor(y)) {
      range.whole = false;
      range.odd = i;
    }
    range.signs = range.signs && fabs(y) == 1;
    range.least = fmin(range.least, y);
    range.largest = fmax(range.largest, y);
  }
  return range;
}

static bool is_one_hot(const lip_dataset *data)
{
  for (size_t i = 0; i < data->n; i++) {
    size_t ones = 0;

    for (size_t j = 0; j < data->m; j++) {
      double y = data->y[i * data->m + j];

      if (y != 0 && y != 1) return false;
      ones += y == 1;
    }
    if (ones != 1) return false;
  }
  return true;
}

/* One label a point and several outputs: the number of a class. */
static lip_status read_classes(audit_run *run, double first, const char *words, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = run->data;

  run->label = lip_alloc(data->n, sizeof *run->label);
  if (!run->label) FAIL(LIP_ENOMEM, "%zu labels", data->n);
  for (size_t i = 0; i < data->n; i++) {
    size_t class = 0;

    if (data->m == 1)
      class = first < 0 ? data->y[i] > 0 : (size_t)(data->y[i] - first);
    else
      while (data->y[i * data->m + class] != 1) class ++;
    run->label[i] = class;
  }
  (void)snprintf(run->found.labels, sizeof run->found.labels, "%s%s%s", words,
                 data->words[0] ? "; words are numbered as they first appear: " : "", data->words);
done:
  return st;
}

static lip_status read_numbers(audit_run *run, lip_error *err)
{
  const lip_dataset *data = run->data;
  label_range range = range_of(data);

  run->found.task = LIP_TASK_CLASSES;
  run->found.classes = run->m;
  if (range.signs && run->m == 2)
    return read_classes(run, -1, "-1 and +1, of two outputs: the second one is that of +1", err);
  if (!range.whole)
    return lip_fail(err, LIP_EINPUT,
                    "the label of point %zu is %.6g, which is no class of a network with %zu "
                    "outputs",
                    range.odd, data->y[range.odd], run->m);
  if (range.least >= 0 && range.largest < (double)run->m)
    return read_classes(run, 0, "classes, counted from 0: the label is the number of an output",
                        err);
  if (range.least >= 1 && range.largest <= (double)run->m)
    return read_classes(run, 1, "classes, counted from 1: the label 1 is the output 0", err);
  return lip_fail(err, LIP_EINPUT,
                  "the labels go from %.6g to %.6g, the network has %zu outputs: they are neither "
                  "its classes nor its values",
                  range.least, range.largest, run->m);
}

static lip_status read_task(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = run->data;
  lip_audit *found = &run->found;

  if (data->d != lip_net_inputs(run->net))
    FAIL(LIP_EINPUT, "the points have %zu coordinates, the network takes %zu", data->d,
         lip_net_inputs(run->net));
  found->task = LIP_TASK_VALUES;
  if (data->m == 1 && run->m == 1 && range_of(data).signs) {
    found->task = LIP_TASK_SIGNS;
    found->classes = 2;
    TRY(read_classes(run, -1, "signs: right is an output of the label's sign", err));
  } else if (data->m == 1 && run->m > 1) {
    TRY(read_numbers(run, err));
  } else if (data->m != run->m) {
    FAIL(LIP_EINPUT, "the points have %zu labels each, the network has %zu output%s", data->m,
         run->m, run->m == 1 ? "" : "s");
  } else if (run->m > 1 && is_one_hot(data)) {
    found->task = LIP_TASK_CLASSES;
    found->classes = run->m;
    TRY(read_classes(run, 0, "classes, as one-hot vectors", err));
  } else {
    label_range range = range_of(data);

    (void)snprintf(found->labels, sizeof found->labels, "values that the outputs should have%s%s%s",
                   data->words[0] ? "; words are numbered as they first appear: " : "", data->words,
                   data->m == 1 && range.whole && range.least == 0 && range.largest == 1
                       ? "; --positive 1 would read 0 and 1 as signs"
                       : "");
  }
done:
  return st;
}

double audit_margin(const audit_run *run, const double *v, size_t a, size_t b)
{
  if (run->found.task == LIP_TASK_SIGNS) return a > b ? v[0] : -v[0];
  return v[a] - v[b];
}

/* What the outputs at point i are compared with: output j's label. */
static double wanted(const audit_run *run, size_t i, size_t j)
{
  if (run->found.task == LIP_TASK_CLASSES) return run->label[i] == j;
  return run->data->y[i * run->m + j];
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Loss, accuracy, and the median of the margins above 0. */
static lip_status compare(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t n = run->data->n, right = 0;
  double *margins = lip_alloc(n, sizeof *margins), sum = 0;

  if (!margins) FAIL(LIP_ENOMEM, "%zu margins", n);
  for (size_t i = 0; i < n; i++) {
    const double *v = run->values + i * run->m;
    double margin = INFINITY;

    for (size_t j = 0; j < run->m; j++) {
      double error = fabs(v[j] - wanted(run, i, j));

      sum += error * error;
      found->largest_error = fmax(found->largest_error, error);
    }
    for (size_t b = 0; b < found->classes; b++)
      if (b != run->label[i]) margin = fmin(margin, audit_margin(run, v, run->label[i], b));
    if (found->classes && margin > 0) margins[right++] = margin;
  }
  found->loss = sum / (double)n;
  found->accuracy = found->classes ? (double)right / (double)n : NAN;
  qsort(margins, right, sizeof *margins, ascending);
  found->scale = found->classes == 0 ? 1 : right ? margins[right / 2] : NAN;
done:
  lip_free(margins);
  return st;
}

lip_status audit_fit(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = run->data;

  run->m = lip_net_outputs(run->net);
  run->found.n = data->n;
  run->found.d = data->d;
  run->found.outputs = run->m;
  run->found.parameters = run->net->parameters;
  TRY(read_task(run, err));
  run->values = lip_alloc(data->n, run->m * sizeof *run->values);
  if (!run->values) FAIL(LIP_ENOMEM, "%zu x %zu outputs", data->n, run->m);
  TRY(lip_net_values(run->net, data->n, data->X, run->values, err));
  for (size_t i = 0; i < data->n; i++)
    run->found.radius = fmax(run->found.radius, lip_norm(data->d, data->X + i * data->d));
  run->found.radius *= 1 + 1e-12; /* no rounding leaves a point outside */
  TRY(compare(run, err));
done:
  return st;
}
