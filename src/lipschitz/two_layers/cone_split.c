/* cone_split.c - how a search over cones splits one: by a neuron's sign, or at a point of an edge.

   Cones with few free neurons all of whose patterns are known to be no steeper are split by signs,
   so that they close whatever the relaxation gives away; others at an edge that is long and crosses
   many neurons, near where it has crossed half of them.

   cost  O(free D^2 + D^3) for an edge; 2^free d, free <= FEW, for signs */
#include "lipschitz/two_layers/cone_split.h"

#include "linalg/vector.h"
#include "lipschitz/two_layers/cone_bound.h"

#include <math.h>

enum { FEW = 7, COARSE = 70 /* bits */ };
static const double OFF_MIDDLE = 0.2, FARTHER = 0.25;

int lip_cone_split_neuron(const lip_cones *cones, const lip_cone_sum *sum, double target)
{
  size_t best = 0;

  if (sum->free > FEW || sum->free == 0 ||
      lip_cone_corners(cones, sum) * (1 + 1e-12) + 2 * cones->error > target)
    return -1;
  for (size_t t = 1; t < sum->free; t++)
    if (sum->lambda[t] > sum->lambda[best]) best = t;
  return (int)sum->neuron[best];
}

/* Certainly, and not only at an end. */
static bool crosses(const lip_vertex *p, const lip_vertex *q, unsigned l)
{
  unsigned word = l / 64, bit = l % 64;
  uint64_t up = p->below[word] & ~p->above[word] & q->above[word] & ~q->below[word];
  uint64_t down = p->above[word] & ~p->below[word] & q->below[word] & ~q->above[word];

  return (up | down) >> bit & 1;
}

void lip_cone_split_edge(const lip_cone_tree *tree, const lip_cone_node *node, lip_cone_sum *sum,
                         double slope, size_t *first, size_t *second)
{
  size_t D = tree->cones->D;
  lip_vertex vertex[LIP_CONE_DIMENSIONS];
  double length[LIP_CONE_DIMENSIONS], weight[LIP_CONE_DIMENSIONS][LIP_CONE_DIMENSIONS] = {{0}};
  double best = -1;

  for (size_t i = 0; i < D; i++) {
    vertex[i] = lip_cone_tree_vertex(tree, node->vertex[i]);
    length[i] = sqrt(lip_dot(D, vertex[i].y, vertex[i].y));
  }
  for (size_t t = 0; t < sum->free; t++) {
    size_t word = sum->neuron[t] / 64, bit = sum->neuron[t] % 64, ups = 0, downs = 0;
    size_t up[LIP_CONE_DIMENSIONS], down[LIP_CONE_DIMENSIONS];

    for (size_t i = 0; i < D; i++) {
      uint64_t above = vertex[i].above[word] >> bit & 1, below = vertex[i].below[word] >> bit & 1;

      up[ups] = down[downs] = i;
      ups += above & ~below;
      downs += below & ~above;
    }
    for (size_t c = 1; c < ups && c < downs; c++) sum->lambda[t] *= FARTHER;
    for (size_t i = 0; i < ups; i++)
      for (size_t j = 0; j < downs; j++) weight[up[i]][down[j]] += sum->lambda[t];
  }
  for (size_t i = 0; i < D; i++)
    for (size_t j = i + 1; j < D; j++) {
      double cosine = lip_dot(D, vertex[i].y, vertex[j].y) / (length[i] * length[j]);
      double score = weight[i][j] + weight[j][i] + 1e-9 * slope;

      score *= sqrt(fmax(1 - cosine, 0));
      if (!(score > best)) continue;
      best = score;
      *first = i;
      *second = j;
    }
}

/* The coordinates use a part of their bits only. */
static bool is_coarse(size_t D, const lip_vertex *p)
{
  for (size_t i = 0; i < D; i++)
    if (p->exact[i] % ((lip_wide)1 << (LIP_VERTEX_BITS - COARSE)) != 0) return false;
  return true;
}

unsigned lip_cone_split_eighths(const lip_cones *cones, const lip_cone_sum *sum,
                                const lip_vertex *p, const lip_vertex *q)
{
  double before[8] = {0}, all = 0, left = 0, least = INFINITY;
  unsigned best = 4;

  if (!is_coarse(cones->D, p) || !is_coarse(cones->D, q)) return best;
  for (size_t t = 0; t < sum->free; t++) {
    unsigned l = sum->neuron[t];
    double zp = 0, zq = 0;

    if (!crosses(p, q, l)) continue;
    for (size_t i = 0; i < cones->D; i++) {
      zp += p->y[i] * cones->reach[i * cones->padded + l];
      zq += q->y[i] * cones->reach[i * cones->padded + l];
    }
    before[(size_t)fmin(8 * zp / (zp - zq), 7)] += sum->lambda[t];
    all += sum->lambda[t];
  }
  for (unsigned n = 1; n < 8 && all > 0; n++) {
    double cost;

    left += before[n - 1];
    cost = fabs(left / all - 0.5) + OFF_MIDDLE * fabs(n / 8.0 - 0.5);
    if (cost < least) {
      least = cost;
      best = n;
    }
  }
  return best;
}
