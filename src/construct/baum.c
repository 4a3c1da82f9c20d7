/* baum.c - about n/d neurons memorise: f(x) = -s + 2 s sum_l tent((u_l.x - b_l) / delta_l), one
   tent for each hyperplane through up to d points of the rarer label s, |u_l| = 1.

   Every point of that label lies on one of the hyperplanes, where its tent is 1, and outside all
   other slabs |u_l.x - b_l| < delta_l; all points of the other label lie outside every slab
   (Baum 1988, with thresholds; theory.md B22). tent(t) = ReLU(t + 1) - 2 ReLU(t) + ReLU(t - 1):
   three neurons a hyperplane. The constant, on the whole space, is at most

       2 max over signs e of |sum_l e_l u_l / delta_l|,

   and is that where the u_l are independent: then there is a point with any values u_l.x [D]. The
   maximum is enumerated for few hyperplanes; beyond, it is at most the square roots of
   sum |G_lm| and of tr(G) |R|_op, G the Gram matrix of u_l / delta_l, R that of u_l.
   cost    2 n_s d^2 flops for the hyperplanes, 2 n k d for the slabs */
#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/min_norm.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ENUMERATED = 20 };

/* Distances to a hyperplane below this, relative to |b| + |x|, are 0 up to rounding. */
static const double on_it = 1e-10;

typedef struct slabs {
  const lip_dataset *data;
  double label; /* the rarer one */
  size_t most;  /* points per hyperplane */
  size_t count;
  double *U;     /* count x d, unit rows */
  double *b;     /* count */
  double *delta; /* count */
  size_t *first; /* count: a point on it */
  size_t *of;    /* n: the hyperplane of each point; count: none */
  double *z;     /* n */
} slabs;

static void clear(slabs *in)
{
  lip_free(in->U);
  lip_free(in->b);
  lip_free(in->delta);
  lip_free(in->first);
  lip_free(in->of);
  lip_free(in->z);
}

static lip_status prepare(const lip_construct_job *job, slabs *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t positive = 0, rarer, room;

  for (size_t i = 0; i < data->n; i++) positive += data->y[i] > 0;
  in->data = data;
  in->label = 2 * positive <= data->n ? 1 : -1;
  rarer = in->label > 0 ? positive : data->n - positive;
  in->most = job->options->group > 0 ? job->options->group : data->d;
  if (in->most > data->d)
    FAIL(LIP_EINPUT, "--group: no hyperplane of %zu dimensions goes through %zu points", data->d,
         in->most);
  room = rarer + 1;
  in->U = lip_alloc(room, data->d * sizeof *in->U);
  in->b = lip_alloc(room, sizeof *in->b);
  in->delta = lip_alloc(room, sizeof *in->delta);
  in->first = lip_alloc(room, sizeof *in->first);
  in->of = lip_alloc(data->n, sizeof *in->of);
  in->z = lip_alloc(data->n, sizeof *in->z);
  if (!in->U || !in->b || !in->delta || !in->first || !in->of || !in->z)
    FAIL(LIP_ENOMEM, "no memory for hyperplanes through %zu points", rarer);
  for (size_t i = 0; i < data->n; i++) in->of[i] = SIZE_MAX;
done:
  return st;
}

/* The hyperplane w.x = 1 through the next points without one, as many as are independent. False
   where there are none left. */
static bool next_hyperplane(slabs *in, lip_min_norm *room)
{
  const lip_dataset *data = in->data;
  size_t d = data->d, l = in->count;
  double *u = in->U + l * d, length;

  room->count = 0;
  for (size_t i = 0; i < data->n && room->count < in->most; i++) {
    if (data->y[i] != in->label || in->of[i] != SIZE_MAX) continue;
    if (!lip_min_norm_add(room, data->X + i * d)) continue;
    if (room->count == 1) in->first[l] = i;
    in->of[i] = l;
  }
  if (room->count == 0) return false;
  lip_min_norm_solve(room, u);
  length = lip_norm(d, u);
  for (size_t j = 0; j < d; j++) u[j] /= length;
  in->b[l] = 1 / length;
  in->count++;
  return true;
}

/* The distance of the nearest point off hyperplane l; points of its label on it count as its own.
 */
static lip_status find_width(slabs *in, size_t l, lip_error *err)
{
  const lip_dataset *data = in->data;
  size_t d = data->d;
  double nearest = INFINITY;

  lip_dgemv(false, data->n, d, 1, data->X, d, in->U + l * d, 0, in->z);
  for (size_t i = 0; i < data->n; i++) {
    double away = fabs(in->z[i] - in->b[l]);
    bool on = away <= on_it * (fabs(in->b[l]) + lip_norm(d, data->X + i * d));

    if (in->of[i] == l) continue;
    if (on && data->y[i] != in->label)
      return lip_fail(err, LIP_EINPUT,
                      "point %zu of the other label lies on the hyperplane through point %zu and "
                      "others (distance %.3g): --group with fewer points per hyperplane may do",
                      i, in->first[l], away);
    if (on && in->of[i] == SIZE_MAX) {
      in->of[i] = l;
      continue;
    }
    if (on)
      return lip_fail(err, LIP_EINPUT,
                      "points %zu and %zu of two hyperplanes lie on one: --group with fewer points "
                      "per hyperplane may do",
                      i, in->first[l]);
    nearest = fmin(nearest, away);
  }
  /* Points of later hyperplanes stay outside as well. */
  in->delta[l] = isinf(nearest) ? 1 : nearest;
  return LIP_OK;
}

static lip_status find_slabs(const lip_construct_job *job, slabs *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_min_norm room = {0};
  size_t n = job->data->n, zero = n;

  if (!lip_min_norm_create(job->data->d, in->most, &room))
    FAIL(LIP_ENOMEM, "no memory for hyperplanes in %zu dimensions", job->data->d);
  while (next_hyperplane(in, &room)) {
    if (lip_construct_stopped(job)) FAIL(LIP_EINTERRUPT, "interrupted");
    TRY(find_width(in, in->count - 1, err));
  }
  for (size_t i = 0; i < n; i++)
    if (job->data->y[i] == in->label && in->of[i] == SIZE_MAX) zero = i;
  if (zero < n) FAIL(LIP_EINPUT, "point %zu is 0: no hyperplane w.x = 1 goes through it", zero);
done:
  lip_min_norm_clear(&room);
  return st;
}

static lip_status fill(const slabs *in, lip_net **net, lip_error *err)
{
  size_t d = in->data->d, k = 3 * in->count;
  lip_status st = lip_two_layers(d, k ? k : 1, (lip_activation){LIP_RELU, 0}, true, true, net, err);

  if (st != LIP_OK) return st;
  for (size_t l = 0; l < in->count; l++)
    for (size_t part = 0; part < 3; part++) {
      size_t neuron = 3 * l + part;
      double *w = (*net)->layer[0].W + neuron * d, scale = 1 / in->delta[l];

      lip_add_multiple(d, scale, in->U + l * d, w);
      (*net)->layer[0].b[neuron] = 1 - (double)part - in->b[l] * scale;
      (*net)->layer[1].W[neuron] = (part == 1 ? -4 : 2) * in->label;
    }
  (*net)->layer[1].b[0] = -in->label;
  return LIP_OK;
}

/* max over signs of e'Ge, by Gray code. */
static double enumerate(size_t count, const double *G)
{
  double product[ENUMERATED] = {0}, value = 0, best; /* product = G e */
  double sign[ENUMERATED];

  for (size_t l = 0; l < count; l++) sign[l] = 1;
  for (size_t l = 0; l < count; l++)
    for (size_t m = 0; m < count; m++) {
      product[l] += G[l * count + m];
      value += G[l * count + m];
    }
  best = value;
  for (size_t step = 1; step < (size_t)1 << (count - 1); step++) {
    size_t l = (size_t)__builtin_ctzll(step);

    value += 4 * (G[l * count + l] - sign[l] * product[l]);
    for (size_t m = 0; m < count; m++) product[m] -= 2 * sign[l] * G[m * count + l];
    sign[l] = -sign[l];
    best = fmax(best, value);
  }
  return best;
}

/* G_lm = u_l.u_m / (delta_l delta_m), and its unscaled R. */
static void gram(const slabs *in, double *R, double *G)
{
  size_t g = in->count, d = in->data->d;

  lip_dgemm(false, true, g, g, d, 1, in->U, d, in->U, d, 0, R, g);
  for (size_t l = 0; l < g; l++)
    for (size_t m = 0; m < g; m++) G[l * g + m] = R[l * g + m] / in->delta[l] / in->delta[m];
}

static lip_status constant(const slabs *in, lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t g = in->count;
  double *R = lip_alloc(g, g * sizeof *R), *G = lip_alloc(g, g * sizeof *G), sum = 0, trace = 0;
  double *values = lip_alloc(g, sizeof *values), most;

  result->exact = true;
  result->lipschitz = 0;
  if (g == 0) goto done;
  if (!R || !G || !values) FAIL(LIP_ENOMEM, "no memory for %zu hyperplanes", g);
  gram(in, R, G);
  for (size_t i = 0; i < g * g; i++) sum += fabs(G[i]);
  for (size_t l = 0; l < g; l++) trace += G[l * g + l];
  TRY(lip_symmetric_eigen(g, R, values, false, err));
  most = fmin(sum, trace * values[g - 1] * (1 + 1e-12));
  result->exact = g == 1 || (g <= ENUMERATED && values[0] > 1e-9);
  if (g <= ENUMERATED) most = enumerate(g, G);
  result->lipschitz = 2 * sqrt(most);
done:
  lip_free(R);
  lip_free(G);
  lip_free(values);
  return st;
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  slabs in = {0};
  double narrowest = INFINITY;

  TRY(prepare(job, &in, err));
  TRY(find_slabs(job, &in, err));
  TRY(constant(&in, result, err));
  for (size_t l = 0; l < in.count; l++) narrowest = fmin(narrowest, in.delta[l]);
  result->k = in.count ? 3 * in.count : 1;
  result->domain = "space";
  result->source = "Baum 1988 as cited by the two-layer paper (B22); slabs that meet [D]";
  if (in.count == 0)
    (void)snprintf(result->note, sizeof result->note, "all points have the label %+.0f", -in.label);
  else
    (void)snprintf(result->note, sizeof result->note,
                   "%zu hyperplane%s through at most %zu point%s of label %+.0f, half width of the "
                   "narrowest slab %.4g%s",
                   in.count, in.count == 1 ? "" : "s", in.most, in.most == 1 ? "" : "s", in.label,
                   narrowest,
                   result->exact ? ""
                                 : "; an upper bound: the hyperplanes are many, or depend on each "
                                   "other");
  TRY(fill(&in, net, err));
done:
  clear(&in);
  return st;
}

const lip_construction lip_baum_construction = {
    .name = "baum", .signs = true, .tolerance = 1e-6, .build = build};
