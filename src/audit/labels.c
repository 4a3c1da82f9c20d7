/* labels.c - L*: the smallest constant of any function through the data, and the pairs of labels
   that force it; of classes, through one-hot vectors.

   Where all pairs of points take longer than there is time, a subset of them tells a lower limit on
   L*, which is true of all the data as well. */
#include "audit/audit_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/smallest_constant.h"

#include <math.h>
#include <string.h>

enum { SUBSET = 4000 };

static lip_status state_target(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = run->data;
  bool classes = run->found.task == LIP_TASK_CLASSES;
  size_t m = classes ? run->m : data->m;

  run->target = *data;
  run->target.m = m;
  run->target.y = lip_alloc_zero(data->n, m * sizeof *run->target.y);
  if (!run->target.y) FAIL(LIP_ENOMEM, "%zu x %zu labels", data->n, m);
  if (!classes) memcpy(run->target.y, data->y, data->n * m * sizeof *data->y);
  for (size_t i = 0; classes && i < data->n; i++) run->target.y[i * m + run->label[i]] = 1;
done:
  return st;
}

static bool is_right(const audit_run *run, size_t i)
{
  if (!run->label) return true;
  for (size_t b = 0; b < run->found.classes; b++)
    if (b != run->label[i] && !(audit_margin(run, run->values + i * run->m, run->label[i], b) > 0))
      return false;
  return true;
}

/* row  in  the rows of a subset; NULL: all */
static lip_audit_conflict conflict_of(const audit_run *run, const lip_pair *pair, const size_t *row)
{
  size_t i = row ? row[pair->i] : pair->i, j = row ? row[pair->j] : pair->j, m = run->data->m;
  bool hot = run->found.task == LIP_TASK_CLASSES && m > 1;

  return (lip_audit_conflict){.i = i,
                              .j = j,
                              .label_i = hot ? (double)run->label[i] : run->data->y[i * m],
                              .label_j = hot ? (double)run->label[j] : run->data->y[j * m],
                              .distance = pair->distance,
                              .slope = pair->slope,
                              .right_i = is_right(run, i),
                              .right_j = is_right(run, j)};
}

/* L* of the target, or of the rows of it that are named. */
static lip_status find(audit_run *run, const lip_dataset *target, const size_t *row, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t room = run->options->pairs ? run->options->pairs : 1, count = 0;
  lip_pair *pairs = lip_alloc(room, sizeof *pairs);
  double value;

  if (!pairs) FAIL(LIP_ENOMEM, "%zu pairs", room);
  TRY(lip_smallest_constant_on(run->team, target, room, pairs, &count, &value, &run->watch.control,
                               err));
  found->conflict = lip_alloc(count, sizeof *found->conflict);
  if (!found->conflict) FAIL(LIP_ENOMEM, "%zu pairs", count);
  for (size_t k = 0; k < count && k < run->options->pairs; k++)
    found->conflict[found->conflicts++] = conflict_of(run, &pairs[k], row);
  found->l_star = value;
  found->l_star_points = target->n;
  if (found->classes) found->separation = count ? pairs[0].distance : INFINITY;
done:
  lip_free(pairs);
  return st;
}

static lip_status find_of_subset(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *all = &run->target;
  size_t n = all->n < SUBSET ? all->n : SUBSET;
  lip_stream stream = {run->options->seed, LIP_FOR_PROBES};
  size_t *row = lip_alloc(all->n, sizeof *row);
  lip_dataset part = {.n = n, .d = all->d, .m = all->m};

  part.X = lip_alloc(n, all->d * sizeof *part.X);
  part.y = lip_alloc(n, all->m * sizeof *part.y);
  if (!row || !part.X || !part.y) FAIL(LIP_ENOMEM, "%zu points", n);
  lip_random_permutation(stream, 1, all->n, row);
  for (size_t i = 0; i < n; i++) {
    memcpy(part.X + i * all->d, all->X + row[i] * all->d, all->d * sizeof *part.X);
    memcpy(part.y + i * all->m, all->y + row[i] * all->m, all->m * sizeof *part.y);
  }
  audit_begin(run, 0.35, 0.4, 0.1, "L* of a subset of the data");
  st = find(run, &part, row, err);
  if (st == LIP_EINTERRUPT) st = LIP_OK;
done:
  lip_free(part.X);
  lip_free(part.y);
  lip_free(row);
  return st;
}

lip_status audit_labels(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(state_target(run, err));
  if (audit_interrupted(run)) goto done;
  audit_begin(run, 0.3, 0.4, 0.15, "L* of the data");
  st = find(run, &run->target, NULL, err);
  if (st != LIP_EINTERRUPT) goto done;
  st = LIP_OK;
  if (!audit_interrupted(run)) TRY(find_of_subset(run, err));
done:
  return st;
}
