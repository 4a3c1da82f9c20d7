/* results.c - everything a report says, computed once: cells, fits, criteria. */
#include "report/results.h"

#include "base/error.h"

#include <string.h>

static bool has_block(const store_content *content, const char *prefix)
{
  for (size_t i = 0; i < content->blocks; i++)
    if (strncmp(content->block[i].name, prefix, strlen(prefix)) == 0) return true;
  return false;
}

/* The page tells of one protocol, and its means are over seeds: a run of another kind would be
   described wrongly and mixed in. */
static lip_status check_protocol(const char *store, const experiment *all, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < all->runs; i++) {
    const lip_run *run = all->run[i];

    if (run->sample.kind != LIP_GAUSSIAN || run->sample.labels != LIP_LABELS_RANDOM ||
        run->train.activation != LIP_RELU || !run->train.batch_norm || run->train.batch != 0)
      FAIL(LIP_EINPUT,
           "%s: a report draws networks of the two-layer paper's protocol (gaussian data, random "
           "labels, ReLU, batch norm, full batch); this run is of another: %s",
           store, run->key);
  }
done:
  return st;
}

lip_status results_compute(const char *store, results *out, lip_error *err)
{
  lip_status st = LIP_OK;
  results made = {0};
  bool known;

  TRY(store_content_read(store, &made.content, err));
  known = has_block(&made.content, "exp1") || has_block(&made.content, "exp2");
  TRY(experiment_gather(&made.content, known ? "exp1" : "", &made.width, err));
  TRY(experiment_gather(&made.content, "exp2", &made.dimension, err));
  if (made.width.runs + made.dimension.runs == 0) FAIL(LIP_EINPUT, "%s: holds no runs", store);
  TRY(check_protocol(store, &made.width, err));
  TRY(check_protocol(store, &made.dimension, err));
  TRY(trends_of_width(&made.width, &made.width_trends, err));
  TRY(trends_of_dimension(&made.dimension, &made.dimension_trends, err));
  if (made.width.runs) TRY(criteria_of_width(&made.width_trends, &made.criteria, err));
  if (made.dimension.runs)
    TRY(criteria_of_dimension(&made.dimension, &made.dimension_trends, &made.criteria, err));
  *out = made;
  made = (results){0};
done:
  results_clear(&made);
  return st;
}

void results_clear(results *self)
{
  criterion_list_clear(&self->criteria);
  trend_list_clear(&self->width_trends);
  trend_list_clear(&self->dimension_trends);
  experiment_clear(&self->width);
  experiment_clear(&self->dimension);
  store_content_clear(&self->content);
}
