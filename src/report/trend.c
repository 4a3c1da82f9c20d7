/* trend.c - how the measured gradient depends on the size of the network. */
#include "report/trend.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static double points_per_neuron(const cell *c)
{
  return (double)c->n / (double)c->k;
}

static double sqrt_width(const cell *c)
{
  return sqrt(points_per_neuron(c));
}

static double log_width(const cell *c)
{
  return log(points_per_neuron(c));
}

static double fourth_root_width(const cell *c)
{
  return pow(points_per_neuron(c), 0.25);
}

static double sqrt_dimension(const cell *c)
{
  return sqrt((double)c->d);
}

static double log_dimension(const cell *c)
{
  return log((double)c->d);
}

static double fourth_root_dimension(const cell *c)
{
  return pow((double)c->d, 0.25);
}

static double aspect(const cell *c)
{
  return (double)c->d / (double)c->n;
}

const law laws_of_width[LAWS] = {
    {"sqrt(n/k)", "√(n/k)", sqrt_width},
    {"log(n/k)", "log(n/k)", log_width},
    {"(n/k)^(1/4)", "∜(n/k)", fourth_root_width},
    {"d/n", "d/n", aspect},
};

const law laws_of_dimension[LAWS] = {
    {"sqrt(d)", "√d", sqrt_dimension},
    {"log(d)", "log d", log_dimension},
    {"d^(1/4)", "∜d", fourth_root_dimension},
    {"d/n", "d/n", aspect},
};

void trend_list_clear(trend_list *list)
{
  lip_free(list->trend);
  *list = (trend_list){0};
}

/* Which cells a trend is made of. */
typedef struct selection {
  size_t n, d;                   /* 0: any */
  double low, high;              /* bounds on d/n, both included */
  bool (*family)(const cell *c); /* NULL: any */
} selection;

static bool selects(const experiment *self, const selection *want, const cell *c)
{
  /* d/n against n/10 exactly: compare products, not rounded quotients. */
  double n = (double)c->n, d = (double)c->d;

  return cell_is_drawn(self, c) && (!want->n || c->n == want->n) && (!want->d || c->d == want->d) &&
         d >= want->low * n - 1e-9 * n && d <= want->high * n + 1e-9 * n &&
         (!want->family || want->family(c));
}

/* Room for every cell and every run of an experiment. */
typedef struct workspace {
  double *x, *y;
  const cell **cell;
} workspace;

static size_t select_cells(const experiment *self, const selection *want, const cell **cells)
{
  size_t count = 0;

  for (size_t i = 0; i < self->cells; i++)
    if (selects(self, want, &self->cell[i])) cells[count++] = &self->cell[i];
  return count;
}

/* Pearson's r of the first law over single kept runs. */
static void fit_runs(trend *out, workspace *work)
{
  for (size_t i = 0; i < out->cells; i++) {
    const cell *c = work->cell[i];

    for (size_t j = 0; j < c->attempted; j++) {
      double y = c->run[j]->max_random_gradient;

      if (c->run[j]->status != LIP_RUN_KEPT || !isfinite(y)) continue;
      work->x[out->runs] = out->laws[0].value(c);
      work->y[out->runs++] = y;
    }
  }
  out->run_r = fit_line(work->x, work->y, out->runs).r;
}

static void fit_laws(trend *out, workspace *work)
{
  out->from = INFINITY;
  out->to = -INFINITY;
  for (size_t j = 0; j < out->cells; j++) {
    out->from = fmin(out->from, out->laws[0].value(work->cell[j]));
    out->to = fmax(out->to, out->laws[0].value(work->cell[j]));
  }
  for (size_t i = 0; i < LAWS; i++) {
    for (size_t j = 0; j < out->cells; j++) {
      work->x[j] = out->laws[i].value(work->cell[j]);
      work->y[j] = work->cell[j]->gradient.mean;
    }
    out->fit[i] = fit_line(work->x, work->y, out->cells);
  }
  for (size_t j = 0; j < out->cells; j++) {
    work->x[j] = 2 * log(out->laws[0].value(work->cell[j]));
    work->y[j] = log(work->cell[j]->gradient.mean);
  }
  out->power = fit_line(work->x, work->y, out->cells);
}

/* Appends the trend of the selected cells, unless they are fewer than `least`. */
static void add_trend(const experiment *self, const selection *want, const law *laws, size_t least,
                      workspace *work, trend_list *list, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

static void add_trend(const experiment *self, const selection *want, const law *laws, size_t least,
                      workspace *work, trend_list *list, const char *format, ...)
{
  size_t cells = select_cells(self, want, work->cell);
  trend *out = &list->trend[list->count];
  va_list args;

  if (cells < least) return;
  list->count++;
  *out = (trend){.n = want->n, .d = want->d, .laws = laws, .cells = cells};
  va_start(args, format);
  (void)vsnprintf(out->name, sizeof out->name, format, args);
  va_end(args);
  fit_runs(out, work);
  fit_laws(out, work);
}

static lip_status prepare(const experiment *self, workspace *work, trend_list *list, lip_error *err)
{
  lip_status st = LIP_OK;

  /* At most three trends begin with each cell, and three pools stand at the end. */
  list->trend = lip_alloc(3 * self->cells + 3, sizeof *list->trend);
  work->x = lip_alloc(self->runs, sizeof *work->x);
  work->y = lip_alloc(self->runs, sizeof *work->y);
  work->cell = lip_alloc(self->cells, sizeof *work->cell);
  if (!list->trend || !work->x || !work->y || !work->cell)
    FAIL(LIP_ENOMEM, "no memory to fit %zu cells", self->cells);
done:
  return st;
}

static void release(workspace *work)
{
  lip_free(work->x);
  lip_free(work->y);
  lip_free(work->cell);
}

lip_status trends_of_width(const experiment *self, trend_list *list, lip_error *err)
{
  static const struct {
    const char *name;
    double high;
  } pools[] = {{"all d <= n/10", 0.1}, {"all d <= n/5", 0.2}, {"all", HUGE_VAL}};
  lip_status st = LIP_OK;
  trend_list made = {0};
  workspace work = {0};

  TRY(prepare(self, &work, &made, err));
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];
    selection slice = {c->n, c->d, 0, HUGE_VAL, NULL};

    if (i > 0 && c[-1].n == c->n && c[-1].d == c->d) continue;
    add_trend(self, &slice, laws_of_width, MIN_SLICE, &work, &made, "n = %zu, d = %zu", c->n, c->d);
  }
  for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
    selection pool = {0, 0, 0, pools[i].high, NULL};

    add_trend(self, &pool, laws_of_width, 2, &work, &made, "%s", pools[i].name);
  }
  *list = made;
  made = (trend_list){0};
done:
  release(&work);
  trend_list_clear(&made);
  return st;
}

bool is_blue(const cell *c)
{
  return c->k == c->n;
}

bool is_red(const cell *c)
{
  return (double)c->k == round(10 * (double)c->n / (double)c->d);
}

bool family_span(const experiment *self, size_t n, bool (*family)(const cell *), double low,
                 double high, double span[2])
{
  span[0] = INFINITY;
  span[1] = -INFINITY;
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];
    double d = (double)c->d;

    if (c->n != n || !family(c) || !cell_is_drawn(self, c) || d < low || d > high) continue;
    span[0] = fmin(span[0], c->gradient.mean);
    span[1] = fmax(span[1], c->gradient.mean);
  }
  return isfinite(span[0]);
}

lip_status trends_of_dimension(const experiment *self, trend_list *list, lip_error *err)
{
  lip_status st = LIP_OK;
  trend_list made = {0};
  workspace work = {0};

  TRY(prepare(self, &work, &made, err));
  for (size_t i = 0; i < self->cells; i++) {
    size_t n = self->cell[i].n;
    selection flat = {n, 0, 25.0 / (double)n, 0.1, is_blue};
    selection steep = {n, 0, 0.1, 0.5, is_red};
    selection red = {n, 0, 0, HUGE_VAL, is_red};

    if (i > 0 && self->cell[i - 1].n == n) continue;
    add_trend(self, &flat, laws_of_dimension, 2, &work, &made, "k = n, n = %zu, 25 <= d <= n/10",
              n);
    add_trend(self, &steep, laws_of_dimension, 2, &work, &made,
              "k = 10 n/d, n = %zu, n/10 <= d <= n/2", n);
    add_trend(self, &red, laws_of_dimension, 2, &work, &made, "k = 10 n/d, n = %zu, all d", n);
  }
  *list = made;
  made = (trend_list){0};
done:
  release(&work);
  trend_list_clear(&made);
  return st;
}

size_t trend_best_law(const trend *self)
{
  size_t best = 0;

  for (size_t i = 1; i < LAWS; i++)
    if (self->fit[i].aic < self->fit[best].aic) best = i;
  return best;
}

const trend *trend_find(const trend_list *list, const char *name)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->trend[i].name, name) == 0) return &list->trend[i];
  return NULL;
}
