/* caps.c - one neuron per point: f(x) = sum_i a_i ReLU(x_i.x - t), a_i = y_i / (1 - t).

   Fits where no point lies in another one's cap, max x_i.x_j <= t (two-layer paper 3.2, t = 0.9;
   theory.md B6). Caps {x_i.x > t} are disjoint where max x_i.x_j <= 2 t^2 - 1; then the constant on
   the sphere is max |y_i| sqrt((1 + t) / (1 - t)), attained at a cap's border, which is least for
   t = sqrt((1 + max x_i.x_j) / 2). Caps that meet are bounded by which can be active together.
   cost    n^2 d flops; as much again where caps meet */
#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/active_bound.h"
#include "construct/gram_blocks.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double theorems_threshold = 0.9;

/* How far the optimised threshold stays above that of caps that touch, for rounding. */
static const double apart = 1e-11;

/* For every row the largest product with a later one. */
typedef struct nearest {
  double *value;
  size_t *with;
} nearest;

static void visit(void *context, const lip_gram_block *block)
{
  nearest *in = context;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++) {
      size_t row = block->row + i, column = block->column + j;
      double g = block->G[i * block->columns + j];

      if (column <= row || !(g > in->value[row])) continue;
      in->value[row] = g;
      in->with[row] = column;
    }
}

/* The two nearest points and their product; -1 where there is one point only. */
static lip_status find_nearest(const lip_construct_job *job, size_t *i, size_t *j, double *product,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  nearest in = {lip_alloc(data->n, sizeof *in.value), lip_alloc(data->n, sizeof *in.with)};

  if (!in.value || !in.with) FAIL(LIP_ENOMEM, "no memory for %zu products", data->n);
  for (size_t r = 0; r < data->n; r++) {
    in.value[r] = -1;
    in.with[r] = r;
  }
  TRY(lip_gram_blocks(job, data->n, data->X, data->n, data->X, data->d, true, visit, &in, err));
  *i = 0;
  for (size_t r = 0; r < data->n; r++)
    if (in.value[r] > in.value[*i]) *i = r;
  *j = in.with[*i];
  *product = in.value[*i];
done:
  lip_free(in.value);
  lip_free(in.with);
  return st;
}

static lip_status fill(const lip_dataset *data, double t, lip_net **net, lip_error *err)
{
  lip_status st = lip_two_layers(data->d, data->n, (lip_activation){LIP_RELU, 0}, true, false, net,
                                 err);

  if (st != LIP_OK) return st;
  memcpy((*net)->layer[0].W, data->X, data->n * data->d * sizeof *data->X);
  for (size_t i = 0; i < data->n; i++) {
    const double *x = data->X + i * data->d;

    (*net)->layer[0].b[i] = -t;
    (*net)->layer[1].W[i] = data->y[i] / (lip_dot(data->d, x, x) - t);
  }
  return LIP_OK;
}

/* The bound for caps that meet. */
static lip_status bound_meeting(const lip_construct_job *job, const lip_net *net, double t,
                                lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = job->data->n;
  lip_active_bound bound;
  double *theta = lip_alloc(n, sizeof *theta);
  lip_thresholded f = {n, job->data->d, net->layer[0].W, theta, net->layer[1].W};

  if (!theta) FAIL(LIP_ENOMEM, "no memory for %zu thresholds", n);
  for (size_t i = 0; i < n; i++) theta[i] = t;
  TRY(lip_bound_active(job, &f, &bound, err));
  result->lipschitz = bound.value;
  result->exact = bound.exact;
  if (bound.exact) goto done;
  result->source = "two-layer paper 3.2 (B6); neurons active together [D]";
  (void)snprintf(result->note, sizeof result->note,
                 "%.0f pairs of caps meet, at most %zu caps in a point: an upper bound; 'liplaw "
                 "measure --domain sphere:1' may be sharper, --optimise keeps caps apart",
                 bound.pairs, bound.most);
done:
  lip_free(theta);
  return st;
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  double t = job->options->threshold > 0 ? job->options->threshold : theorems_threshold,
         largest = 0;
  lip_net *made = NULL;
  size_t i = 0, j = 0;

  TRY(find_nearest(job, &i, &j, &largest, err));
  if (job->options->optimise) t = sqrt(fmax(1 + largest, 0) / 2) + apart;
  if (!(largest <= t))
    FAIL(LIP_EINPUT,
         "caps need x_i.x_j <= the threshold %.6g: points %zu and %zu have %.6g; --optimise takes "
         "%.6g",
         t, i, j, largest, sqrt((1 + largest) / 2));
  if (!(t <= 1 - 1e-9))
    FAIL(LIP_EINPUT, "caps need a threshold below 1: %.10g; the nearest points are %zu and %zu", t,
         i, j);
  TRY(fill(data, t, &made, err));
  result->k = data->n;
  result->domain = "sphere:1";
  result->threshold = t;
  result->source = "two-layer paper 3.2 (B6): max |y| sqrt((1 + t) / (1 - t)) for disjoint caps";
  result->lipschitz = lip_largest(data->n, data->y) * sqrt((1 + t) / (1 - t));
  result->exact = largest <= 2 * t * t - 1 - apart;
  if (result->exact && data->n > 1)
    (void)snprintf(result->note, sizeof result->note,
                   "caps are disjoint: max x_i.x_j = %.6g (points %zu and %zu), 2 t^2 - 1 = %.6g",
                   largest, i, j, 2 * t * t - 1);
  if (!result->exact) TRY(bound_meeting(job, made, t, result, err));
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  return st;
}

const lip_construction lip_caps_construction = {
    .name = "caps", .sphere = true, .distinct = true, .tolerance = 1e-9, .build = build};
