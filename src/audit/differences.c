/* differences.c - the network whose outputs are the differences of another one's outputs: its nodes
   once more, and a linear one at the end whose entries are 0, 1 and -1. */
#include "audit/differences.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/graph.h"

#include <string.h>

size_t lip_difference_index(size_t m, size_t a, size_t b)
{
  return a * (2 * m - a - 1) / 2 + (b - a - 1);
}

/* count numbers of `size` bytes; NULL of NULL. */
static lip_status copy(const void *from, size_t count, size_t size, void *to, lip_error *err)
{
  void *made = NULL;

  if (from) {
    made = lip_alloc(count, size);
    if (!made) return lip_fail(err, LIP_ENOMEM, "%zu numbers of a network", count);
    memcpy(made, from, count * size);
  }
  memcpy(to, &made, sizeof made);
  return LIP_OK;
}

/* The graph takes over what the copy has, also where adding fails. */
static lip_status add_copy(lip_graph *graph, const lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node made = *node;

  made.parent = NULL;
  made.W = made.b = NULL;
  made.index = NULL;
  TRY(copy(node->parent, node->parents, sizeof *node->parent, &made.parent, err));
  TRY(copy(node->W, node->weights, sizeof *node->W, &made.W, err));
  TRY(copy(node->b, node->biases, sizeof *node->b, &made.b, err));
  TRY(copy(node->index, node->size, sizeof *node->index, &made.index, err));
  return lip_graph_add(graph, &made, NULL, err);
done:
  lip_free(made.parent);
  lip_free(made.W);
  lip_free(made.b);
  lip_free(made.index);
  return st;
}

static lip_status add_differences(lip_graph *graph, size_t last, size_t m, size_t *output,
                                  lip_error *err)
{
  size_t pairs = m * (m - 1) / 2;
  lip_node node = {.kind = LIP_NODE_LINEAR, .channels = pairs, .weights = pairs * m};

  node.W = lip_alloc_zero(pairs * m, sizeof *node.W);
  if (!node.W) return lip_fail(err, LIP_ENOMEM, "%zu differences", pairs);
  for (size_t a = 0; a < m; a++)
    for (size_t b = a + 1; b < m; b++) {
      node.W[lip_difference_index(m, a, b) * m + a] = 1;
      node.W[lip_difference_index(m, a, b) * m + b] = -1;
    }
  return lip_graph_after(graph, last, &node, output, err);
}

lip_status lip_output_differences(const lip_net *net, lip_net **differences, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_graph graph = {0};
  size_t last = net->nodes - 1, m = lip_net_outputs(net), output;

  *differences = NULL;
  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_MAP) return LIP_OK;
  if (net->node[last].kind == LIP_NODE_SOFTMAX) last--;
  for (size_t i = 0; i <= last; i++) TRY(add_copy(&graph, &net->node[i], err));
  output = last;
  if (m > 1) TRY(add_differences(&graph, last, m, &output, err));
  TRY(lip_graph_finish(&graph, output, LIP_F64, differences, err));
done:
  lip_graph_clear(&graph);
  return st;
}
