/* points.c - the points of a training step as floats, centred for batch normalisation.

   Batch normalisation subtracts from w.x_i its mean over the step's points, which is w.(mean of
   x_i): the column means are taken off once, in f64, and every neuron's mean is then 0. */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"

enum { SLAB = 64, TILE = 16 }; /* columns of a task; points of a tile of the transpose */

lip_status lip_points_create(size_t n, size_t d, lip_points *points, lip_error *err)
{
  lip_points p = {.n = n, .d = d};

  p.padded = (n + LIP_LANES - 1) / LIP_LANES * LIP_LANES;
  /* Rows a multiple of 4096 bytes apart would all fall on the same cache lines. */
  p.stride = p.padded + (p.padded % 1024 == 0 ? LIP_LANES : 0);
  p.transpose = lip_alloc_zero(d * p.stride, sizeof *p.transpose);
  p.X = lip_alloc_zero(p.padded * d, sizeof *p.X);
  p.y = lip_alloc_zero(p.padded, sizeof *p.y);
  if (!p.X || !p.transpose || !p.y) {
    lip_points_clear(&p);
    return lip_fail(err, LIP_ENOMEM, "%zu points in %zu dimensions", n, d);
  }
  *points = p;
  return LIP_OK;
}

void lip_points_clear(lip_points *points)
{
  lip_free(points->X);
  lip_free(points->transpose);
  lip_free(points->y);
  *points = (lip_points){0};
}

typedef struct taking {
  lip_points *points;
  const lip_dataset *data;
  const size_t *which;
  bool centre;
} taking;

static const double *row_of(const taking *job, size_t i)
{
  return job->data->X + (job->which ? job->which[i] : i) * job->data->d;
}

/* Columns first .. first + count of X and of its transpose. */
static void take_slab(void *context, size_t task, size_t thread)
{
  const taking *job = context;
  const lip_points *p = job->points;
  const size_t first = task * SLAB, count = p->d - first < SLAB ? p->d - first : SLAB;
  double mean[SLAB] = {0};

  (void)thread;
  for (size_t i = 0; job->centre && i < p->n; i++) {
    const double *x = row_of(job, i) + first;

    for (size_t j = 0; j < count; j++) mean[j] += x[j];
  }
  for (size_t j = 0; j < count; j++) mean[j] /= (double)p->n;
  for (size_t tile = 0; tile < p->n; tile += TILE) {
    const size_t end = p->n - tile < TILE ? p->n : tile + TILE;

    for (size_t i = tile; i < end; i++) {
      const double *x = row_of(job, i) + first;
      float *out = p->X + i * p->d + first;

      for (size_t j = 0; j < count; j++) out[j] = (float)(x[j] - mean[j]);
    }
    for (size_t j = 0; j < count; j++)
      for (size_t i = tile; i < end; i++)
        p->transpose[(first + j) * p->stride + i] = p->X[i * p->d + first + j];
  }
}

void lip_points_take(lip_points *points, const lip_dataset *data, const size_t *which, bool centre,
                     lip_team *team)
{
  taking job = {points, data, which, centre};

  lip_team_run(team, (points->d + SLAB - 1) / SLAB, take_slab, &job);
  for (size_t i = 0; i < points->n; i++) points->y[i] = (float)data->y[which ? which[i] : i];
}
