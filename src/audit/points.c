/* points.c - the margin of a network at points, rounding counted, and the radius within which it
   keeps their class.

   Where class y is right at x, f_y - f_b = margin_b > 0 and f_y - f_b has the constant L_b, no
   point within margin_b / L_b of x is nearer to class b; so none within the least of these over b
   has another class (docs/theory.md, audits). */
#include "audit/audit_parts.h"

#include "audit/enclose.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
  const lip_audit_point *x = a, *y = b;

  return (x->row > y->row) - (x->row < y->row);
}

/* All rows, or as many as are wanted, drawn from the seed; in their order. */
static lip_status choose(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t n = run->data->n, wanted = run->options->points;
  lip_stream stream = {run->options->seed, LIP_FOR_PROBES};
  size_t *row = lip_alloc(n, sizeof *row);

  found->points = wanted && wanted < n ? wanted : n;
  found->point = lip_alloc_zero(found->points, sizeof *found->point);
  if (!row || !found->point) FAIL(LIP_ENOMEM, "%zu points", n);
  if (found->points < n)
    lip_random_permutation(stream, 0, n, row);
  else
    for (size_t i = 0; i < n; i++) row[i] = i;
  for (size_t k = 0; k < found->points; k++)
    found->point[k] = (lip_audit_point){.row = row[k], .broken = INFINITY};
  qsort(found->point, found->points, sizeof *found->point, ascending);
done:
  lip_free(row);
  return st;
}

/* f_a - f_b from below (of signs: f on the side of a), given enclosures of the outputs. */
static double margin_low(const audit_run *run, const lip_interval *v, size_t a, size_t b)
{
  if (run->found.task == LIP_TASK_SIGNS) return a > b ? v[0].low : -v[0].high;
  return lip_add_down(v[a].low, -v[b].high);
}

static void certify(const audit_run *run, const lip_interval *v, lip_audit_point *point)
{
  size_t classes = run->found.classes, own = run->label[point->row];

  point->margin = INFINITY;
  point->radius = INFINITY;
  for (size_t b = 0; b < classes; b++) {
    double margin, upper;

    if (b == own) continue;
    margin = margin_low(run, v, own, b);
    upper = run->upper ? run->upper[own * classes + b] : INFINITY;
    point->margin = fmin(point->margin, margin);
    if (margin > 0 && upper > 0) point->radius = fmin(point->radius, lip_div_down(margin, upper));
  }
  point->right = point->margin > 0;
  if (!point->right) point->radius = point->broken = 0;
  if (!(point->radius > 0)) point->radius = 0;
}

lip_status audit_radii(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t d = run->data->d, count;
  double *X = NULL;
  lip_interval *v = NULL;

  if (!found->classes) return LIP_OK;
  TRY(choose(run, err));
  count = found->points;
  X = lip_alloc(count, d * sizeof *X);
  v = lip_alloc(count, run->m * sizeof *v);
  if (!X || !v) FAIL(LIP_ENOMEM, "%zu points", count);
  for (size_t k = 0; k < count; k++)
    memcpy(X + k * d, run->data->X + found->point[k].row * d, d * sizeof *X);
  TRY(lip_enclose_values(run->net, count, X, v, &found->margins_certified, err));
  for (size_t k = 0; k < count; k++) certify(run, v + k * run->m, &found->point[k]);
  found->radii_certified = found->margins_certified && found->space.certified;
done:
  lip_free(X);
  lip_free(v);
  return st;
}
