/* corner.c - corners of an arrangement of hyperplanes.

   A tableau as of the simplex method: z_l = h_l.y at the ray and along all edges for all neurons;
   a step from corner to corner along an edge is one elimination.

   cost  k D a step
   limits  hyperplanes that coincide at a corner (equal neurons) have the sides of one of the cells
           there, which may not be the best of them */
#include "lipschitz/two_layers/corner.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { ACCURATE_FOR = 40 /* steps */ };
static const double ROUNDING = 1e-12;

lip_status lip_corner_create(const lip_arrangement *in, lip_corner *to, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = in->k, D = in->D;
  lip_corner made = {.in = in};

  made.M = lip_alloc(D * D + D * k + in->d + 3 * k + 2 * D * D, sizeof *made.M);
  made.neuron = lip_alloc(D, sizeof *made.neuron);
  made.on = lip_alloc(k, sizeof *made.on);
  if (!made.M || !made.neuron || !made.on)
    FAIL(LIP_ENOMEM, "a corner of %zu hyperplanes in %zu dimensions", k, D);
  made.T = made.M + D * D;
  made.g = made.T + D * k;
  made.scratch = made.g + in->d;
  *to = made;
  made = (lip_corner){0};
done:
  lip_corner_clear(&made);
  return st;
}

void lip_corner_clear(lip_corner *corner)
{
  lip_free(corner->M);
  lip_free(corner->neuron);
  lip_free(corner->on);
  *corner = (lip_corner){0};
}

void lip_corner_copy(const lip_corner *from, lip_corner *to)
{
  size_t k = from->in->k, D = from->in->D;

  memcpy(to->M, from->M, (D * D + D * k + from->in->d) * sizeof *to->M);
  memcpy(to->neuron, from->neuron, D * sizeof *to->neuron);
  memcpy(to->on, from->on, k * sizeof *to->on);
  to->steps = from->steps;
}

/* T <- M H'; exactly what it must be for the slots. */
static void make_tableau(lip_corner *corner)
{
  size_t k = corner->in->k, D = corner->in->D;

  lip_dgemm(false, true, D, k, D, 1, corner->M, D, corner->in->H, D, 0, corner->T, k);
  for (size_t j = 0; j + 1 < D; j++)
    for (size_t i = 0; i < D && corner->neuron[j] < k; i++)
      corner->T[i * k + corner->neuron[j]] = i == j;
}

/* One step of Newton's method for the inverse: what rounding has added up to is squared. */
static void make_accurate(lip_corner *corner)
{
  const lip_arrangement *in = corner->in;
  size_t D = in->D;
  double *wrong = corner->scratch, *old = wrong + D * D;

  memcpy(old, corner->M, D * D * sizeof *old);
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j + 1 < D; j++)
      wrong[i * D + j] = corner->neuron[j] == in->k
                             ? 0
                             : (i == j) - lip_dot(D, in->H + corner->neuron[j] * D, old + i * D);
  lip_dgemm(false, false, D, D, D - 1, 1, wrong, D, old, D, 1, corner->M, D);
  make_tableau(corner);
  corner->steps = 0;
}

/* Neurons outside the slots are on where the ray is on their side; where it is on the hyperplane,
   where the cell next to it is. */
static void take_signs(lip_corner *corner)
{
  const lip_arrangement *in = corner->in;
  size_t k = in->k, D = in->D;
  double *count = corner->scratch;

  for (size_t l = 0; l < k; l++) {
    double z = lip_corner_ray(corner)[l];

    if (fabs(z) <= LIP_CORNER_TINY) {
      z = 0;
      for (size_t j = 0; j + 1 < D; j++)
        if (corner->neuron[j] < k)
          z += corner->T[j * k + l] * (corner->on[corner->neuron[j]] ? 1 : -1);
    }
    corner->on[l] = z > 0; /* a slot's own column is 1 */
    count[l] = corner->on[l];
  }
  memcpy(corner->g, in->rest, in->d * sizeof *corner->g);
  lip_dgemv(true, k, in->d, 1, in->v, in->d, count, 1, corner->g);
}

static double make_unit(lip_corner *corner)
{
  size_t D = corner->in->D;
  double *r = corner->M + (D - 1) * D, length = lip_norm(D, r);

  for (size_t i = 0; i < D; i++) r[i] /= length;
  return length;
}

/* Elimination: the neuron takes slot j. */
static void eliminate(lip_corner *corner, size_t j, size_t neuron)
{
  size_t k = corner->in->k, D = corner->in->D;
  double *T = corner->T, *M = corner->M, pivot = T[j * k + neuron], length;

  for (size_t l = 0; l < k; l++) T[j * k + l] /= pivot;
  for (size_t i = 0; i < D; i++) M[j * D + i] /= pivot;
  for (size_t c = 0; c < D; c++) {
    double factor = T[c * k + neuron];

    if (c == j || factor == 0) continue;
    lip_add_multiple(k, -factor, T + j * k, T + c * k);
    lip_add_multiple(D, -factor, M + j * D, M + c * D);
    T[c * k + neuron] = 0;
  }
  T[j * k + neuron] = 1;
  corner->neuron[j] = neuron;
  length = make_unit(corner);
  for (size_t l = 0; l < k; l++) T[(D - 1) * k + l] /= length;
  if (++corner->steps >= ACCURATE_FOR) make_accurate(corner);
}

static bool in_a_slot(const lip_corner *corner, size_t neuron)
{
  for (size_t j = 0; j + 1 < corner->in->D; j++)
    if (corner->neuron[j] == neuron) return true;
  return false;
}

/* The nearest hyperplane along edge j; k: none. */
static size_t nearest(const lip_corner *corner, size_t j)
{
  size_t k = corner->in->k, D = corner->in->D, best = k;
  const double *z = lip_corner_ray(corner), *e = corner->T + j * k;
  double least = INFINITY, size = lip_norm(D, corner->M + j * D);

  for (size_t l = 0; l < k; l++) {
    double t = -z[l] / e[l];

    if (!(fabs(e[l]) > LIP_CORNER_TINY * size) || in_a_slot(corner, l) || !(fabs(t) < least))
      continue;
    least = fabs(t);
    best = l;
  }
  return best;
}

void lip_corner_start(lip_corner *corner, const double *x, const double *directions)
{
  const lip_arrangement *in = corner->in;
  size_t D = in->D, d = in->d, k = in->k;
  double *r = corner->M + (D - 1) * D, largest = lip_largest(in->d, x);

  for (size_t i = 0; i < d; i++) r[i] = largest > 0 ? x[i] / fmax(largest, 1) : 0;
  if (D > d) r[d] = 1 / fmax(largest, 1) / in->s_scale;
  if (D == d && !(largest > 0)) r[0] = 1;
  for (size_t j = 0; j + 1 < D; j++) { /* an orthonormal basis, of x, or of what is across x */
    double *row = corner->M + j * D, length;

    row[D - 1] = 0;
    memcpy(row, directions + j * D, d * sizeof *row);
    for (size_t twice = 0; twice < 2; twice++) {
      if (D == d) lip_add_multiple(D, -lip_dot(D, row, r) / lip_dot(D, r, r), r, row);
      for (size_t c = 0; c < j; c++)
        lip_add_multiple(D, -lip_dot(D, row, corner->M + c * D), corner->M + c * D, row);
    }
    length = lip_norm(D, row);
    for (size_t i = 0; i < D; i++) row[i] /= length;
  }
  make_unit(corner);
  for (size_t j = 0; j < D; j++) corner->neuron[j] = k;
  make_tableau(corner);
  for (size_t l = 0; l < k; l++) corner->on[l] = lip_corner_ray(corner)[l] > 0;
  corner->steps = 0;
  for (size_t j = 0; j + 1 < D; j++) {
    size_t neuron = nearest(corner, j);

    if (neuron < k) eliminate(corner, j, neuron);
  }
  make_accurate(corner);
  take_signs(corner);
}

void lip_corner_turn(lip_corner *corner)
{
  size_t D = corner->in->D, k = corner->in->k;

  for (size_t i = 0; i < D; i++) corner->M[(D - 1) * D + i] *= -1;
  for (size_t l = 0; l < k; l++) corner->T[(D - 1) * k + l] *= -1;
  take_signs(corner);
}

void lip_corner_move(lip_corner *corner, size_t j, size_t neuron, const double *weight)
{
  size_t D = corner->in->D;

  eliminate(corner, j, neuron);
  for (size_t i = 0; i + 1 < D; i++)
    if (corner->neuron[i] < corner->in->k)
      corner->on[corner->neuron[i]] = weight[corner->neuron[i]] > 0;
  take_signs(corner);
}

double lip_corner_settle(lip_corner *corner)
{
  const lip_arrangement *in = corner->in;
  size_t d = in->d, flip;
  double most;

  do {
    most = ROUNDING * lip_dot(d, corner->g, corner->g);
    flip = in->k;
    for (size_t j = 0; j + 1 < in->D; j++) {
      size_t l = corner->neuron[j];
      const double *v = in->v + l * d;
      double gain;

      if (l == in->k) continue;
      gain = lip_dot(d, v, v) + (corner->on[l] ? -2 : 2) * lip_dot(d, corner->g, v);
      if (!(gain > most)) continue;
      most = gain;
      flip = l;
    }
    if (flip == in->k) break;
    lip_add_multiple(d, corner->on[flip] ? -1 : 1, in->v + flip * d, corner->g);
    corner->on[flip] = !corner->on[flip];
  } while (true);
  return lip_norm(d, corner->g);
}

void lip_corner_point(const lip_corner *corner, double *x)
{
  const lip_arrangement *in = corner->in;
  size_t k = in->k, D = in->D;
  const double *r = corner->M + (D - 1) * D;
  double *inward = corner->scratch, length, far = INFINITY, s = 1;

  memset(inward, 0, D * sizeof *inward);
  for (size_t j = 0; j + 1 < D; j++)
    if (corner->neuron[j] < k)
      lip_add_multiple(D, corner->on[corner->neuron[j]] ? 1 : -1, corner->M + j * D, inward);
  length = lip_norm(D, inward);
  for (size_t i = 0; i < D && length > 0; i++) inward[i] /= length;
  for (size_t l = 0; l < k; l++) {
    double z = lip_corner_ray(corner)[l], rate = lip_dot(D, in->H + l * D, inward);

    if (fabs(z) > LIP_CORNER_TINY && z * rate < 0) far = fmin(far, -z / rate);
  }
  if (D > in->d && inward[D - 1] < 0) far = fmin(far, -r[D - 1] / inward[D - 1]);
  if (!(far < 1)) far = 1;
  if (D > in->d) s = (r[D - 1] + far / 2 * inward[D - 1]) * in->s_scale;
  for (size_t i = 0; i < in->d; i++) x[i] = (r[i] + far / 2 * inward[i]) / s;
}
