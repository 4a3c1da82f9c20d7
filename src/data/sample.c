/* sample.c - the generic data of the two-layer paper, section 1 (theory.md B2).

   Row i of the points is made of the normal draws i d, ..., i d + d - 1 of the seed's stream, label
   i of its random bit i: no row depends on n, nor on which thread draws it. A point of the sphere
   is a normal vector divided by its length. */
#include "data/sample.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>

enum { BLOCK_DRAWS = 1 << 15, TEAM_DRAWS = 1 << 20 };

typedef struct points {
  const lip_sample_options *options;
  double *X;
  size_t block; /* rows per task */
} points;

static void normalise(size_t d, double *x)
{
  double squares = 0, length;

  for (size_t j = 0; j < d; j++) squares += x[j] * x[j];
  length = sqrt(squares);
  for (size_t j = 0; j < d; j++) x[j] /= length;
}

static void draw_rows(void *context, size_t task, size_t thread)
{
  const points *out = context;
  const lip_sample_options *options = out->options;
  lip_stream stream = {options->seed, LIP_FOR_POINTS};
  size_t d = options->d, first = task * out->block, left = options->n - first;
  size_t rows = left < out->block ? left : out->block;
  double *X = out->X + first * d, shrink = 1 / sqrt((double)d);

  (void)thread;
  lip_random_normal(stream, (uint64_t)first * d, rows * d, X);
  if (options->kind == LIP_SPHERE)
    for (size_t i = 0; i < rows; i++) normalise(d, X + i * d);
  else
    for (size_t i = 0; i < rows * d; i++) X[i] *= shrink;
}

static void draw_points(lip_team *team, const lip_sample_options *options, double *X)
{
  points out = {options, X, BLOCK_DRAWS / options->d + 1};
  size_t tasks = (options->n + out.block - 1) / out.block;

  if (team) {
    lip_team_run(team, tasks, draw_rows, &out);
  } else {
    for (size_t task = 0; task < tasks; task++) draw_rows(&out, task, 0);
  }
}

static void random_labels(lip_stream stream, size_t n, double *y)
{
  uint32_t bits[1024];

  for (size_t first = 0; first < n; first += 1024) {
    size_t count = n - first < 1024 ? n - first : 1024;

    lip_random_bits(stream, first, count, bits);
    for (size_t i = 0; i < count; i++) y[first + i] = bits[i] & 1 ? 1.0 : -1.0;
  }
}

static lip_status balanced_labels(lip_stream stream, size_t n, double *y, lip_error *err)
{
  size_t *order = lip_alloc(n, sizeof *order);

  if (!order) return lip_fail(err, LIP_ENOMEM, "no memory to balance %zu labels", n);
  lip_random_permutation(stream, 0, n, order);
  for (size_t i = 0; i < n; i++) y[order[i]] = i < (n + 1) / 2 ? 1.0 : -1.0;
  lip_free(order);
  return LIP_OK;
}

/* E Var(y | x): the labels do not depend on x, so it is 1 - (E y)^2. */
static double noise_level(const lip_sample_options *options)
{
  double mean = options->labels == LIP_LABELS_BALANCED && options->n % 2 ? 1 / (double)options->n
                                                                         : 0;

  return 1 - mean * mean;
}

/* The c of Definition 1.1, by logarithmic Sobolev inequalities (theory.md U1): N(0, I/d) has
   c = 1, the sphere c = d / (d - 1); two points (d = 1) have c = 1 by Hoeffding. */
static double isoperimetry(const lip_sample_options *options)
{
  double d = (double)options->d;

  return options->kind == LIP_SPHERE && options->d > 1 ? d / (d - 1) : 1;
}

static lip_status check(const lip_sample_options *options, lip_error *err)
{
  if (options->n < 1 || options->d < 1)
    return lip_fail(err, LIP_EOPTION, "n = %zu and d = %zu: both must be at least 1", options->n,
                    options->d);
  if (options->kind != LIP_GAUSSIAN && options->kind != LIP_SPHERE)
    return lip_fail(err, LIP_EOPTION, "there is no data of kind %d", (int)options->kind);
  if (options->labels != LIP_LABELS_RANDOM && options->labels != LIP_LABELS_BALANCED)
    return lip_fail(err, LIP_EOPTION, "there are no labels of kind %d", (int)options->labels);
  return LIP_OK;
}

lip_status lip_sample_on(lip_team *team, const lip_sample_options *options, lip_dataset **data,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  lip_stream labels = {options->seed, LIP_FOR_LABELS};

  TRY(check(options, err));
  TRY(lip_dataset_create(options->n, options->d, 1, &made, err));
  draw_points(team, options, made->X);
  if (options->labels == LIP_LABELS_BALANCED)
    TRY(balanced_labels(labels, made->n, made->y, err));
  else
    random_labels(labels, made->n, made->y);
  (void)snprintf(made->kind, sizeof made->kind, "%s",
                 options->kind == LIP_SPHERE ? "sphere" : "gaussian");
  made->seed = options->seed;
  made->noise_level = noise_level(options);
  made->isoperimetry_c = isoperimetry(options);
  *data = made;
  made = NULL;
done:
  lip_dataset_free(made);
  return st;
}

lip_status lip_sample(const lip_sample_options *options, lip_dataset **data, lip_error *err)
{
  /* Without memory for a team the caller draws alone. */
  lip_team *team = options->n > 0 && options->d > TEAM_DRAWS / options->n ? lip_team_create(0)
                                                                          : NULL;
  lip_status st = lip_sample_on(team, options, data, err);

  lip_team_free(team);
  return st;
}
