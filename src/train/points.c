/* points.c - the points of a training step as floats, centred for batch normalisation.

   Batch normalisation subtracts from w.x_i its mean over the step's points, which is w.(mean of
   x_i): the column means are taken off once, in f64, and every neuron's mean is then 0. */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

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

enum { TILE = 16 };

static void transpose(lip_points *points)
{
  const size_t n = points->n, d = points->d;

  for (size_t i = 0; i < n; i += TILE)
    for (size_t j = 0; j < d; j++)
      for (size_t t = i; t < i + TILE && t < n; t++)
        points->transpose[j * points->stride + t] = points->X[t * d + j];
}

void lip_points_take(lip_points *points, const lip_dataset *data, const size_t *which, bool centre,
                     double *mean)
{
  const size_t n = points->n, d = points->d;

  memset(mean, 0, d * sizeof *mean);
  for (size_t i = 0; centre && i < n; i++) {
    const double *x = data->X + (which ? which[i] : i) * d;

    for (size_t j = 0; j < d; j++) mean[j] += x[j];
  }
  for (size_t j = 0; j < d; j++) mean[j] /= (double)n;
  for (size_t i = 0; i < n; i++) {
    size_t row = which ? which[i] : i;
    const double *x = data->X + row * d;
    float *out = points->X + i * d;

    for (size_t j = 0; j < d; j++) out[j] = (float)(x[j] - mean[j]);
    points->y[i] = (float)data->y[row];
  }
  transpose(points);
}
