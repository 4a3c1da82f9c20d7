/* corner.c - corners of an arrangement of hyperplanes.

   A tableau as of the simplex method: z_l = h_l.y at the ray and along all edges for all neurons;
   a step from corner to corner along an edge is one elimination. Along an edge the k crossings are
   put into BUCKETS by where they are, and only those are sorted in which the best cell can lie.

   cost  k D a step; about 5 k + BUCKETS an edge
   limits  hyperplanes that coincide at a corner (equal neurons) have the sides of one of the cells
           there, which may not be the best of them */
#include "lipschitz/corner.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BUCKETS = 64, ACCURATE_FOR = 40 /* steps */ };
static const double TINY = 1e-10; /* relative: on the hyperplane; parallel to it */
static const double ROUNDING = 1e-12;

lip_status lip_arrangement_create(const lip_claim *claim, lip_arrangement *to, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d;
  double left = lip_activation_slope(claim->psi, -1), right = lip_activation_slope(claim->psi, 1);
  double weights = 0, biases = 0;
  lip_arrangement made = {.d = d};

  for (size_t l = 0; l < claim->k; l++) {
    weights = fmax(weights, lip_norm(d, claim->W_true + l * d));
    biases = fmax(biases, fabs(claim->b[l]));
  }
  made.D = biases > 0 ? d + 1 : d;
  made.s_scale = biases > 0 && weights > 0 ? weights / biases : 1;
  made.H = lip_alloc(claim->k * made.D + (claim->k + 1) * d, sizeof *made.H);
  if (!made.H) FAIL(LIP_ENOMEM, "%zu hyperplanes in %zu dimensions", claim->k, made.D);
  made.v = made.H + claim->k * made.D;
  made.rest = made.v + claim->k * d;
  memset(made.rest, 0, d * sizeof *made.rest);
  for (size_t l = 0; l < claim->k; l++) {
    const double *w = claim->W_true + l * d;
    double *h = made.H + made.k * made.D, *v = made.v + made.k * d, length = lip_norm(d, w);
    double bias = claim->b[l] * made.s_scale, jump = claim->A[l] * (right - left);

    lip_add_multiple(d, claim->A[l] * left, claim->W + l * d, made.rest);
    length = hypot(length, bias);
    if (jump == 0 || lip_largest(d, w) == 0 || !isfinite(length)) continue;
    for (size_t i = 0; i < d; i++) h[i] = w[i] / length;
    if (made.D > d) h[d] = bias / length;
    for (size_t i = 0; i < d; i++) v[i] = jump * claim->W[l * d + i];
    made.k++;
  }
  *to = made;
  made = (lip_arrangement){0};
done:
  lip_arrangement_clear(&made);
  return st;
}

void lip_arrangement_clear(lip_arrangement *of)
{
  lip_free(of->H);
  *of = (lip_arrangement){0};
}

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

static const double *ray(const lip_corner *corner)
{
  return corner->T + (corner->in->D - 1) * corner->in->k;
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
    double z = ray(corner)[l];

    if (fabs(z) <= TINY) {
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
  const double *z = ray(corner), *e = corner->T + j * k;
  double least = INFINITY, size = lip_norm(D, corner->M + j * D);

  for (size_t l = 0; l < k; l++) {
    double t = -z[l] / e[l];

    if (!(fabs(e[l]) > TINY * size) || in_a_slot(corner, l) || !(fabs(t) < least)) continue;
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
  for (size_t l = 0; l < k; l++) corner->on[l] = ray(corner)[l] > 0;
  corner->steps = 0;
  for (size_t j = 0; j + 1 < D; j++) {
    size_t neuron = nearest(corner, j);

    if (neuron < k) eliminate(corner, j, neuron);
  }
  make_accurate(corner);
  take_signs(corner);
}

typedef struct crossing {
  double t, gain;
  size_t neuron;
} crossing;

/* What crossings of one side of an edge bring, by bucket. */
typedef struct side {
  double sum[BUCKETS], plus[BUCKETS];
} side;

/* Where along the edge neuron l is crossed: bucket of 2 BUCKETS; those of t < 0 come second. */
static void fill_buckets(const lip_corner *corner, size_t j, const double *weight, side sides[2],
                         unsigned char *bucket)
{
  size_t k = corner->in->k, D = corner->in->D;
  const double *z = ray(corner), *e = corner->T + j * k;
  double all_z = 0, all_e = 0, scale, least = TINY * lip_norm(D, corner->M + j * D);

  for (size_t l = 0; l < k; l++) {
    all_z += fabs(z[l]);
    all_e += fabs(e[l]);
  }
  scale = all_e > 0 ? all_z / all_e : 1;
  memset(sides, 0, 2 * sizeof *sides);
  for (size_t l = 0; l < k; l++) {
    size_t back = (z[l] > 0) == (e[l] > 0), at;
    double distance = fabs(z[l]), rate = fabs(e[l]), gain = z[l] > 0 ? -weight[l] : weight[l];

    bucket[l] = 2 * BUCKETS;
    if (!(distance > TINY) || !(rate > least)) continue;
    at = (size_t)(BUCKETS * distance / (distance + scale * rate));
    if (at >= BUCKETS) at = BUCKETS - 1;
    bucket[l] = (unsigned char)(back * BUCKETS + at);
    sides[back].sum[at] += gain;
    sides[back].plus[at] += fmax(gain, 0);
  }
}

/* The best corner within one bucket, before it the sum is as given. */
static void search_bucket(const lip_corner *corner, size_t j, const double *weight,
                          const unsigned char *bucket, size_t which, double before, double *best,
                          size_t *neuron)
{
  enum { MOST = 256 };
  size_t k = corner->in->k, count = 0;
  const double *z = ray(corner), *e = corner->T + j * k;
  crossing found[MOST];

  for (size_t l = 0; l < k && count < MOST; l++) {
    crossing one = {fabs(z[l] / e[l]), z[l] > 0 ? -weight[l] : weight[l], l};
    size_t at = count;

    if (bucket[l] != which) continue;
    for (; at > 0 && found[at - 1].t > one.t; at--) found[at] = found[at - 1];
    found[at] = one;
    count++;
  }
  for (size_t i = 0; i < count; i++) {
    double after = before + found[i].gain, here = fmax(before, after);

    if (here > *best) {
      *best = here;
      *neuron = found[i].neuron;
    }
    before = after;
  }
}

double lip_corner_best_on_edge(const lip_corner *corner, size_t j, const double *weight,
                               double least, size_t *neuron)
{
  size_t k = corner->in->k, D = corner->in->D, own = corner->neuron[j];
  unsigned char *bucket = (unsigned char *)corner->scratch;
  double start[2] = {0, 0}, reached = -INFINITY, best = least;
  side sides[2];

  for (size_t i = 0; i + 1 < D; i++) {
    size_t l = corner->neuron[i];

    if (i == j || l == k) continue;
    start[0] += fmax(weight[l], 0) - (corner->on[l] ? weight[l] : 0);
  }
  start[1] = start[0];
  if (own < k) start[corner->on[own]] += corner->on[own] ? -weight[own] : weight[own];
  *neuron = k;
  fill_buckets(corner, j, weight, sides, bucket);
  for (size_t back = 0; back < 2; back++) {
    double sum = start[back];

    for (size_t at = 0; at < BUCKETS; at++) {
      sum += sides[back].sum[at];
      if (sides[back].plus[at] > 0) reached = fmax(reached, sum);
    }
  }
  for (size_t back = 0; back < 2; back++) {
    double sum = start[back];

    for (size_t at = 0; at < BUCKETS; sum += sides[back].sum[at++]) {
      double bound = sum + sides[back].plus[at];

      if (bound > best && bound >= reached - ROUNDING * fabs(reached))
        search_bucket(corner, j, weight, bucket, back * BUCKETS + at, sum, &best, neuron);
    }
  }
  return best;
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
    double z = ray(corner)[l], rate = lip_dot(D, in->H + l * D, inward);

    if (fabs(z) > TINY && z * rate < 0) far = fmin(far, -z / rate);
  }
  if (D > in->d && inward[D - 1] < 0) far = fmin(far, -r[D - 1] / inward[D - 1]);
  if (!(far < 1)) far = 1;
  if (D > in->d) s = (r[D - 1] + far / 2 * inward[D - 1]) * in->s_scale;
  for (size_t i = 0; i < in->d; i++) x[i] = (r[i] + far / 2 * inward[i]) / s;
}
