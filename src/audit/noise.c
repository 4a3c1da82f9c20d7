/* noise.c - the noise level of the labels, and how many dimensions the points have.

   sigma^2 = E |y - E(y | x)|^2 is taken from whoever knows it: given as such, or as a share of
   flipped labels; told by the data's own file; else estimated from nearest neighbours, E |y - y'|^2
   / 2 with y' the label of the point nearest to x (Devroye, Schaefer, Gyorfi, Walk 2003), which is
   too large by what E(y | x) changes on the way (theory.md U3).

   Labels that are flipped at a rate e to another one of m classes, all equally likely, have as
   one-hot vectors sigma^2 = 1 - (1 - e)^2 - e^2 / (m - 1), and as -1 and +1 4 e (1 - e). */
#include "audit/audit_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/dimensions.h"
#include "data/nearest_rows.h"
#include "linalg/vector.h"

#include <math.h>

enum { ASKED = 2000, NEIGHBOURS = 5000 };

lip_status audit_dimension(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dimensions found = {.classes = 0};
  bool classes = run->found.task == LIP_TASK_CLASSES && run->data->m == 1;

  run->found.dimension.no_time = audit_interrupted(run);
  if (run->found.dimension.no_time) return LIP_OK;
  audit_begin(run, 0.4, 0.42, 0.15, "effective dimension");
  st = lip_find_dimensions(run->team, run->data, NEIGHBOURS, classes, &found, &run->watch.control,
                           err);
  run->found.dimension.no_time = st == LIP_EINTERRUPT;
  if (st == LIP_EINTERRUPT || st == LIP_ENUMERIC) return LIP_OK; /* unknown */
  if (st != LIP_OK) return st;
  run->found.dimension = (lip_audit_dimension){.known = isfinite(found.whole.effective),
                                               .points = run->data->n,
                                               .largest_variance = found.whole.largest,
                                               .effective = found.whole.effective,
                                               .effective_rank = found.whole.effective_rank,
                                               .participation = found.whole.participation,
                                               .two_nearest = found.neighbours.dimension,
                                               .least = found.least,
                                               .largest = found.largest,
                                               .classes = found.classes};
  lip_dimensions_clear(&found);
  return st;
}

/* Which points are asked, and which one is nearest to each. */
static lip_status find_neighbours(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = run->data;
  size_t n = data->n, count = n < ASKED ? n : ASKED;
  lip_stream stream = {run->options->seed, LIP_FOR_PROBES};
  size_t *row = lip_alloc(n, sizeof *row);

  run->near = lip_alloc(2 * count, sizeof *run->near);
  if (!row || !run->near) FAIL(LIP_ENOMEM, "%zu points", n);
  lip_random_permutation(stream, 2, n, row);
  st = lip_nearest_rows(run->team, data->X, n, data->d, row, count, run->near + count,
                        &run->watch.control, err);
  if (st == LIP_OK) {
    for (size_t k = 0; k < count; k++) run->near[k] = row[k];
    run->nears = count;
  }
  if (st == LIP_EINTERRUPT) st = LIP_OK;
done:
  lip_free(row);
  return st;
}

/* y  in  n x m */
static double neighbour_variance(const audit_run *run, const double *y, size_t m)
{
  double sum = 0;

  for (size_t k = 0; k < run->nears; k++) {
    const double *own = y + run->near[k] * m, *other = y + run->near[run->nears + k] * m;

    for (size_t j = 0; j < m; j++) sum += (own[j] - other[j]) * (own[j] - other[j]) / 2;
  }
  return run->nears ? sum / (double)run->nears : NAN;
}

lip_status audit_noise(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  double e = run->options->flips, classes = (double)found->classes;

  if (!audit_interrupted(run) && run->data->n >= 3) {
    audit_begin(run, 0.42, 0.45, 0.1, "nearest neighbours");
    TRY(find_neighbours(run, err));
  }
  found->noise_neighbours = neighbour_variance(run, run->target.y, run->target.m);
  found->noise_level = found->noise_neighbours;
  found->noise_source = isnan(found->noise_level) ? "unknown" : "neighbours";
  if (run->options->sigma2 >= 0) {
    found->noise_level = run->options->sigma2;
    found->noise_source = "given";
  } else if (e >= 0 && found->classes) {
    found->noise_level = found->task == LIP_TASK_SIGNS
                             ? 4 * e * (1 - e)
                             : 1 - (1 - e) * (1 - e) - e * e / fmax(classes - 1, 1);
    found->noise_source = "flips";
  } else if (found->task != LIP_TASK_CLASSES && isfinite(run->data->noise_level)) {
    found->noise_level = run->data->noise_level;
    found->noise_source = "data";
  }
done:
  return st;
}
