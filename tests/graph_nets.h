/* graph_nets.h - networks that are no chains of layers, built node by node for tests. */
#ifndef LIP_TESTS_GRAPH_NETS_H
#define LIP_TESTS_GRAPH_NETS_H

#include "base/memory.h"
#include "base/random.h"
#include "net/graph.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* A graph under construction; weights come from one stream of normal numbers. */
typedef struct builder {
  lip_graph graph;
  uint64_t seed, drawn;
} builder;

static inline double *draw(builder *make, size_t count, double size)
{
  double *values = lip_alloc(count, sizeof *values);

  assert_non_null(values);
  lip_random_normal((lip_stream){make->seed, LIP_FOR_WEIGHTS}, make->drawn, count, values);
  make->drawn += count;
  for (size_t i = 0; i < count; i++) values[i] *= size;
  return values;
}

static inline size_t put(builder *make, size_t parent, lip_node node)
{
  size_t at = 0;
  lip_error err = {""};

  if (lip_graph_after(&make->graph, parent, &node, &at, &err) != LIP_OK) fail_msg("%s", err.text);
  return at;
}

static inline size_t put_many(builder *make, lip_node_kind kind, size_t count,
                              const size_t *parents)
{
  size_t at = 0;
  lip_node node = {.kind = kind, .parents = count};
  lip_error err = {""};

  node.parent = lip_alloc(count, sizeof *node.parent);
  assert_non_null(node.parent);
  memcpy(node.parent, parents, count * sizeof *parents);
  if (lip_graph_add(&make->graph, &node, &at, &err) != LIP_OK) fail_msg("%s", err.text);
  return at;
}

static inline builder start_graph(uint64_t seed, size_t channels, size_t height, size_t width)
{
  builder make = {.seed = seed};
  lip_node node = {.kind = LIP_NODE_INPUT, .channels = channels, .height = height, .width = width};

  assert_int_equal(lip_graph_add(&make.graph, &node, NULL, NULL), LIP_OK);
  return make;
}

static inline size_t put_linear(builder *make, size_t parent, size_t out)
{
  size_t in = make->graph.node[parent].size;

  return put(make, parent,
             (lip_node){.kind = LIP_NODE_LINEAR,
                        .channels = out,
                        .W = draw(make, out * in, 1 / sqrt((double)in)),
                        .weights = out * in,
                        .b = draw(make, out, 0.3),
                        .biases = out});
}

/* A square kernel; `window` has kernel, stride, dilation, padding and groups. */
static inline size_t put_convolution(builder *make, size_t parent, size_t channels, lip_node window)
{
  size_t groups = window.groups ? window.groups : 1;
  size_t each = make->graph.node[parent].channels / groups * window.kernel[0] * window.kernel[1];

  window.kind = LIP_NODE_CONVOLUTION;
  window.channels = channels;
  window.weights = channels * each;
  window.W = draw(make, window.weights, 1 / sqrt((double)each));
  window.biases = channels;
  window.b = draw(make, channels, 0.3);
  return put(make, parent, window);
}

static inline lip_node window_of(size_t kernel, size_t stride, size_t padding)
{
  return (lip_node){.kernel = {kernel, kernel},
                    .stride = {stride, stride},
                    .before = {padding, padding},
                    .after = {padding, padding}};
}

static inline size_t put_pool(builder *make, size_t parent, lip_node_kind kind, lip_node window)
{
  window.kind = kind;
  return put(make, parent, window);
}

static inline size_t put_activation(builder *make, size_t parent, lip_activation_kind kind)
{
  return put(make, parent,
             (lip_node){.kind = LIP_NODE_ACTIVATION,
                        .activation = {kind, kind == LIP_LEAKY_RELU ? 0.1
                                             : kind == LIP_ELU      ? 0.8
                                                                    : 0}});
}

static inline lip_net *finish_graph(builder *make, size_t output)
{
  lip_net *net = NULL;
  lip_error err = {""};

  if (lip_graph_finish(&make->graph, output, LIP_F64, &net, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return net;
}

/* 2 x 6 x 6: convolution, psi, two ways on (a convolution; an average pool beside a maximum),
   joined, scaled, a skip around a linear map, and `last` at the end. */
static inline lip_net *tangled_net(uint64_t seed, lip_activation_kind psi, lip_node_kind last)
{
  builder make = start_graph(seed, 2, 6, 6);
  size_t first = put_activation(&make, put_convolution(&make, 0, 4, window_of(3, 1, 1)), psi);
  lip_node grouped = window_of(2, 2, 0);
  size_t one, two, three, joined, skip, scaled;

  grouped.groups = 2;
  one = put_convolution(&make, first, 4, grouped);
  two = put_pool(&make, first, LIP_NODE_AVERAGE_POOL, window_of(2, 2, 0));
  three = put_pool(&make, first, LIP_NODE_MAX_POOL, window_of(2, 2, 0));
  joined = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){one, two});
  joined = put_activation(&make, joined, psi);
  joined = put_many(&make, LIP_NODE_CONCAT, 2, (size_t[]){joined, three});
  scaled = put(&make, joined,
               (lip_node){.kind = LIP_NODE_SCALE,
                          .W = draw(&make, 8, 1),
                          .weights = 8,
                          .b = draw(&make, 8, 1),
                          .biases = 8});
  skip = put_linear(&make, scaled, 6);
  joined = put_linear(&make, put_activation(&make, skip, psi), 6);
  joined = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){joined, skip});
  joined = put_linear(&make, joined, 3);
  if (last == LIP_NODE_SOFTMAX) joined = put(&make, joined, (lip_node){.kind = LIP_NODE_SOFTMAX});
  return finish_graph(&make, joined);
}

#endif
