/* grouping.c - points in groups of equal labels: their min-norm neurons, and their largest values
   off the groups (two-layer paper, appendix C; theory.md B7). */
#include "construct/grouping.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/gram_blocks.h"
#include "construct/min_norm.h"

#include <math.h>
#include <stdio.h>

/* Cuts the points with this label into groups, from *k on, filled from *at on. */
static void cut(lip_grouping *groups, double label, size_t *at)
{
  const lip_dataset *data = groups->data;
  size_t count = 0, first = *at, parts;

  for (size_t i = 0; i < data->n; i++)
    if (data->y[i] == label) groups->point[first + count++] = i;
  parts = (count + groups->m - 1) / groups->m;
  for (size_t p = 0; p < parts; p++) groups->start[groups->k++] = first + p * count / parts;
  *at = first + count;
}

static lip_status cut_all(const lip_construct_job *job, size_t m, lip_grouping *groups,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t n = data->n, at = 0, most = n / m + 2;

  *groups = (lip_grouping){.data = data, .m = m};
  groups->start = lip_alloc(most + 1, sizeof *groups->start);
  groups->point = lip_alloc(n, sizeof *groups->point);
  groups->group = lip_alloc(n, sizeof *groups->group);
  groups->W = lip_alloc(most, data->d * sizeof *groups->W);
  groups->largest = lip_alloc(most, sizeof *groups->largest);
  groups->where = lip_alloc(most, sizeof *groups->where);
  if (!groups->start || !groups->point || !groups->group || !groups->W || !groups->largest ||
      !groups->where)
    FAIL(LIP_ENOMEM, "no memory for %zu neurons of %zu inputs", most, data->d);
  cut(groups, 1, &at);
  cut(groups, -1, &at);
  groups->start[groups->k] = n;
  for (size_t l = 0; l < groups->k; l++)
    for (size_t p = groups->start[l]; p < groups->start[l + 1]; p++)
      groups->group[groups->point[p]] = l;
done:
  return st;
}

typedef struct neurons_job {
  lip_grouping *groups;
  lip_min_norm *room; /* one per thread */
  size_t *dependent;  /* k: a point that depends on those before it; n: none */
} neurons_job;

static void neuron_of(void *context, size_t l, size_t thread)
{
  neurons_job *in = context;
  lip_grouping *groups = in->groups;
  lip_min_norm *room = &in->room[thread];
  size_t d = groups->data->d;

  room->count = 0;
  in->dependent[l] = groups->data->n;
  for (size_t p = groups->start[l]; p < groups->start[l + 1]; p++)
    if (!lip_min_norm_add(room, groups->data->X + groups->point[p] * d)) {
      in->dependent[l] = groups->point[p];
      return;
    }
  lip_min_norm_solve(room, groups->W + l * d);
}

static lip_status find_neurons(const lip_construct_job *job, lip_grouping *groups, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t threads = lip_team_size(job->team);
  neurons_job in = {groups, lip_alloc_zero(threads, sizeof *in.room),
                    lip_alloc(groups->k, sizeof *in.dependent)};

  if (!in.room || !in.dependent) FAIL(LIP_ENOMEM, "no memory for %zu neurons", groups->k);
  for (size_t t = 0; t < threads; t++)
    if (!lip_min_norm_create(job->data->d, groups->m, &in.room[t]))
      FAIL(LIP_ENOMEM, "no memory for groups of %zu points", groups->m);
  lip_team_run(job->team, groups->k, neuron_of, &in);
  for (size_t l = 0; l < groups->k; l++)
    if (in.dependent[l] < job->data->n)
      FAIL(LIP_EINPUT,
           "point %zu is a combination of others of its group of %zu points (%zu, ...): no neuron "
           "is 1 on all of them; fewer points per group may do",
           in.dependent[l], groups->start[l + 1] - groups->start[l],
           groups->point[groups->start[l]]);
done:
  for (size_t t = 0; in.room && t < threads; t++) lip_min_norm_clear(&in.room[t]);
  lip_free(in.room);
  lip_free(in.dependent);
  return st;
}

static void visit(void *context, const lip_gram_block *block)
{
  lip_grouping *groups = context;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++) {
      size_t l = block->row + i, point = block->column + j;
      double z = block->G[i * block->columns + j];

      if (groups->group[point] == l || !(z > groups->largest[l])) continue;
      groups->largest[l] = z;
      groups->where[l] = point;
    }
}

lip_status lip_group_points(const lip_construct_job *job, size_t m, lip_grouping *groups,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_grouping made = {0};

  TRY(cut_all(job, m, &made, err));
  TRY(find_neurons(job, &made, err));
  for (size_t l = 0; l < made.k; l++) {
    made.largest[l] = -INFINITY;
    made.where[l] = 0;
  }
  TRY(lip_gram_blocks(job, made.k, made.W, job->data->n, job->data->X, job->data->d, false, visit,
                      &made, err));
  *groups = made;
  made = (lip_grouping){0};
done:
  lip_grouping_clear(&made);
  return st;
}

void lip_grouping_clear(lip_grouping *groups)
{
  lip_free(groups->start);
  lip_free(groups->point);
  lip_free(groups->group);
  lip_free(groups->W);
  lip_free(groups->largest);
  lip_free(groups->where);
  *groups = (lip_grouping){0};
}

size_t lip_worst_group(const lip_grouping *groups)
{
  size_t worst = 0;

  for (size_t l = 1; l < groups->k; l++)
    if (groups->largest[l] > groups->largest[worst]) worst = l;
  return worst;
}
