/* nearest_rows.c - the nearest other row of a matrix, for some of its rows: |a|^2 - 2 a.b of
   centred rows, tile by tile. */
#include "data/nearest_rows.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { ROWS = 64, COLUMNS = 2048 };

typedef struct search {
  size_t n, d, count;
  double *Z, *square;
  const size_t *row;
  size_t *nearest;
  double *work; /* ROWS x (COLUMNS + d) for each thread */
  const lip_control *control;
  atomic_bool stop;
} search;

static void search_rows(void *context, size_t task, size_t thread)
{
  search *in = context;
  size_t first = task * ROWS, height = in->count - first < ROWS ? in->count - first : ROWS;
  double *asked = in->work + thread * ROWS * (COLUMNS + in->d), *products = asked + ROWS * in->d;
  double least[ROWS];

  if (thread == 0 && in->control && in->control->stop && in->control->stop(in->control->context))
    atomic_store(&in->stop, true);
  if (atomic_load(&in->stop)) return;
  for (size_t r = 0; r < height; r++) {
    memcpy(asked + r * in->d, in->Z + in->row[first + r] * in->d, in->d * sizeof *asked);
    least[r] = INFINITY;
    in->nearest[first + r] = in->row[first + r] ? 0 : 1;
  }
  for (size_t j = 0; j < in->n; j += COLUMNS) {
    size_t width = in->n - j < COLUMNS ? in->n - j : COLUMNS;

    lip_dgemm(false, true, height, width, in->d, -2, asked, in->d, in->Z + j * in->d, in->d, 0,
              products, COLUMNS);
    for (size_t r = 0; r < height; r++)
      for (size_t c = 0; c < width; c++) {
        double square = products[r * COLUMNS + c] + in->square[j + c];

        if (!(square < least[r]) || j + c == in->row[first + r]) continue;
        least[r] = square;
        in->nearest[first + r] = j + c;
      }
  }
}

lip_status lip_nearest_rows(lip_team *team, const double *X, size_t n, size_t d, const size_t *row,
                            size_t count, size_t *nearest, const lip_control *control,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  search in = {.n = n, .d = d, .count = count, .row = row, .nearest = nearest, .control = control};
  double *mean = lip_alloc_zero(d, sizeof *mean);

  in.Z = lip_alloc(n, d * sizeof *in.Z);
  in.square = lip_alloc(n, sizeof *in.square);
  in.work = lip_alloc(lip_team_size(team) * ROWS, (COLUMNS + d) * sizeof *in.work);
  if (!mean || !in.Z || !in.square || !in.work) FAIL(LIP_ENOMEM, "%zu points", n);
  memcpy(in.Z, X, n * d * sizeof *X);
  for (size_t i = 0; i < n; i++) lip_add_multiple(d, 1 / (double)n, in.Z + i * d, mean);
  for (size_t i = 0; i < n; i++) {
    lip_add_multiple(d, -1, mean, in.Z + i * d);
    in.square[i] = lip_dot(d, in.Z + i * d, in.Z + i * d);
  }
  lip_team_run(team, (count + ROWS - 1) / ROWS, search_rows, &in);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted");
done:
  lip_free(mean);
  lip_free(in.Z);
  lip_free(in.square);
  lip_free(in.work);
  return st;
}
