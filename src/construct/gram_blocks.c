/* gram_blocks.c - inner products of rows, block by block: one matrix product each. */
#include "construct/gram_blocks.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"

#include <stdatomic.h>

enum { ROWS = 128, COLUMNS = 1024 };

typedef struct blocks {
  const lip_construct_job *job;
  size_t m, n, d;
  const double *A, *B;
  bool half;
  void (*visit)(void *context, const lip_gram_block *block);
  void *context;
  double *room; /* ROWS x COLUMNS a thread */
  atomic_bool stopped;
} blocks;

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

static void rows_of_blocks(void *context, size_t task, size_t thread)
{
  blocks *in = context;
  double *G = in->room + thread * ROWS * COLUMNS;
  lip_gram_block block = {.row = task * ROWS, .G = G};
  size_t first = in->half ? block.row / COLUMNS * COLUMNS : 0;

  block.rows = least(ROWS, in->m - block.row);
  for (block.column = first; block.column < in->n; block.column += COLUMNS) {
    if (atomic_load(&in->stopped)) return;
    if (lip_construct_stopped(in->job)) atomic_store(&in->stopped, true);
    block.columns = least(COLUMNS, in->n - block.column);
    lip_dgemm(false, true, block.rows, block.columns, in->d, 1, in->A + block.row * in->d, in->d,
              in->B + block.column * in->d, in->d, 0, G, block.columns);
    in->visit(in->context, &block);
  }
}

lip_status lip_gram_blocks(const lip_construct_job *job, size_t m, const double *A, size_t n,
                           const double *B, size_t d, bool half,
                           void (*visit)(void *context, const lip_gram_block *block), void *context,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  size_t threads = lip_team_size(job->team);
  blocks in = {.job = job,
               .m = m,
               .n = n,
               .d = d,
               .A = A,
               .B = B,
               .half = half,
               .visit = visit,
               .context = context,
               .room = lip_alloc(threads, ROWS * COLUMNS * sizeof *in.room)};

  atomic_init(&in.stopped, false);
  if (!in.room) FAIL(LIP_ENOMEM, "no memory for %zu blocks of inner products", threads);
  lip_team_run(job->team, (m + ROWS - 1) / ROWS, rows_of_blocks, &in);
  if (atomic_load(&in.stopped)) FAIL(LIP_EINTERRUPT, "interrupted");
done:
  lip_free(in.room);
  return st;
}
