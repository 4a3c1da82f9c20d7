/* experiment.c - the runs of an experiment, gathered from a store into cells. */
#include "report/experiment.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ORDER(a, b)                                                                                \
  if ((a) != (b)) return (a) < (b) ? -1 : 1

static int compare_cells(const lip_run *a, const lip_run *b)
{
  ORDER(a->sample.n, b->sample.n);
  ORDER(a->sample.d, b->sample.d);
  ORDER(a->train.k, b->train.k);
  ORDER(a->train.eps, b->train.eps);
  ORDER(a->train.learning_rate, b->train.learning_rate);
  return 0;
}

static int compare_runs(const void *left, const void *right)
{
  const lip_run *a = *(const lip_run *const *)left, *b = *(const lip_run *const *)right;
  int order = compare_cells(a, b);

  if (order) return order;
  ORDER(a->train.seed, b->train.seed);
  return strcmp(a->key, b->key);
}

/* The rows of the wanted blocks, sorted; a row that several blocks asked for stands once. */
static void gather_runs(const store_content *content, const char *prefix, experiment *out)
{
  size_t unique = 0;

  for (size_t i = 0; i < content->blocks; i++) {
    if (strncmp(content->block[i].name, prefix, strlen(prefix)) != 0) continue;
    out->pending += content->block[i].cells - content->block[i].done;
    out->skipped += content->block[i].skipped;
    for (size_t j = 0; j < content->count[i]; j++) out->run[out->runs++] = &content->runs[i][j];
  }
  qsort(out->run, out->runs, sizeof *out->run, compare_runs);
  for (size_t i = 0; i < out->runs; i++)
    if (unique == 0 || strcmp(out->run[unique - 1]->key, out->run[i]->key) != 0)
      out->run[unique++] = out->run[i];
  out->runs = unique;
  for (size_t i = 0; i < unique; i++) {
    out->kept += out->run[i]->status == LIP_RUN_KEPT;
    out->failed += out->run[i]->status == LIP_RUN_FAILED;
  }
}

/* One number of every kept run (of every run that did not fail, where `kept` is false). */
static summary summarise_field(const cell *c, size_t offset, bool kept, double *scratch)
{
  size_t count = 0;

  for (size_t i = 0; i < c->attempted; i++) {
    double value;

    memcpy(&value, (const char *)c->run[i] + offset, sizeof value);
    if (c->run[i]->status == LIP_RUN_FAILED || (kept && c->run[i]->status != LIP_RUN_KEPT))
      continue;
    if (isfinite(value)) scratch[count++] = value;
  }
  return summarise(scratch, count);
}

static void fill_cell(cell *c, double *scratch)
{
  size_t tried = 0;

  for (size_t i = 0; i < c->attempted; i++) {
    c->kept += c->run[i]->status == LIP_RUN_KEPT;
    c->failed += c->run[i]->status == LIP_RUN_FAILED;
  }
  c->gradient = summarise_field(c, offsetof(lip_run, max_random_gradient), true, scratch);
  c->lower = summarise_field(c, offsetof(lip_run, lower), true, scratch);
  c->path_norm = summarise_field(c, offsetof(lip_run, path_norm), true, scratch);
  c->optimum = summarise_field(c, offsetof(lip_run, l_star), false, scratch);
  for (size_t i = 0; i < c->attempted; i++)
    if (c->run[i]->status != LIP_RUN_FAILED) scratch[tried++] = (double)c->run[i]->steps_taken;
  c->steps = summarise(scratch, tried);
}

static void gather_cells(experiment *out, double *scratch)
{
  for (size_t first = 0, next; first < out->runs; first = next) {
    const lip_run *run = out->run[first];
    cell *c = &out->cell[out->cells++];

    for (next = first + 1; next < out->runs && compare_cells(run, out->run[next]) == 0; next++) {
    }
    *c = (cell){.n = run->sample.n,
                .d = run->sample.d,
                .k = run->train.k,
                .eps = run->train.eps,
                .rate = run->train.learning_rate,
                .attempted = next - first,
                .run = &out->run[first]};
    fill_cell(c, scratch);
  }
}

/* The pair (eps, learning rate) that most runs share. */
static void find_main(experiment *out)
{
  size_t most = 0;

  for (size_t i = 0; i < out->cells; i++) {
    size_t votes = 0;

    for (size_t j = 0; j < out->cells; j++)
      if (out->cell[j].eps == out->cell[i].eps && out->cell[j].rate == out->cell[i].rate)
        votes += out->cell[j].attempted;
    if (votes <= most) continue;
    most = votes;
    out->eps = out->cell[i].eps;
    out->rate = out->cell[i].rate;
  }
}

lip_status experiment_gather(const store_content *content, const char *prefix, experiment *out,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  experiment made = {.eps = NAN, .rate = NAN};
  double *scratch = NULL;
  size_t rows = 0;

  for (size_t i = 0; i < content->blocks; i++) rows += content->count[i];
  made.run = lip_alloc(rows, sizeof *made.run);
  made.cell = lip_alloc(rows, sizeof *made.cell);
  scratch = lip_alloc(rows, sizeof *scratch);
  if (!made.run || !made.cell || !scratch) FAIL(LIP_ENOMEM, "no memory for %zu runs", rows);
  gather_runs(content, prefix, &made);
  gather_cells(&made, scratch);
  find_main(&made);
  *out = made;
  made = (experiment){0};
done:
  lip_free(scratch);
  experiment_clear(&made);
  return st;
}

void experiment_clear(experiment *self)
{
  lip_free(self->run);
  lip_free(self->cell);
  *self = (experiment){0};
}

bool cell_is_drawn(const experiment *self, const cell *c)
{
  return c->eps == self->eps && c->rate == self->rate && c->gradient.count > 0;
}

size_t experiment_largest_n(const experiment *self)
{
  size_t n = 0;

  for (size_t i = 0; i < self->cells; i++)
    if (cell_is_drawn(self, &self->cell[i]) && self->cell[i].n > n) n = self->cell[i].n;
  return n;
}

const cell *experiment_find(const experiment *self, size_t n, size_t d, size_t k, double eps,
                            double rate)
{
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];

    if (c->n == n && c->d == d && c->k == k && c->eps == eps && c->rate == rate) return c;
  }
  return NULL;
}
