/* effective_dimension.c - how many dimensions a set of points has, by its covariance C.

   lambda_max(C) by Lanczos steps on the centred points, which need no d x d matrix; tr C^2 =
   |Z'Z|_F^2 / n^2 = |ZZ'|_F^2 / n^2 from blocks of the smaller of the two products, none of which
   is kept. A sample's C is spread further than that of its law: lambda_max is too large by a factor
   up to (1 + sqrt(d/n))^2 for isotropic points, so that the dimensions are too small. */
#include "data/effective_dimension.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { BLOCK = 256 };

double lip_mean_square(const double *X, size_t n, size_t d)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) sum += lip_dot(d, X + i * d, X + i * d);
  return sum / (double)n;
}

/* Z <- the rows less their mean; the first row goes before, so that equal rows become 0. */
static void centre(const double *X, size_t d, const size_t *rows, size_t count, double *Z,
                   double *mean)
{
  memset(mean, 0, d * sizeof *mean);
  for (size_t i = 0; i < count; i++) {
    memcpy(Z + i * d, X + (rows ? rows[i] : i) * d, d * sizeof *Z);
    lip_add_multiple(d, -1, X + (rows ? rows[0] : 0) * d, Z + i * d);
    lip_add_multiple(d, 1 / (double)count, Z + i * d, mean);
  }
  for (size_t i = 0; i < count; i++) lip_add_multiple(d, -1, mean, Z + i * d);
}

typedef struct covariance {
  size_t count, d;
  const double *Z;
  double *product; /* count */
} covariance;

static void apply_covariance(void *context, const double *x, double *y)
{
  covariance *at = context;

  lip_dgemv(false, at->count, at->d, 1, at->Z, at->d, x, 0, at->product);
  lip_dgemv(true, at->count, at->d, 1 / (double)at->count, at->Z, at->d, at->product, 0, y);
}

static lip_status largest(size_t count, size_t d, const double *Z, double *value,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  covariance at = {count, d, Z, lip_alloc(count, sizeof *at.product)};
  double *vector = lip_alloc_zero(d, sizeof *vector);
  lip_eigenvalue found;

  if (!at.product || !vector) FAIL(LIP_ENOMEM, "the covariance of %zu points", count);
  TRY(lip_largest_eigenvalue(d, apply_covariance, &at, 1e-10, vector, &found, control, err));
  *value = found.value;
done:
  lip_free(at.product);
  lip_free(vector);
  return st;
}

/* Blocks of Z'Z, or of ZZ' where there are fewer points than dimensions. */
typedef struct squares {
  size_t count, d, side, blocks;
  const double *Z;
  bool rows;    /* ZZ' */
  double *work; /* BLOCK x BLOCK for each thread */
  double *sum;  /* of squares, for each task: one order of summation, whatever the threads */
  const lip_control *control;
  atomic_bool stop;
} squares;

static void square_block(void *context, size_t task, size_t thread)
{
  squares *in = context;
  double *C = in->work + thread * BLOCK * BLOCK, sum = 0;
  size_t i = task * BLOCK, height = in->side - i < BLOCK ? in->side - i : BLOCK;

  for (size_t j = i; j < in->side && !atomic_load(&in->stop); j += BLOCK) {
    size_t width = in->side - j < BLOCK ? in->side - j : BLOCK;
    double part = 0;

    if (in->control && in->control->stop && in->control->stop(in->control->context))
      atomic_store(&in->stop, true);
    if (in->rows)
      lip_dgemm(false, true, height, width, in->d, 1, in->Z + i * in->d, in->d, in->Z + j * in->d,
                in->d, 0, C, BLOCK);
    else
      lip_dgemm(true, false, height, width, in->count, 1, in->Z + i, in->d, in->Z + j, in->d, 0, C,
                BLOCK);
    for (size_t r = 0; r < height; r++) part += lip_dot(width, C + r * BLOCK, C + r * BLOCK);
    sum += j == i ? part : 2 * part;
  }
  in->sum[task] = sum;
}

/* tr C^2 */
static lip_status trace_of_square(lip_team *team, size_t count, size_t d, const double *Z,
                                  double *trace, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  squares in = {.count = count, .d = d, .Z = Z, .rows = count < d, .control = control};
  double sum = 0;

  in.side = in.rows ? count : d;
  in.blocks = (in.side + BLOCK - 1) / BLOCK;
  in.work = lip_alloc(lip_team_size(team) * BLOCK * BLOCK, sizeof *in.work);
  in.sum = lip_alloc_zero(in.blocks, sizeof *in.sum);
  if (!in.work || !in.sum) FAIL(LIP_ENOMEM, "the covariance of %zu points", count);
  lip_team_run(team, in.blocks, square_block, &in);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted");
  for (size_t i = 0; i < in.blocks; i++) sum += in.sum[i];
  *trace = sum / (double)count / (double)count;
done:
  lip_free(in.work);
  lip_free(in.sum);
  return st;
}

lip_status lip_effective_dimension(lip_team *team, const double *X, size_t d, const size_t *rows,
                                   size_t count, double scale, lip_dimension *found,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *Z = lip_alloc(count * d, sizeof *Z), *mean = lip_alloc(d, sizeof *mean), square = NAN;
  lip_dimension made = {.points = count};

  if (!Z || !mean) FAIL(LIP_ENOMEM, "%zu points in %zu dimensions", count, d);
  centre(X, d, rows, count, Z, mean);
  made.mean_square = lip_mean_square(Z, count, d);
  if (!isfinite(made.mean_square)) FAIL(LIP_ENUMERIC, "the squares of the points overflow");
  made.largest = made.effective = made.effective_rank = made.participation = NAN;
  if (made.mean_square > 0) {
    TRY(largest(count, d, Z, &made.largest, control, err));
    TRY(trace_of_square(team, count, d, Z, &square, control, err));
    made.effective = scale / made.largest;
    made.effective_rank = made.mean_square / made.largest;
    made.participation = made.mean_square * made.mean_square / square;
  }
  *found = made;
done:
  lip_free(Z);
  lip_free(mean);
  return st;
}
