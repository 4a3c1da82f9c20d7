/* corner_edge.c - the best corner of a whole edge of an arrangement.

   The k crossings are put into BUCKETS by where they are, and only those are sorted in which the
   best cell can lie.

   cost  about 5 k + BUCKETS an edge */
#include "lipschitz/two_layers/corner_edge.h"

#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BUCKETS = 64 };
static const double ROUNDING = 1e-12;

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
  const double *z = lip_corner_ray(corner), *e = corner->T + j * k;
  double all_z = 0, all_e = 0, scale, least = LIP_CORNER_TINY * lip_norm(D, corner->M + j * D);

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
    if (!(distance > LIP_CORNER_TINY) || !(rate > least)) continue;
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
  const double *z = lip_corner_ray(corner), *e = corner->T + j * k;
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
