/* graph_finish.c - from nodes to a network: what is not needed goes, scales are folded into the
   affine maps before them, all numbers move into one block. */
#include "base/error.h"
#include "base/memory.h"
#include "net/graph.h"

#include <math.h>
#include <string.h>

/* ---- what is needed ---- */

/* uses  out  nodes: how many needed nodes take the value; the output counts as one */
static void count_uses(const lip_graph *graph, size_t output, size_t *uses)
{
  memset(uses, 0, graph->nodes * sizeof *uses);
  uses[output] = 1;
  for (size_t i = output + 1; i-- > 0;)
    for (size_t p = 0; uses[i] > 0 && p < graph->node[i].parents; p++)
      uses[graph->node[i].parent[p]]++;
}

static bool moves_nothing(const lip_graph *graph, const lip_node *node)
{
  if (node->kind != LIP_NODE_SELECT || node->biases) return false;
  if (node->size != graph->node[node->parent[0]].size) return false;
  for (size_t j = 0; j < node->size; j++)
    if (node->index[j] != j) return false;
  return true;
}

/* Entry l of a scale: its numbers stand one for each channel or one for each entry. */
static double entry(const double *values, size_t count, const lip_node *node, size_t l)
{
  return values[count == node->size ? l : l / (node->height * node->width)];
}

static bool each_channel_alike(const lip_node *scale)
{
  return (scale->weights == scale->channels) &&
         (scale->biases == 0 || scale->biases == scale->channels);
}

/* May the scale be folded into `map`? */
static bool can_fold(const lip_node *map, const lip_node *scale)
{
  if (map->kind == LIP_NODE_LINEAR) return true;
  if (map->kind == LIP_NODE_SCALE) /* one number for each of the same things */
    return map->weights == scale->weights && map->channels == scale->channels &&
           (map->biases == 0 || map->biases == map->weights) &&
           (scale->biases == 0 || scale->biases == scale->weights);
  return map->kind == LIP_NODE_CONVOLUTION && map->channels == scale->channels &&
         each_channel_alike(scale);
}

/* map <- scale after map: rows of W (kernels) and b times the factor, plus the shift. */
static lip_status fold(lip_node *map, const lip_node *scale, lip_error *err)
{
  size_t rows = map->kind == LIP_NODE_SCALE ? map->weights : map->channels;
  size_t columns = map->weights / rows, places = map->size / rows;

  if (!map->b && scale->biases) {
    map->b = lip_alloc_zero(rows, sizeof *map->b);
    if (!map->b) return lip_fail(err, LIP_ENOMEM, "%zu biases", rows);
    map->biases = rows;
  }
  for (size_t l = 0; l < rows; l++) {
    double factor = entry(scale->W, scale->weights, scale, l * places);

    for (size_t i = 0; i < columns; i++) map->W[l * columns + i] *= factor;
    if (map->b) map->b[l] *= factor;
    if (scale->biases) map->b[l] += entry(scale->b, scale->biases, scale, l * places);
  }
  return LIP_OK;
}

static bool is_nothing(const lip_graph *graph, const lip_node *node)
{
  return moves_nothing(graph, node) ||
         (node->kind == LIP_NODE_ACTIVATION && node->activation.kind == LIP_IDENTITY) ||
         (node->kind == LIP_NODE_ADD && node->parents == 1) ||
         (node->kind == LIP_NODE_CONCAT && node->parents == 1);
}

/* standing  out  nodes: which node's value node i's is after all */
static lip_status simplify(lip_graph *graph, size_t *uses, size_t *standing, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < graph->nodes; i++) {
    lip_node *node = &graph->node[i];
    size_t before;
    bool folds;

    standing[i] = i;
    if (uses[i] == 0) continue;
    for (size_t p = 0; p < node->parents; p++) node->parent[p] = standing[node->parent[p]];
    if (node->parents != 1) continue;
    before = node->parent[0];
    folds = node->kind == LIP_NODE_SCALE && uses[before] == 1 &&
            can_fold(&graph->node[before], node);
    if (folds) TRY(fold(&graph->node[before], node, err));
    if (!folds && !is_nothing(graph, node)) continue;
    uses[before] += uses[i] - 1;
    uses[i] = 0;
    standing[i] = before;
  }
done:
  return st;
}

/* ---- numbers ---- */

static bool all_floats(size_t count, const double *values)
{
  for (size_t i = 0; i < count; i++)
    if (values[i] != (double)(float)values[i]) return false;
  return true;
}

static lip_status check_numbers(const lip_graph *graph, const size_t *uses,
                                lip_precision *precision, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < graph->nodes; i++) {
    const lip_node *node = &graph->node[i];

    if (uses[i] == 0) continue;
    for (size_t j = 0; j < node->weights; j++)
      if (!isfinite(node->W[j])) FAIL(LIP_ENUMERIC, "%s: a weight is %g", node->name, node->W[j]);
    for (size_t j = 0; j < node->biases; j++)
      if (!isfinite(node->b[j])) FAIL(LIP_ENUMERIC, "%s: a bias is %g", node->name, node->b[j]);
    if (!all_floats(node->weights, node->W) || !all_floats(node->biases, node->b) ||
        !all_floats(1, &node->activation.slope))
      *precision = LIP_F64;
  }
done:
  return st;
}

/* ---- chains of layers ---- */

/* Linear maps, each followed by nothing or by an activation. */
static bool is_chain(const lip_net *net, size_t *depth)
{
  *depth = 0;
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (node->parents != 1 || node->parent[0] != i - 1) return false;
    if (node->kind == LIP_NODE_LINEAR)
      ++*depth;
    else if (node->kind != LIP_NODE_ACTIVATION || net->node[i - 1].kind != LIP_NODE_LINEAR)
      return false;
  }
  return *depth > 0;
}

static lip_status find_layers(lip_net *net, lip_error *err)
{
  size_t depth, j = 0;

  if (!is_chain(net, &depth)) return LIP_OK;
  net->layer = lip_alloc_zero(depth, sizeof *net->layer);
  if (!net->layer) return lip_fail(err, LIP_ENOMEM, "%zu layers", depth);
  net->depth = depth;
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (node->kind == LIP_NODE_ACTIVATION)
      net->layer[j - 1].activation = node->activation;
    else
      net->layer[j++] = (lip_layer){.in = net->node[i - 1].size,
                                    .out = node->size,
                                    .W = node->W,
                                    .b = node->b,
                                    .activation = {LIP_IDENTITY, 0},
                                    .map = LIP_AFFINE,
                                    .scale = 1};
  }
  return LIP_OK;
}

/* ---- the network ---- */

/* The needed nodes move into the network, in their order, their numbers into its block.
   moved  out  nodes: the new index of each */
static void move_nodes(lip_graph *graph, const size_t *uses, size_t *moved, lip_net *net)
{
  double *at = net->block;

  for (size_t i = 0; i < graph->nodes; i++) {
    lip_node *node = &graph->node[i];

    if (uses[i] == 0) continue;
    moved[i] = net->nodes;
    for (size_t p = 0; p < node->parents; p++) node->parent[p] = moved[node->parent[p]];
    net->node[net->nodes] = *node;
    if (node->weights > 0) memcpy(at, node->W, node->weights * sizeof *at);
    net->node[net->nodes].W = node->weights ? at : NULL;
    at += node->weights;
    if (node->biases > 0) memcpy(at, node->b, node->biases * sizeof *at);
    net->node[net->nodes].b = node->biases ? at : NULL;
    at += node->biases;
    if (net->nodes > 0 && node->size > net->max_width) net->max_width = node->size;
    node->parent = NULL;
    node->index = NULL;
    net->nodes++;
  }
}

lip_status lip_graph_finish(lip_graph *graph, size_t output, lip_precision precision, lip_net **net,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *uses = lip_alloc(graph->nodes, sizeof *uses), total = 0, kept = 0;
  size_t *standing = lip_alloc_zero(graph->nodes, sizeof *standing);
  lip_net *made = lip_alloc_zero(1, sizeof *made);

  if (!uses || !standing || !made) FAIL(LIP_ENOMEM, "a network of %zu nodes", graph->nodes);
  count_uses(graph, output, uses);
  uses[0] += uses[0] == 0; /* an output that does not depend on the input is a network too */
  TRY(simplify(graph, uses, standing, err));
  TRY(check_numbers(graph, uses, &precision, err));
  for (size_t i = 0; i < graph->nodes; i++) {
    if (uses[i] == 0) continue;
    kept++;
    total += graph->node[i].weights + graph->node[i].biases;
  }
  made->node = lip_alloc_zero(kept, sizeof *made->node);
  made->block = lip_alloc(total, sizeof *made->block);
  if (!made->node || !made->block) FAIL(LIP_ENOMEM, "a network of %zu weights", total);
  made->parameters = total;
  made->precision = precision;
  move_nodes(graph, uses, standing, made);
  TRY(find_layers(made, err));
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  lip_free(uses);
  lip_free(standing);
  lip_graph_clear(graph);
  return st;
}
