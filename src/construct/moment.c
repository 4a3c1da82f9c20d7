/* moment.c - weighted second moments, block by block: rows of M from scaled columns of X. */
#include "construct/moment.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <stdatomic.h>
#include <string.h>

enum { BLOCK = 64, CHUNK = 512 }; /* rows of M, points */

typedef struct moment {
  const lip_construct_job *job;
  size_t n, D;
  const double *X, *alpha;
  double *M;
  double *room; /* for each thread */
  size_t room_size;
  double *values;
  atomic_bool stopped;
} moment;

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

static bool stopped(moment *in)
{
  if (lip_construct_stopped(in->job)) atomic_store(&in->stopped, true);
  return atomic_load(&in->stopped);
}

/* Rows first .. of M, up to the diagonal block. */
static void rows_of_moment(void *context, size_t task, size_t thread)
{
  moment *in = context;
  double *scaled = in->room + thread * in->room_size; /* CHUNK x rows */
  size_t first = task * BLOCK, rows = least(BLOCK, in->D - first), columns = first + rows;

  for (size_t begin = 0; begin < in->n && !stopped(in); begin += CHUNK) {
    size_t points = least(CHUNK, in->n - begin);
    const double *X = in->X + begin * in->D;

    for (size_t i = 0; i < points; i++)
      for (size_t r = 0; r < rows; r++)
        scaled[i * rows + r] = in->alpha[begin + i] * X[i * in->D + first + r];
    lip_dgemm(true, false, rows, columns, points, 1, scaled, rows, X, in->D, begin > 0,
              in->M + first * in->D, in->D);
  }
}

static void values_of_points(void *context, size_t task, size_t thread)
{
  moment *in = context;
  double *product = in->room + thread * in->room_size; /* points x D */
  size_t begin = task * CHUNK, points = least(CHUNK, in->n - begin);
  const double *X = in->X + begin * in->D;

  if (stopped(in)) return;
  lip_dgemm(false, false, points, in->D, in->D, 1, X, in->D, in->M, in->D, 0, product, in->D);
  for (size_t i = 0; i < points; i++)
    in->values[begin + i] = lip_dot(in->D, X + i * in->D, product + i * in->D);
}

static lip_status run(moment *in, size_t tasks, void (*body)(void *, size_t, size_t),
                      lip_error *err)
{
  lip_status st = LIP_OK;
  size_t threads = lip_team_size(in->job->team);

  atomic_init(&in->stopped, false);
  in->room = lip_alloc(threads, in->room_size * sizeof *in->room);
  if (!in->room) FAIL(LIP_ENOMEM, "no memory for moments in %zu dimensions", in->D);
  lip_team_run(in->job->team, tasks, body, in);
  if (atomic_load(&in->stopped)) FAIL(LIP_EINTERRUPT, "interrupted");
done:
  lip_free(in->room);
  return st;
}

lip_status lip_moment(const lip_construct_job *job, size_t n, size_t D, const double *X,
                      const double *alpha, double *M, lip_error *err)
{
  moment in = {.job = job,
               .n = n,
               .D = D,
               .X = X,
               .alpha = alpha,
               .M = M,
               .room_size = (size_t)CHUNK * BLOCK};
  lip_status st = run(&in, (D + BLOCK - 1) / BLOCK, rows_of_moment, err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < i; j++) M[j * D + i] = M[i * D + j];
  return LIP_OK;
}

lip_status lip_moment_values(const lip_construct_job *job, size_t n, size_t D, const double *X,
                             const double *M, double *values, lip_error *err)
{
  moment in = {.job = job, .n = n, .D = D, .X = X, .values = values, .room_size = CHUNK * D};
  /* M is read only here. */
  in.M = (double *)(uintptr_t)M;
  return run(&in, (n + CHUNK - 1) / CHUNK, values_of_points, err);
}
