/* layers.c - from a graph that is a chain to layers, by affine_chain.c. */
#include "net/onnx/layers.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/affine_chain.h"

#include <string.h>

enum { MOST_INSERTED = 1 << 26 };

/* path  out  room for all nodes: those from the input's on, up to `output`
   length out  how many; 0: the output has not one parent at each step */
static void find_path(const lip_graph *graph, size_t output, size_t *path, size_t *length)
{
  size_t count = 1;

  for (size_t at = output; at != 0; at = graph->node[at].parent[0]) {
    *length = 0;
    if (graph->node[at].parents != 1) return;
    count++;
  }
  *length = count;
  for (size_t at = output; count-- > 0; at = at != 0 ? graph->node[at].parent[0] : 0)
    path[count] = at;
}

/* Matrices, scales, activations and maps only, and identities not too large? */
static bool makes_layers(const lip_graph *graph, const size_t *path, size_t length)
{
  bool matrix = false, map = false;
  size_t inserted = 0;

  for (size_t i = 1; i <= length; i++) {
    const lip_node *node = i < length ? &graph->node[path[i]] : NULL;
    size_t size = graph->node[path[i < length ? i : i - 1]].size;
    bool ends = !node || node->kind == LIP_NODE_ACTIVATION;

    if (ends && !matrix && (node || i == 1 || graph->node[path[i - 1]].kind == LIP_NODE_SCALE)) {
      if (size > MOST_INSERTED / size || inserted > MOST_INSERTED - size * size) return map;
      inserted += size * size;
    }
    if (!node) break;
    if (node->kind != LIP_NODE_LINEAR && node->kind != LIP_NODE_MAP &&
        node->kind != LIP_NODE_SCALE && !ends)
      return false;
    if (ends) matrix = false;
    if (node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_MAP) matrix = true;
    map = map || node->kind == LIP_NODE_MAP;
  }
  return true;
}

/* One number for each entry, of a scale that may have one for each channel. */
static double *spread(const lip_node *node, const double *values, size_t count)
{
  double *spread = lip_alloc(node->size, sizeof *spread);

  for (size_t i = 0; spread && i < node->size; i++) spread[i] = values[i / (node->size / count)];
  return spread;
}

static lip_status add_scale(lip_affine_chain *chain, const lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  bool scales = false;
  double *v;

  for (size_t i = 0; i < node->weights; i++) scales = scales || node->W[i] != 1;
  if (scales) {
    v = spread(node, node->W, node->weights);
    if (!v) FAIL(LIP_ENOMEM, "no memory for %zu factors", node->size);
    TRY(lip_chain_scale(chain, v, err));
  }
  if (node->biases > 0) {
    v = spread(node, node->b, node->biases);
    if (!v) FAIL(LIP_ENOMEM, "no memory for %zu shifts", node->size);
    TRY(lip_chain_shift(chain, v, err));
  }
done:
  return st;
}

/* Takes the node's W over. */
static lip_status add_node(lip_affine_chain *chain, lip_node *node, lip_error *err)
{
  double *W = node->W;

  switch (node->kind) {
  case LIP_NODE_SCALE:
    return add_scale(chain, node, err);
  case LIP_NODE_LINEAR:
    node->W = NULL;
    return lip_chain_product(chain, node->size, W, err);
  case LIP_NODE_MAP:
    node->W = NULL;
    return lip_chain_map(chain, (lip_map)node->layer, node->size, W, err);
  default:
    return lip_chain_activate(chain, node->activation, err);
  }
}

/* The first map that the output depends on; NULL: none. */
static const lip_node *find_map(const lip_graph *graph, size_t output, bool *needed)
{
  const lip_node *map = NULL;

  memset(needed, 0, graph->nodes * sizeof *needed);
  needed[output] = true;
  for (size_t i = output + 1; i-- > 0;) {
    if (needed[i] && graph->node[i].kind == LIP_NODE_MAP) map = &graph->node[i];
    for (size_t p = 0; needed[i] && p < graph->node[i].parents; p++)
      needed[graph->node[i].parent[p]] = true;
  }
  return map;
}

lip_status lip_onnx_layers(lip_graph *graph, size_t output, lip_precision precision, bool *chain,
                           lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t length = 0, *path = lip_alloc(graph->nodes, sizeof *path);
  bool *needed = lip_alloc(graph->nodes, sizeof *needed);
  lip_affine_chain made = {.width = graph->node[0].size};
  const lip_node *map;

  *chain = false;
  if (!path || !needed) FAIL(LIP_ENOMEM, "no memory for %zu nodes", graph->nodes);
  find_path(graph, output, path, &length);
  if (length == 0 || !makes_layers(graph, path, length)) {
    map = find_map(graph, output, needed);
    if (map)
      FAIL(LIP_EINPUT,
           "node '%s': lengths (ReduceL2) and least entries (ReduceMin) are supported in chains of "
           "layers only",
           map->name);
    goto done;
  }
  *chain = true;
  for (size_t i = 1; i < length; i++) TRY(add_node(&made, &graph->node[path[i]], err));
  lip_graph_clear(graph);
  TRY(lip_chain_finish(&made, precision, net, err));
done:
  lip_chain_clear(&made);
  lip_free(path);
  lip_free(needed);
  return st;
}
