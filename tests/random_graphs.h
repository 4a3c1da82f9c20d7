/* random_graphs.h - random graphs, regions, and points of them. */
#ifndef LIP_TESTS_RANDOM_GRAPHS_H
#define LIP_TESTS_RANDOM_GRAPHS_H

#include "graph_nets.h"

#include "certificate/graphs/value_bounds.h"

static const lip_activation_kind bent[] = {LIP_RELU,     LIP_LEAKY_RELU, LIP_ABS,    LIP_TANH,
                                           LIP_SOFTPLUS, LIP_SIGMOID,    LIP_SQUARE, LIP_ELU,
                                           LIP_ERF,      LIP_SILU,       LIP_GELU};
enum { BENT = sizeof bent / sizeof *bent, SAMPLES = 200 };

/* Points of the region: inside, on its boundary, corners. */
static inline void sample(lip_region region, size_t d, uint64_t seed, double *X)
{
  for (size_t s = 0; s < SAMPLES; s++) {
    double *x = X + s * d, length = 0, t;

    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, s * d, d, x);
    lip_random_uniform((lip_stream){seed + 1, LIP_FOR_POINTS}, s, 1, &t);
    for (size_t i = 0; i < d; i++) length += x[i] * x[i];
    for (size_t i = 0; i < d; i++) {
      if (isfinite(region.radius)) x[i] *= (s % 2 ? 1 - 1e-12 : t) * region.radius / sqrt(length);
      if (region.center) x[i] += region.center[i];
      if (region.low) {
        double share = s % 3 == 0 ? x[i] > 0 : 0.5 + 0.5 * tanh(x[i]);

        x[i] = region.low[i] + share * (region.high[i] - region.low[i]);
      }
    }
  }
}

/* A random graph on 2 x 5 x 4 inputs: any node after any earlier one where shapes allow it. */
static inline lip_net *random_graph(uint64_t seed, size_t steps)
{
  builder make = start_graph(seed, 2, 5, 4);
  size_t last = 0, before = 0;

  for (size_t s = 0; s < steps; s++) {
    uint32_t bits;
    const lip_node *node = &make.graph.node[last];
    size_t now, size = node->size;

    lip_random_bits((lip_stream){seed, LIP_FOR_STARTS}, s, 1, &bits);
    switch (bits % 10) {
    case 0:
    case 1:
    case 2:
      now = put_activation(&make, last, bent[bits / 16 % BENT]);
      break;
    case 3:
      now = put_convolution(&make, last, 1 + bits / 16 % 4, window_of(3, 1 + bits / 64 % 2, 1));
      break;
    case 4:
      now = put_pool(&make, last, LIP_NODE_MAX_POOL, window_of(3, 1 + bits / 64 % 2, 1));
      break;
    case 5:
      now = put_pool(&make, last, LIP_NODE_AVERAGE_POOL, window_of(2, 1, 1));
      break;
    case 6:
      now = put(&make, last,
                (lip_node){.kind = LIP_NODE_SCALE,
                           .W = draw(&make, size, 1),
                           .weights = size,
                           .b = draw(&make, size, 1),
                           .biases = size});
      break;
    case 7: /* a skip around a map of the same size */
      now = put_convolution(&make, last, node->channels, window_of(3, 1, 1));
      now = put_activation(&make, now, bent[bits / 16 % BENT]);
      now = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){now, last});
      break;
    case 8:
      if (size + make.graph.node[before].size > 200) continue;
      now = put_many(&make, LIP_NODE_CONCAT, 2, (size_t[]){last, before});
      break;
    default:
      now = bits / 16 % 4 == 0 ? put(&make, last, (lip_node){.kind = LIP_NODE_SOFTMAX})
                               : put_linear(&make, last, 3 + bits / 64 % 9);
    }
    before = last;
    last = now;
  }
  return finish_graph(&make, put_linear(&make, last, 3));
}

/* A ball, a ball about a point, a box, in turns; sizes over eight orders. */
static inline lip_region some_region(uint64_t seed, size_t d, double *numbers)
{
  lip_region region = {.radius = INFINITY};
  double size = pow(10, (double)(seed / 3 % 5) - 3);

  lip_random_normal((lip_stream){seed, LIP_FOR_SHIFTS}, 0, d, numbers);
  if (seed % 3 == 2) {
    region.low = numbers;
    region.high = numbers + d;
    for (size_t i = 0; i < d; i++) numbers[d + i] = numbers[i] + (i % 4 ? size : 0);
  } else {
    region.radius = size;
    region.center = seed % 3 == 1 ? numbers : NULL;
  }
  return region;
}

#endif
