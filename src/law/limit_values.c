/* limit_values.c - the values of a network at points, in interval arithmetic.

   Each layer maps intervals c +- r: W c by inner products of twice the working precision, |W| r
   rounded up beside it; the activations by their enclosures; distances, lengths and the least entry
   by theirs. cost n products with the weights, at about a third of the speed of plain ones */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "certificate/slope_range.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

typedef struct scratch {
  lip_interval *h, *z;     /* max_width + inputs each */
  double *center, *radius; /* the same */
  double *size;            /* the same: |W_j| */
} scratch;

typedef struct task {
  const lip_net *net;
  const double *X;
  double radius;
  lip_interval *f;
  size_t n, rows, m;
  scratch *work;
  const lip_control *control;
  atomic_bool stop;
} task;

enum { ROWS = 32 };

static double least_size(lip_interval t)
{
  return t.low > 0 ? t.low : t.high < 0 ? -t.high : 0;
}

static double most_size(lip_interval t)
{
  return fmax(-t.low, t.high);
}

/* c +- r contains t. */
static void split(lip_interval t, double *c, double *r)
{
  *c = t.low == t.high ? t.low : t.low / 2 + t.high / 2;
  *r = fmax(lip_interval_sub(lip_interval_of(t.high), lip_interval_of(*c)).high,
            lip_interval_sub(lip_interval_of(*c), lip_interval_of(t.low)).high);
}

/* w.h for h = c +- r. */
static lip_interval product(size_t n, const double *w, const scratch *s, bool points)
{
  lip_interval sum = lip_interval_dot(n, w, s->center);
  double reach;

  if (points) return sum;
  for (size_t i = 0; i < n; i++) s->size[i] = fabs(w[i]);
  reach = lip_interval_dot(n, s->size, s->radius).high;
  return lip_interval_add(sum, (lip_interval){-reach, reach});
}

/* |t| of count intervals. */
static lip_interval length(size_t count, const lip_interval *t, double *size)
{
  lip_interval result;

  for (size_t i = 0; i < count; i++) size[i] = least_size(t[i]);
  result.low = lip_interval_norm(count, size).low;
  for (size_t i = 0; i < count; i++) size[i] = most_size(t[i]);
  result.high = lip_interval_norm(count, size).high;
  return result;
}

/* One entry of a layer's map, of h = c +- r. */
static lip_interval entry(const lip_layer *layer, size_t j, scratch *s, bool points)
{
  size_t in = layer->in, part;
  lip_interval z = {0, 0};

  switch (layer->map) {
  case LIP_AFFINE:
    z = product(in, layer->W + j * in, s, points);
    break;
  case LIP_DISTANCE:
    for (size_t i = 0; i < in; i++)
      s->z[i] = lip_interval_sub(s->h[i], lip_interval_of(layer->W[j * in + i]));
    z = length(in, s->z, s->size);
    break;
  case LIP_GROUPS:
    part = in / layer->out;
    z = length(part, s->h + j * part, s->size);
    break;
  case LIP_SMALLEST:
    z = s->h[0];
    for (size_t i = 1; i < in; i++)
      z = (lip_interval){fmin(z.low, s->h[i].low), fmin(z.high, s->h[i].high)};
    return z;
  }
  if (layer->map != LIP_AFFINE) z = lip_interval_mul(z, lip_interval_of(layer->scale));
  return z;
}

/* x radius / |x| as intervals, or x itself. */
static void input(const task *in, const double *x, lip_interval *h)
{
  size_t d = lip_net_inputs(in->net);
  lip_interval size = lip_interval_norm(d, x), ratio;

  for (size_t i = 0; i < d; i++) h[i] = lip_interval_of(x[i]);
  if (in->radius == 0) return;
  ratio.low = lip_div_down(in->radius, size.high);
  ratio.high = size.low > 0 ? lip_div_up(in->radius, size.low) : INFINITY;
  for (size_t i = 0; i < d; i++) h[i] = lip_interval_mul(h[i], ratio);
}

static void values_at(const task *in, size_t row, scratch *s)
{
  const lip_net *net = in->net;
  bool points = in->radius == 0;
  lip_interval *next = s->z + net->max_width + lip_net_inputs(net);

  input(in, in->X + row * lip_net_inputs(net), s->h);
  for (size_t l = 0; l < net->depth; l++) {
    const lip_layer *layer = &net->layer[l];
    bool last = l + 1 == net->depth;

    for (size_t i = 0; i < layer->in; i++) split(s->h[i], &s->center[i], &s->radius[i]);
    for (size_t j = 0; j < layer->out; j++) {
      lip_interval z = entry(layer, j, s, points);

      if (layer->b) z = lip_interval_add(z, lip_interval_of(layer->b[j]));
      next[j] = lip_activation_values_on(layer->activation, z);
      if (last) in->f[row * in->m + j] = next[j];
    }
    for (size_t j = 0; j < layer->out; j++) s->h[j] = next[j];
    points = false;
  }
}

static void body(void *context, size_t block, size_t thread)
{
  task *in = context;

  if (atomic_load(&in->stop)) return;
  if (in->control && in->control->stop && in->control->stop(in->control->context)) {
    atomic_store(&in->stop, true);
    return;
  }
  for (size_t row = block * ROWS; row < in->n && row < (block + 1) * ROWS; row++)
    values_at(in, row, &in->work[thread]);
}

static bool create_work(size_t width, scratch *s)
{
  s->h = lip_alloc(width, sizeof *s->h);
  s->z = lip_alloc(2 * width, sizeof *s->z);
  s->center = lip_alloc(width, sizeof *s->center);
  s->radius = lip_alloc(width, sizeof *s->radius);
  s->size = lip_alloc(width, sizeof *s->size);
  return s->h && s->z && s->center && s->radius && s->size;
}

static void clear_work(scratch *s)
{
  lip_free(s->h);
  lip_free(s->z);
  lip_free(s->center);
  lip_free(s->radius);
  lip_free(s->size);
}

lip_status lip_limit_values(const lip_net *net, size_t n, const double *X, double radius,
                            lip_interval *f, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t width = net->max_width + lip_net_inputs(net), threads = 0;
  lip_team *team = lip_team_create(0);
  task in = {.net = net, .X = X, .radius = radius, .f = f, .n = n, .control = control};

  in.m = lip_net_outputs(net);
  atomic_init(&in.stop, false);
  if (!team) FAIL(LIP_ENOMEM, "threads for %zu values", n);
  threads = lip_team_size(team);
  in.work = lip_alloc_zero(threads, sizeof *in.work);
  if (!in.work) FAIL(LIP_ENOMEM, "values of %zu points", n);
  for (size_t t = 0; t < threads; t++)
    if (!create_work(width, &in.work[t])) FAIL(LIP_ENOMEM, "values of %zu points", n);
  lip_team_run(team, (n + ROWS - 1) / ROWS, body, &in);
  if (atomic_load(&in.stop)) FAIL(LIP_EINTERRUPT, "interrupted");
done:
  for (size_t t = 0; in.work && t < threads; t++) clear_work(&in.work[t]);
  lip_free(in.work);
  lip_team_free(team);
  return st;
}

double lip_limit_apart(size_t m, const lip_interval *s, const lip_interval *t)
{
  lip_interval square = {0, 0};
  double largest = 0;
  int exponent;

  for (size_t l = 0; l < m; l++) largest = fmax(largest, least_size(lip_interval_sub(s[l], t[l])));
  if (m == 1 || largest == 0 || isinf(largest)) return m == 1 ? largest : 0;
  (void)frexp(largest, &exponent);
  for (size_t l = 0; l < m; l++) { /* what underflows is rounded toward 0 */
    double size = least_size(lip_interval_sub(s[l], t[l]));
    lip_interval scaled = lip_interval_of(fmax(0, lip_scaled_down(size, -exponent)));

    square = lip_interval_add(square, lip_interval_mul(scaled, scaled));
  }
  return lip_scaled_down(lip_interval_sqrt(square).low, exponent);
}

double lip_limit_distance_up(size_t d, const double *x, const double *y, double *work)
{
  for (size_t i = 0; i < d; i++)
    work[i] = most_size(lip_interval_sub(lip_interval_of(x[i]), lip_interval_of(y[i])));
  return lip_interval_norm(d, work).high;
}

lip_status lip_limit_refuse(lip_limit_finding *finding, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  (void)vsnprintf(finding->why_not, sizeof finding->why_not, format, args);
  va_end(args);
  finding->value = NAN;
  return LIP_OK;
}
