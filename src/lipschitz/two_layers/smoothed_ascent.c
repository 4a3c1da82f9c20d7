/* smoothed_ascent.c - ascent on |J| of the smoothed network, from many starts at once.

   The slope of neuron l is taken as a smooth step of width h in the coordinates' z_l,
   (1 + r / (1 + |r|)) / 2 with r = z_l / h for ReLU; for smooth activations as psi' itself,
   stretched to width h where it is narrower. With u and v from alternating maximisation the
   derivative of u'J v is sum_l (u'A_l) (w_l.v) s_l' h_l. Steps of fixed length, proportional to h,
   which goes down. All rows together are products of matrices.

   cost    4 products with W (k x d) a step and row
   limits  a local search: another start may end higher, by a few per cent for k much above d */
#include "lipschitz/two_layers/smoothed_ascent.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "net/activation.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"
#include "lipschitz/method.h"

#include <math.h>
#include <string.h>

static const double LAST = 0.01;              /* the last width */
static const double STEP = 0.5;               /* length of a step, in units of the width */
static const uint64_t ROUNDS_AT = 1ULL << 61; /* where in the random stream */
enum { CHECK_EVERY = 4 };

lip_status lip_smoothed_ascent_create(lip_pattern_batch *batch,
                                      const lip_neuron_coordinates *coordinates, size_t hinted,
                                      const double *hints, uint64_t seed,
                                      lip_smoothed_ascent *ascent, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = coordinates->claim;
  size_t rows = batch->rows, k = claim->k, D = coordinates->D;
  size_t centers = claim->domain.kind == LIP_AROUND_DATA ? claim->domain.count : 1;
  lip_smoothed_ascent made = {
      .batch = batch, .coordinates = coordinates, .rows = rows, .seed = seed};

  made.y = lip_alloc(rows, (3 * D + 3 * k + 1) * sizeof *made.y);
  made.center = lip_alloc(rows, sizeof *made.center);
  if (!made.y || !made.center) FAIL(LIP_ENOMEM, "%zu points in %zu dimensions", rows, D);
  made.best = made.y + rows * D;
  made.up = made.best + rows * D;
  made.offset = made.up + rows * D;
  made.z = made.offset + rows * k;
  made.rise = made.z + rows * k;
  made.best_value = made.rise + rows * k;
  lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, ROUNDS_AT, rows * D, made.y);
  for (size_t i = 0; i < rows * D; i++) made.y[i] /= sqrt((double)D);
  if (hinted > 0)
    lip_dgemm(false, false, hinted, D, k, 1, hints, k, coordinates->H, D, 0, made.y, D);
  for (size_t i = 0; i < rows; i++) {
    double length = lip_norm(D, made.y + i * D);

    for (size_t j = 0; i < hinted && length > 0 && j < D; j++) made.y[i * D + j] /= length;
    made.center[i] = i % centers;
    made.best_value[i] = -1;
    lip_neuron_offsets(coordinates, made.center[i], made.offset + i * k);
    lip_neuron_coordinates_project(coordinates, made.y + i * D);
  }
  memcpy(made.best, made.y, rows * D * sizeof *made.y);
  *ascent = made;
  memset(&made, 0, sizeof made);
done:
  lip_smoothed_ascent_clear(&made);
  return st;
}

void lip_smoothed_ascent_clear(lip_smoothed_ascent *ascent)
{
  lip_free(ascent->y);
  lip_free(ascent->center);
  memset(ascent, 0, sizeof *ascent);
}

static void make_arguments(lip_smoothed_ascent *ascent)
{
  const lip_neuron_coordinates *in = ascent->coordinates;
  size_t k = in->claim->k, D = in->D;

  memcpy(ascent->z, ascent->offset, ascent->rows * k * sizeof *ascent->z);
  lip_dgemm(false, true, ascent->rows, k, D, 1, ascent->y, D, in->H, D, 1, ascent->z, k);
}

/* psi' and psi'' of a smooth activation at t. */
static void smooth_slope(lip_activation psi, double t, double *slope, double *rise)
{
  double p = psi.kind == LIP_SQUARE ? 2 : psi.slope, value = lip_activation_value(psi, t);

  *slope = lip_activation_slope(psi, t);
  switch (psi.kind) {
  case LIP_TANH:
    *rise = -2 * value * *slope;
    break;
  case LIP_SIGMOID:
    *rise = (1 - 2 * value) * *slope;
    break;
  case LIP_SOFTPLUS:
    *rise = *slope * (1 - *slope);
    break;
  case LIP_ELU: /* of the smooth part; the kink at 0 is no maximum between two slopes */
    *rise = t < 0 ? *slope : 0;
    break;
  default:
    *rise = p < 2 ? 0 : p == 2 ? 2 : p * (p - 1) * pow(t, p - 2);
    break;
  }
}

/* Every slope a step from left to right. */
static void smooth_steps(lip_smoothed_ascent *ascent, double left, double right, double width)
{
  size_t count = ascent->rows * ascent->coordinates->claim->k;
  double *restrict slopes = ascent->batch->slopes, *restrict rise = ascent->rise;
  const double *restrict z = ascent->z;
  double half = 0.5 * (right - left), middle = 0.5 * (left + right);

  for (size_t i = 0; i < count; i++) {
    double q = 1 / (width + fabs(z[i])), r = z[i] * q;

    slopes[i] = middle + half * r;
    rise[i] = half * width * q * q;
  }
}

/* psi' and psi'' of neurons that are no wider than `width`. */
static void stretched_slopes(lip_smoothed_ascent *ascent, double width)
{
  lip_activation psi = ascent->coordinates->claim->psi;
  bool stretch = psi.kind != LIP_SQUARE && psi.kind != LIP_POWER;
  size_t k = ascent->coordinates->claim->k;

  for (size_t i = 0; i < ascent->rows; i++)
    for (size_t l = 0; l < k; l++) {
      double length = ascent->coordinates->length[l], *rise = ascent->rise + i * k + l;

      if (stretch) length = fmin(length, 1 / width);
      smooth_slope(psi, ascent->z[i * k + l] * length, ascent->batch->slopes + i * k + l, rise);
      *rise *= length;
    }
}

/* slopes and rise from z, smoothed to `width`. Softplus far out is a step. */
static void smooth_slopes(lip_smoothed_ascent *ascent, double width)
{
  lip_activation psi = ascent->coordinates->claim->psi;

  if (lip_activation_is_piecewise_linear(psi))
    smooth_steps(ascent, lip_activation_slope(psi, -1), lip_activation_slope(psi, 1), width);
  else if (ascent->coordinates->rays)
    smooth_steps(ascent, 0, 1, width);
  else
    stretched_slopes(ascent, width);
}

/* slopes: those of the network itself. */
static void exact_slopes(lip_smoothed_ascent *ascent)
{
  lip_activation psi = ascent->coordinates->claim->psi;
  bool far = psi.kind == LIP_SOFTPLUS && ascent->coordinates->rays;
  double left = far ? 0 : lip_activation_slope(psi, -1), right = lip_activation_slope(psi, 1);
  size_t k = ascent->coordinates->claim->k;

  for (size_t i = 0; i < ascent->rows; i++)
    for (size_t l = 0; l < k; l++) {
      double z = ascent->z[i * k + l], *slope = ascent->batch->slopes + i * k + l;

      if (far || lip_activation_is_piecewise_linear(psi))
        *slope = z > 0 ? (far ? 1 : right) : left;
      else
        *slope = lip_activation_slope(psi, z * ascent->coordinates->length[l]);
    }
}

/* On the sphere: the tangential part of g, and its length. The component along y is kept. */
static double make_tangential(lip_smoothed_ascent *ascent, size_t i)
{
  size_t D = ascent->coordinates->D;
  double *g = ascent->batch->g + i * D, *y = ascent->y + i * D, along;

  if (ascent->coordinates->claim->domain.kind != LIP_ON_SPHERE) return 0;
  along = lip_dot(D, g, y);
  lip_add_multiple(D, -along, y, g);
  ascent->batch->value[i] = lip_norm(D, g);
  return along;
}

/* Keeps where the rows are, if they are steeper than before. */
static void keep_best(lip_smoothed_ascent *ascent)
{
  size_t D = ascent->coordinates->D;

  exact_slopes(ascent);
  lip_pattern_batch_evaluate(ascent->batch);
  for (size_t i = 0; i < ascent->rows; i++) {
    (void)make_tangential(ascent, i);
    if (!(ascent->batch->value[i] > ascent->best_value[i])) continue;
    ascent->best_value[i] = ascent->batch->value[i];
    memcpy(ascent->best + i * D, ascent->y + i * D, D * sizeof *ascent->y);
  }
}

/* up <- the derivative of the smoothed |J|. On the sphere |P g|: less (g.y) g, made tangential. */
static void find_ascent(lip_smoothed_ascent *ascent)
{
  const lip_neuron_coordinates *in = ascent->coordinates;
  lip_pattern_batch *batch = ascent->batch;
  size_t k = in->claim->k, D = in->D;
  bool sphere = in->claim->domain.kind == LIP_ON_SPHERE;

  lip_pattern_batch_evaluate(batch);
  for (size_t i = 0; i < ascent->rows; i++) {
    double along = make_tangential(ascent, i), *up = ascent->up + i * D;

    memset(up, 0, D * sizeof *up);
    if (sphere && batch->value[i] > 0)
      lip_add_multiple(D, -along / batch->value[i], batch->g + i * D, up);
  }
  lip_pattern_batch_align(batch);
  for (size_t i = 0; i < ascent->rows * k; i++)
    batch->scratch[i] = batch->Q[i] * batch->P[i] * ascent->rise[i];
  lip_dgemm(false, false, ascent->rows, D, k, 1, batch->scratch, k, in->H, D, sphere, ascent->up,
            D);
}

/* Rows move by `length` along up. */
static void step(lip_smoothed_ascent *ascent, double length)
{
  const lip_neuron_coordinates *in = ascent->coordinates;
  size_t D = in->D;
  bool tangential = in->rays || in->claim->domain.kind == LIP_ON_SPHERE;

  for (size_t i = 0; i < ascent->rows; i++) {
    double *y = ascent->y + i * D, *up = ascent->up + i * D, size;

    if (tangential) lip_add_multiple(D, -lip_dot(D, up, y), y, up);
    size = lip_norm(D, up);
    if (!(size > 0) || isinf(size)) continue;
    lip_add_multiple(D, length / size, up, y);
    lip_neuron_coordinates_project(in, y);
  }
}

void lip_smoothed_ascent_run(lip_smoothed_ascent *ascent, double from, size_t steps,
                             const lip_control *control)
{
  const lip_neuron_coordinates *in = ascent->coordinates;
  double side = in->claim->domain.kind == LIP_BOX ? sqrt((double)in->D) : 1;
  double decay = pow(LAST / from, 1 / fmax(1, (double)steps - 1)), width = from;

  for (size_t at = 0; at < steps && !lip_stopped(control); at++, width *= decay) {
    make_arguments(ascent);
    if (at % CHECK_EVERY == 0) keep_best(ascent);
    smooth_slopes(ascent, width * side / sqrt((double)in->D));
    find_ascent(ascent);
    step(ascent, STEP * width * side);
  }
  make_arguments(ascent);
  keep_best(ascent);
}

void lip_smoothed_ascent_gather(lip_smoothed_ascent *ascent, double distance, size_t round)
{
  const lip_neuron_coordinates *in = ascent->coordinates;
  size_t D = in->D, k = in->claim->k, rows = ascent->rows, kept = (rows + 3) / 4;
  double side = in->claim->domain.kind == LIP_BOX ? sqrt((double)D) : 1;

  for (size_t i = 0; i < kept; i++) { /* the best quarter comes first */
    size_t best = i;

    for (size_t j = i + 1; j < rows; j++)
      if (ascent->best_value[j] > ascent->best_value[best]) best = j;
    for (size_t j = 0; best != i && j < D; j++) {
      double other = ascent->best[i * D + j];

      ascent->best[i * D + j] = ascent->best[best * D + j];
      ascent->best[best * D + j] = other;
    }
    double value = ascent->best_value[i];
    size_t center = ascent->center[i];

    ascent->best_value[i] = ascent->best_value[best];
    ascent->best_value[best] = value;
    ascent->center[i] = ascent->center[best];
    ascent->center[best] = center;
  }
  lip_random_normal((lip_stream){ascent->seed, LIP_FOR_STARTS},
                    ROUNDS_AT + (uint64_t)round * (ROUNDS_AT >> 20), rows * D, ascent->y);
  for (size_t i = 0; i < rows; i++) {
    double *y = ascent->y + i * D, factor = distance * side / sqrt((double)D);

    for (size_t j = 0; j < D; j++) y[j] = ascent->best[i % kept * D + j] + factor * y[j];
    lip_neuron_coordinates_project(in, y);
    if (i < kept) continue;
    ascent->center[i] = ascent->center[i % kept];
    ascent->best_value[i] = -1;
    memcpy(ascent->best + i * D, y, D * sizeof *y);
  }
  for (size_t i = 0; i < rows; i++)
    lip_neuron_offsets(in, ascent->center[i], ascent->offset + i * k);
}
