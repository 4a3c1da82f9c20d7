/* nearest_pair.c - the least distance of different points, and the pair that has it.

   As for L* (smallest_constant.c): blocks of pairs are bounded from below by products of matrices
   (near_pairs.h), and only a pair whose bound is below the least distance so far is computed from
   the differences.
   Cost: n^2 d / 2 products in single precision; pairs nearer than 1e-3 or so of the data's size are
   all computed again. */
#include "data/nearest_pair.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"
#include "data/near_pairs.h"
#include "data/slope.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

enum { BLOCK = 512 };

typedef struct workspace {
  float *products; /* BLOCK x BLOCK */
  lip_pair nearest;
  double threshold; /* the least distance that this thread knows of */
  lip_status status;
  lip_error err;
} workspace;

typedef struct search {
  lip_dataset view; /* of the rows, with labels 0 */
  const lip_control *control;
  lip_squares X;
  size_t *number; /* equal rows have equal numbers */
  size_t blocks, tasks, threads;
  workspace *work;
  pthread_mutex_t lock;
  double threshold; /* of all threads; under the lock */
  atomic_size_t done;
  atomic_bool stop;
} search;

static bool before(const lip_pair *a, const lip_pair *b)
{
  if (a->distance != b->distance) return a->distance < b->distance;
  return a->i != b->i ? a->i < b->i : a->j < b->j;
}

static void consider(const search *in, workspace *work, size_t i, size_t j)
{
  lip_pair pair = lip_slope_between(&in->view, i, j);

  pair.i = i;
  pair.j = j;
  if (before(&pair, &work->nearest)) work->nearest = pair;
  if (pair.distance < work->threshold) work->threshold = pair.distance;
}

/* The square of the threshold in the units of the products, never too small. */
static double scaled_square(const search *in, double threshold)
{
  double scaled = fmin(ldexp(threshold, -in->X.exponent), 0x1p500);

  return scaled * scaled * (1 + 0x1p-48) + in->X.tiny;
}

static lip_status compare_blocks(const search *in, workspace *work, size_t first_i, size_t rows,
                                 size_t first_j, size_t columns, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_squares *X = &in->X;
  double square = scaled_square(in, work->threshold), known = work->threshold;

  TRY(lip_squares_products(X, first_i, rows, first_j, columns, work->products, err));
  for (size_t r = 0; r < rows; r++) {
    size_t i = first_i + r;

    for (size_t c = first_i == first_j ? r + 1 : 0; c < columns; c++) {
      size_t j = first_j + c;
      double sum = X->square[i] + X->square[j];
      double lower = sum - 2 * (double)work->products[r * columns + c] - X->slack * sum - X->tiny;

      if (lower > square || in->number[i] == in->number[j]) continue;
      consider(in, work, i, j);
      if (work->threshold < known) square = scaled_square(in, known = work->threshold);
    }
  }
done:
  return st;
}

static void share_threshold(search *in, workspace *work)
{
  (void)pthread_mutex_lock(&in->lock);
  in->threshold = fmin(in->threshold, work->threshold);
  work->threshold = in->threshold;
  (void)pthread_mutex_unlock(&in->lock);
}

static void search_blocks(void *context, size_t task, size_t thread)
{
  search *in = context;
  const lip_control *control = in->control;
  workspace *work = &in->work[thread];
  size_t row = 0, length = in->blocks, n = in->view.n, i, j, done;

  if (control && control->stop && control->stop(control->context)) atomic_store(&in->stop, true);
  if (atomic_load(&in->stop)) return;
  for (; task >= length; length--, row++) task -= length; /* the upper triangle, row by row */
  i = row * BLOCK;
  j = (row + task) * BLOCK;
  share_threshold(in, work);
  work->status = compare_blocks(in, work, i, n - i < BLOCK ? n - i : BLOCK, j,
                                n - j < BLOCK ? n - j : BLOCK, &work->err);
  if (work->status != LIP_OK) atomic_store(&in->stop, true);
  share_threshold(in, work);
  done = atomic_fetch_add(&in->done, 1) + 1;
  if (thread == 0 && control && control->progress)
    control->progress(control->context, (double)done / (double)in->tasks, "comparing points");
}

static lip_status prepare(search *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = in->view.n, d = in->view.d;

  TRY(lip_squares_prepare(in->view.X, n, d, &in->X, err));
  in->number = lip_alloc(n, sizeof *in->number);
  in->view.y = lip_alloc_zero(n, sizeof *in->view.y);
  in->work = lip_alloc_zero(in->threads, sizeof *in->work);
  if (!in->number || !in->view.y || !in->work)
    FAIL(LIP_ENOMEM, "no memory to compare %zu points", n);
  TRY(lip_number_rows(in->view.X, n, d, in->number, err));
  for (size_t t = 0; t < in->threads; t++) {
    in->work[t].nearest.distance = in->work[t].threshold = INFINITY;
    in->work[t].products = lip_alloc((size_t)BLOCK * BLOCK, sizeof(float));
    if (!in->work[t].products) FAIL(LIP_ENOMEM, "no memory to compare %zu points", n);
  }
done:
  return st;
}

lip_status lip_nearest_pair(lip_team *team, const double *A, size_t n, size_t d, lip_pair *pair,
                            const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t blocks = (n + BLOCK - 1) / BLOCK;
  search in = {.view = {.n = n, .d = d, .m = 1, .X = (double *)(uintptr_t)A}, /* only read */
               .control = control,
               .blocks = blocks,
               .tasks = blocks * (blocks + 1) / 2,
               .threads = lip_team_size(team),
               .threshold = INFINITY};
  lip_pair best = {.distance = INFINITY};

  (void)pthread_mutex_init(&in.lock, NULL);
  TRY(prepare(&in, err));
  lip_team_run(team, in.tasks, search_blocks, &in);
  for (size_t t = 0; t < in.threads; t++)
    if (in.work[t].status != LIP_OK) FAIL(in.work[t].status, "%s", in.work[t].err.text);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted while comparing points");
  for (size_t t = 0; t < in.threads; t++)
    if (before(&in.work[t].nearest, &best)) best = in.work[t].nearest;
  if (best.i != best.j && !(best.distance > 0 && isfinite(best.distance)))
    FAIL(LIP_ENUMERIC, "points %zu and %zu differ by less than doubles hold, or by more", best.i,
         best.j);
  *pair = (lip_pair){.i = best.i, .j = best.j, .distance = best.distance};
done:
  for (size_t t = 0; in.work && t < in.threads; t++) lip_free(in.work[t].products);
  lip_free(in.work);
  lip_free(in.number);
  lip_free(in.view.y);
  lip_squares_clear(&in.X);
  (void)pthread_mutex_destroy(&in.lock);
  return st;
}
