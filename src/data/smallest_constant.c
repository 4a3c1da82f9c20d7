/* smallest_constant.c - L* = max |y_i - y_j| / |x_i - x_j| and the pairs that attain it.

   Blocks of pairs: products of matrices bound every squared distance from below (near_pairs.h);
   only a pair whose label difference over that bound reaches the steepest pairs found so far is
   computed again, from the differences (slope.h). Pairs with equal labels are skipped before, by
   the numbers of their labels, so that repeated points cost nothing.
   Source: McShane, Kirszbraun; theory.md B24. Cost: n^2 d / 2 products in single precision, n d
   floats and 2 MB per thread; many pairs that tie with the steepest (grids) are all computed
   again, and so are those closer than 1e-3 or so of the data's size. */
#include "data/smallest_constant.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"
#include "data/near_pairs.h"
#include "data/slope.h"
#include "data/steepest_pairs.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

enum { BLOCK = 512, DIRECT = 16 }; /* so many labels are subtracted, more are multiplied */

typedef struct workspace {
  float *points, *labels; /* BLOCK x BLOCK: products */
  lip_steepest_pairs steepest;
  double threshold; /* the highest that this thread knows of */
  lip_status status;
  lip_error err;
} workspace;

typedef struct search {
  const lip_dataset *data;
  const lip_control *control;
  lip_squares X, y;
  size_t *point, *label; /* n numbers each: equal rows have equal numbers */
  size_t blocks, tasks;
  workspace *work; /* one for each thread */
  size_t threads;
  lip_pair *found; /* threads x room, owned */
  pthread_mutex_t lock;
  double threshold; /* of all threads; under the lock */
  atomic_size_t done;
  atomic_bool stop;
} search;

/* The blocks (i <= j) that a task compares: row by row through the upper triangle. */
static void task_blocks(const search *in, size_t task, size_t *i, size_t *j)
{
  size_t row = 0, length = in->blocks;

  for (; task >= length; length--, row++) task -= length;
  *i = row;
  *j = row + task;
}

static size_t block_rows(const search *in, size_t block)
{
  size_t left = in->data->n - block * BLOCK;

  return left < BLOCK ? left : BLOCK;
}

/* Upper bounds on |y_i - y_j|^2, scaled as in->y, for a row of a block. */
static void bound_labels(const search *in, const float *products, size_t i, size_t first_j,
                         size_t columns, double *bound)
{
  const lip_squares *y = &in->y;
  const double *label = in->data->y;

  for (size_t c = 0; c < columns; c++) {
    size_t j = first_j + c;
    double squares = 0;

    if (y->d > DIRECT) {
      double sum = y->square[i] + y->square[j];

      bound[c] = sum - 2 * (double)products[c] + y->slack * sum + y->tiny;
      continue;
    }
    for (size_t l = 0; l < y->d; l++) {
      double a = label[i * y->d + l] * y->before, b = label[j * y->d + l] * y->before;
      double difference = (a - b) * y->after;

      squares += difference * difference;
    }
    bound[c] = squares * (1 + y->slack) + y->tiny;
  }
}

/* The square of the threshold in the scaled units, never too large. */
static double scaled_square(const search *in, double threshold)
{
  double scaled = isinf(threshold)
                      ? 0x1p500
                      : fmin(ldexp(threshold, in->X.exponent - in->y.exponent), 0x1p500);

  return scaled * scaled * (1 - 0x1p-48);
}

/* The labels of i and j are different. */
static void consider(const search *in, workspace *work, size_t i, size_t j)
{
  if (in->point[i] == in->point[j])
    lip_steepest_pairs_add(&work->steepest, (lip_pair){.i = i, .j = j, .slope = INFINITY});
  else if (!isinf(work->threshold))
    lip_steepest_pairs_add(&work->steepest, lip_slope_between(in->data, i, j));
}

/* The pairs of row i with the points of a block, from column `from` on. */
static void compare_row(const search *in, workspace *work, size_t i, size_t first_j, size_t from,
                        size_t columns, const float *products, const double *bound)
{
  const lip_squares *X = &in->X;
  double square = scaled_square(in, work->threshold);

  for (size_t c = from; c < columns; c++) {
    size_t j = first_j + c;
    double sum = X->square[i] + X->square[j];
    double lower = sum - 2 * (double)products[c] - X->slack * sum - X->tiny;

    if (bound[c] < square * lower || in->label[i] == in->label[j]) continue;
    consider(in, work, i, j);
    if (lip_steepest_pairs_threshold(&work->steepest) > work->threshold) {
      work->threshold = lip_steepest_pairs_threshold(&work->steepest);
      square = scaled_square(in, work->threshold);
    }
  }
}

static lip_status compare_blocks(const search *in, workspace *work, size_t first_i, size_t rows,
                                 size_t first_j, size_t columns, lip_error *err)
{
  lip_status st = LIP_OK;
  double bound[BLOCK];

  TRY(lip_squares_products(&in->X, first_i, rows, first_j, columns, work->points, err));
  if (in->y.d > DIRECT)
    TRY(lip_squares_products(&in->y, first_i, rows, first_j, columns, work->labels, err));
  for (size_t r = 0; r < rows; r++) {
    const float *products = work->labels + r * columns;

    bound_labels(in, products, first_i + r, first_j, columns, bound);
    compare_row(in, work, first_i + r, first_j, first_i == first_j ? r + 1 : 0, columns,
                work->points + r * columns, bound);
  }
done:
  return st;
}

static void share_threshold(search *in, workspace *work)
{
  (void)pthread_mutex_lock(&in->lock);
  in->threshold = fmax(in->threshold, work->threshold);
  work->threshold = in->threshold;
  (void)pthread_mutex_unlock(&in->lock);
}

static void search_blocks(void *context, size_t task, size_t thread)
{
  search *in = context;
  const lip_control *control = in->control;
  workspace *work = &in->work[thread];
  size_t i, j, rows, columns, done;

  if (control && control->stop && control->stop(control->context)) atomic_store(&in->stop, true);
  if (atomic_load(&in->stop)) return;
  task_blocks(in, task, &i, &j);
  rows = block_rows(in, i);
  columns = block_rows(in, j);
  share_threshold(in, work);
  work->status = compare_blocks(in, work, i * BLOCK, rows, j * BLOCK, columns, &work->err);
  if (work->status != LIP_OK) atomic_store(&in->stop, true);
  share_threshold(in, work);
  done = atomic_fetch_add(&in->done, 1) + 1;
  if (thread == 0 && control && control->progress)
    control->progress(control->context, (double)done / (double)in->tasks, "comparing pairs");
}

static lip_status prepare(const lip_dataset *data, size_t threads, size_t room, search *in,
                          lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_squares_prepare(data->X, data->n, data->d, &in->X, err));
  TRY(lip_squares_prepare(data->y, data->n, data->m, &in->y, err));
  in->point = lip_alloc(data->n, sizeof *in->point);
  in->label = lip_alloc(data->n, sizeof *in->label);
  in->work = lip_alloc_zero(threads, sizeof *in->work);
  in->found = lip_alloc(threads, room * sizeof *in->found);
  if (!in->point || !in->label || !in->work || !in->found)
    FAIL(LIP_ENOMEM, "no memory to compare %zu points", data->n);
  TRY(lip_number_rows(data->X, data->n, data->d, in->point, err));
  TRY(lip_number_rows(data->y, data->n, data->m, in->label, err));
  for (size_t t = 0; t < threads; t++) {
    workspace *work = &in->work[t];

    work->points = lip_alloc((size_t)2 * BLOCK * BLOCK, sizeof *work->points);
    if (!work->points) FAIL(LIP_ENOMEM, "no memory to compare %zu points", data->n);
    work->labels = work->points + (size_t)BLOCK * BLOCK;
    work->steepest = (lip_steepest_pairs){.room = room, .pair = in->found + t * room};
  }
done:
  return st;
}

static void release(search *in)
{
  for (size_t t = 0; in->work && t < in->threads; t++) lip_free(in->work[t].points);
  lip_free(in->work);
  lip_free(in->found);
  lip_free(in->point);
  lip_free(in->label);
  lip_squares_clear(&in->X);
  lip_squares_clear(&in->y);
}

lip_status lip_smallest_constant_on(lip_team *team, const lip_dataset *data, size_t capacity,
                                    lip_pair *pairs, size_t *count, double *value,
                                    const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t blocks = (data->n + BLOCK - 1) / BLOCK, threads = lip_team_size(team);
  size_t all = data->n * (data->n - 1) / 2, room = capacity < all ? capacity : all;
  search in = {.data = data, .control = control, .blocks = blocks, .threads = threads};
  lip_steepest_pairs *best;

  if (room == 0) room = 1;
  in.tasks = blocks * (blocks + 1) / 2;
  (void)pthread_mutex_init(&in.lock, NULL);
  TRY(prepare(data, threads, room, &in, err));
  lip_team_run(team, in.tasks, search_blocks, &in);
  for (size_t t = 0; t < threads; t++)
    if (in.work[t].status != LIP_OK) FAIL(in.work[t].status, "%s", in.work[t].err.text);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted while comparing pairs");
  best = &in.work[0].steepest;
  for (size_t t = 1; t < threads; t++)
    for (size_t k = 0; k < in.work[t].steepest.count; k++)
      lip_steepest_pairs_add(best, in.work[t].steepest.pair[k]);
  *value = best->count ? best->pair[0].slope : 0;
  for (size_t k = 0; k < capacity && k < best->count; k++) pairs[k] = best->pair[k];
  *count = capacity < best->count ? capacity : best->count;
done:
  (void)pthread_mutex_destroy(&in.lock);
  release(&in);
  return st;
}

lip_status lip_smallest_constant(const lip_dataset *data, size_t capacity, lip_pair *pairs,
                                 size_t *count, double *value, const lip_control *control,
                                 lip_error *err)
{
  lip_status st;
  lip_team *team = lip_team_create(data->n > BLOCK ? 0 : 1);

  if (!team) team = lip_team_create(1);
  if (!team) return lip_fail(err, LIP_ENOMEM, "no memory for threads");
  st = lip_smallest_constant_on(team, data, capacity, pairs, count, value, control, err);
  lip_team_free(team);
  return st;
}
