/* claim_region.c - a claim's domain as regions on which values are bounded. */
#include "certificate/graphs/value_bounds.h"

#include "linalg/interval.h"

#include <math.h>

static const double MOST_FLOPS = 2e10; /* of passes for all balls */
static const double OVERHEAD = 1e5;    /* of one pass, however small, in flops */

/* A pass of the network, of its absolute values, and a few rows back. */
static double flops_of_region(const lip_net *net)
{
  double flops = OVERHEAD;

  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    double each = node->kind == LIP_NODE_CONVOLUTION ? (double)(node->height * node->width) : 1;

    flops += 2 * (double)node->weights * each + 10 * (double)node->size;
  }
  return 10 * flops;
}

size_t lip_claim_regions(const lip_claim *claim)
{
  double balls = (double)claim->domain.count;

  if (claim->domain.kind != LIP_AROUND_DATA || balls * flops_of_region(claim->net) > MOST_FLOPS)
    return 1;
  return claim->domain.count;
}

/* The box about all balls; and the ball about the mean of the centers with the largest distance. */
static lip_region about_all(const lip_domain *domain, double *ends)
{
  size_t d = domain->d;
  double *low = ends, *high = ends + d, *mean = ends + 2 * d, farthest = 0;
  lip_region region = {.low = low, .high = high, .center = mean};

  for (size_t k = 0; k < d; k++) {
    double sum = 0, least = INFINITY, most = -INFINITY;

    for (size_t c = 0; c < domain->count; c++) {
      double x = domain->centers[c * d + k];

      sum += x / (double)domain->count;
      least = fmin(least, x);
      most = fmax(most, x);
    }
    mean[k] = isfinite(sum) ? sum : 0;
    low[k] = lip_add_down(least, -domain->radius);
    high[k] = lip_add_up(most, domain->radius);
  }
  for (size_t c = 0; c < domain->count; c++) {
    lip_interval square = {0, 0};

    for (size_t k = 0; k < d; k++) {
      lip_interval t = lip_interval_sub(lip_interval_of(domain->centers[c * d + k]),
                                        lip_interval_of(mean[k]));

      square = lip_interval_add(square, lip_interval_mul(t, t));
    }
    farthest = fmax(farthest, square.high);
  }
  region.radius = lip_add_up(lip_sqrt_up(farthest), domain->radius);
  return region;
}

lip_region lip_claim_region(const lip_claim *claim, size_t ball, double *ends)
{
  lip_region region = {.radius = INFINITY};
  const lip_domain *domain = &claim->domain;

  switch (domain->kind) {
  case LIP_SPACE:
    break;
  case LIP_BALL:
  case LIP_ON_SPHERE:
    region.radius = domain->radius;
    break;
  case LIP_BOX:
    region.low = ends;
    region.high = ends + claim->d;
    for (size_t i = 0; i < claim->d; i++) {
      ends[i] = domain->low;
      ends[claim->d + i] = domain->high;
    }
    break;
  case LIP_AROUND_DATA:
    if (ball == LIP_NOWHERE && domain->count > 1) return about_all(domain, ends);
    region.center = domain->centers + (ball == LIP_NOWHERE ? 0 : ball * claim->d);
    region.radius = domain->radius;
    break;
  }
  return region;
}

lip_region lip_claim_region_at(const lip_claim *claim, size_t i, double *ends)
{
  return lip_claim_region(claim, lip_claim_regions(claim) == 1 ? LIP_NOWHERE : i, ends);
}
