/* two_nearest.c - the intrinsic dimension by the ratio of the distances to the two nearest
   neighbours (Two-NN; Facco, d'Errico, Rodriguez, Laio 2017).

   Squared distances come as |a|^2 + |b|^2 - 2 a.b of centred points, tile by tile; the few smallest
   of each row are computed again from the differences, against cancellation. */
#include "data/two_nearest.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 128, COLUMNS = 2048, KEPT = 4, FEWEST = 20 };

typedef struct search {
  size_t n, d;
  double *Z, *square; /* n x d, n */
  double *log_ratio;  /* n: log(r2 / r1); NaN where it is not known */
  double *work;       /* ROWS x COLUMNS for each thread */
  const lip_control *control;
  atomic_size_t done;
  atomic_bool stop;
} search;

typedef struct candidates {
  double square[KEPT]; /* ascending */
  size_t index[KEPT];
} candidates;

static void consider(candidates *row, double square, size_t index)
{
  size_t at = KEPT - 1;

  if (!(square < row->square[at])) return;
  for (; at > 0 && square < row->square[at - 1]; at--) {
    row->square[at] = row->square[at - 1];
    row->index[at] = row->index[at - 1];
  }
  row->square[at] = square;
  row->index[at] = index;
}

/* log(r2 / r1) from the differences. */
static double ratio(const search *in, size_t i, const candidates *row)
{
  double first = INFINITY, second = INFINITY;

  for (size_t k = 0; k < KEPT; k++) {
    const double *a = in->Z + i * in->d, *b = in->Z + row->index[k] * in->d;
    double sum = 0;

    if (isinf(row->square[k])) break;
    for (size_t j = 0; j < in->d; j++) sum += (a[j] - b[j]) * (a[j] - b[j]);
    second = fmin(second, fmax(first, sum));
    first = fmin(first, sum);
  }
  return first > 0 && isfinite(second) ? log(second / first) / 2 : NAN;
}

static void search_rows(void *context, size_t task, size_t thread)
{
  search *in = context;
  size_t i = task * ROWS, height = in->n - i < ROWS ? in->n - i : ROWS, done;
  double *products = in->work + thread * ROWS * COLUMNS;
  candidates row[ROWS];

  if (in->control && in->control->stop && in->control->stop(in->control->context))
    atomic_store(&in->stop, true);
  if (atomic_load(&in->stop)) return;
  for (size_t r = 0; r < height; r++)
    for (size_t k = 0; k < KEPT; k++) row[r].square[k] = INFINITY;
  for (size_t j = 0; j < in->n; j += COLUMNS) {
    size_t width = in->n - j < COLUMNS ? in->n - j : COLUMNS;

    lip_dgemm(false, true, height, width, in->d, -2, in->Z + i * in->d, in->d, in->Z + j * in->d,
              in->d, 0, products, COLUMNS);
    for (size_t r = 0; r < height; r++)
      for (size_t c = 0; c < width; c++)
        if (i + r != j + c)
          consider(&row[r], products[r * COLUMNS + c] + in->square[i + r] + in->square[j + c],
                   j + c);
  }
  for (size_t r = 0; r < height; r++) in->log_ratio[i + r] = ratio(in, i + r, &row[r]);
  done = atomic_fetch_add(&in->done, 1) + 1;
  if (thread == 0 && in->control && in->control->progress)
    in->control->progress(in->control->context, (double)(done * ROWS) / (double)in->n,
                          "comparing neighbours");
}

/* The chosen rows of X, each different one once, centred: out->n of them. */
static lip_status choose(const double *X, size_t n, size_t d, size_t most, search *out,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  size_t chosen = most == 0 || most > n ? n : most, *number = lip_alloc(chosen, sizeof *number);
  unsigned char *seen = lip_alloc_zero(chosen, 1);
  double *mean = lip_alloc_zero(d, sizeof *mean);

  out->Z = lip_alloc(chosen * d, sizeof *out->Z);
  if (!number || !seen || !mean || !out->Z) FAIL(LIP_ENOMEM, "%zu points", chosen);
  for (size_t i = 0; i < chosen; i++) /* i n / chosen, without overflow */
    memcpy(out->Z + i * d, X + (i * (n / chosen) + i * (n % chosen) / chosen) * d,
           d * sizeof *out->Z);
  TRY(lip_number_rows(out->Z, chosen, d, number, err));
  for (size_t i = 0; i < chosen; i++) {
    if (seen[number[i]]) continue;
    seen[number[i]] = 1;
    memmove(out->Z + out->n * d, out->Z + i * d, d * sizeof *out->Z);
    out->n++;
  }
  for (size_t i = 0; i < out->n; i++) lip_add_multiple(d, 1 / (double)out->n, out->Z + i * d, mean);
  for (size_t i = 0; i < out->n; i++) lip_add_multiple(d, -1, mean, out->Z + i * d);
done:
  lip_free(number);
  lip_free(seen);
  lip_free(mean);
  return st;
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* The fit and the likelihood of `count` known ratios. */
static void estimate(double *log_ratio, size_t count, lip_two_nearest *found)
{
  double xx = 0, xy = 0, sum = 0;

  qsort(log_ratio, count, sizeof *log_ratio, ascending);
  for (size_t i = 0; i < count; i++) {
    double x = log_ratio[i], y = -log1p(-((double)i + 1) / (double)count);

    sum += x;
    if (i >= count - count / 10) continue;
    xx += x * x;
    xy += x * y;
  }
  found->dimension = xy / xx;
  found->likelihood = ((double)count - 1) / sum;
}

lip_status lip_two_nearest_dimension(lip_team *team, const double *X, size_t n, size_t d,
                                     size_t most, lip_two_nearest *found,
                                     const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  search in = {.d = d, .control = control};
  lip_two_nearest made = {.dimension = NAN, .likelihood = NAN};
  size_t known = 0;

  TRY(choose(X, n, d, most, &in, err));
  in.square = lip_alloc(in.n, sizeof *in.square);
  in.log_ratio = lip_alloc(in.n, sizeof *in.log_ratio);
  in.work = lip_alloc(lip_team_size(team) * ROWS * COLUMNS, sizeof *in.work);
  if (!in.square || !in.log_ratio || !in.work) FAIL(LIP_ENOMEM, "%zu points", in.n);
  for (size_t i = 0; i < in.n; i++) in.square[i] = lip_dot(d, in.Z + i * d, in.Z + i * d);
  lip_team_run(team, (in.n + ROWS - 1) / ROWS, search_rows, &in);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted");
  for (size_t i = 0; i < in.n; i++)
    if (!isnan(in.log_ratio[i])) in.log_ratio[known++] = in.log_ratio[i];
  made.points = in.n;
  if (known >= FEWEST) estimate(in.log_ratio, known, &made);
  *found = made;
done:
  lip_free(in.Z);
  lip_free(in.square);
  lip_free(in.log_ratio);
  lip_free(in.work);
  return st;
}
