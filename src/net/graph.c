/* graph.c - adds nodes to a network one by one, and finds the shape of each value. */
#include "net/graph.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Numbers of one value; BLAS counts in 32 bits. */
static const size_t WIDEST = INT32_MAX;

const char *lip_node_kind_name(lip_node_kind kind)
{
  static const char *const names[] = {"input",   "linear",       "convolution", "scale",
                                      "select",  "average pool", "max pool",    "activation",
                                      "softmax", "concat",       "add",         "map"};

  return names[kind];
}

bool lip_node_is_affine(lip_node_kind kind)
{
  return kind != LIP_NODE_INPUT && kind != LIP_NODE_MAX_POOL && kind != LIP_NODE_ACTIVATION &&
         kind != LIP_NODE_SOFTMAX && kind != LIP_NODE_MAP;
}

static void clear_node(lip_node *node)
{
  lip_free(node->parent);
  lip_free(node->index);
  lip_free(node->W);
  lip_free(node->b);
}

void lip_graph_clear(lip_graph *graph)
{
  for (size_t i = 0; i < graph->nodes; i++) clear_node(&graph->node[i]);
  lip_free(graph->node);
  memset(graph, 0, sizeof *graph);
}

/* ---- shapes ---- */

static bool keeps_size(lip_node_kind kind)
{
  return kind == LIP_NODE_SCALE || kind == LIP_NODE_ACTIVATION || kind == LIP_NODE_SOFTMAX;
}

static bool has_windows(lip_node_kind kind)
{
  return kind == LIP_NODE_CONVOLUTION || kind == LIP_NODE_MAX_POOL || kind == LIP_NODE_AVERAGE_POOL;
}

static void ones_for_zeros(lip_node *node)
{
  for (size_t a = 0; a < 2; a++) {
    if (node->stride[a] == 0) node->stride[a] = 1;
    if (node->dilation[a] == 0) node->dilation[a] = 1;
  }
  if (node->groups == 0) node->groups = 1;
  if (node->channels == 0) node->channels = 1;
  if (node->height == 0) node->height = 1;
  if (node->width == 0) node->width = 1;
}

/* Places along one axis. */
static lip_status count_places(const lip_node *node, size_t axis, size_t in, size_t *out,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  size_t kernel = node->kernel[axis], reach, room;

  if (kernel < 1 || kernel > WIDEST || node->dilation[axis] > WIDEST || node->stride[axis] > WIDEST)
    FAIL(LIP_EINPUT, "a kernel of %zu with stride %zu and dilation %zu", kernel, node->stride[axis],
         node->dilation[axis]);
  if (node->before[axis] > WIDEST || node->after[axis] > WIDEST)
    FAIL(LIP_EINPUT, "padding of %zu and %zu", node->before[axis], node->after[axis]);
  reach = node->dilation[axis] * (kernel - 1) + 1;
  room = in + node->before[axis] + node->after[axis];
  if (reach > room)
    FAIL(LIP_EINPUT, "a kernel that reaches over %zu entries does not fit into %zu", reach, room);
  *out = (room - reach) / node->stride[axis] + 1;
done:
  return st;
}

static lip_status check_windows(lip_node *node, const lip_node *parent, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t kernel, places;

  if (node->in_channels == 0) {
    node->in_channels = parent->channels;
    node->in_height = parent->height;
    node->in_width = parent->width;
  }
  if (__builtin_mul_overflow(node->in_height, node->in_width, &places) || places == 0 ||
      parent->size % places || parent->size / places != node->in_channels)
    FAIL(LIP_EINPUT, "%zu numbers are not %zu x %zu x %zu", parent->size, node->in_channels,
         node->in_height, node->in_width);
  if (node->kind != LIP_NODE_CONVOLUTION) node->channels = node->in_channels;
  TRY(count_places(node, 0, node->in_height, &node->height, err));
  TRY(count_places(node, 1, node->in_width, &node->width, err));
  if (node->kind != LIP_NODE_CONVOLUTION) goto done;
  kernel = node->kernel[0] * node->kernel[1];
  if (node->in_channels % node->groups || node->channels % node->groups)
    FAIL(LIP_EINPUT, "%zu groups divide %zu and %zu channels into parts that are not whole",
         node->groups, node->in_channels, node->channels);
  if (node->channels > WIDEST ||
      node->weights != node->channels * (node->in_channels / node->groups) * kernel)
    FAIL(LIP_EINPUT, "%zu weights do not make %zu kernels of %zu x %zu x %zu", node->weights,
         node->channels, node->in_channels / node->groups, node->kernel[0], node->kernel[1]);
  if (node->biases != 0 && node->biases != node->channels)
    FAIL(LIP_EINPUT, "%zu biases for %zu channels", node->biases, node->channels);
done:
  return st;
}

static lip_status check_linear(lip_node *node, const lip_node *parent, lip_error *err)
{
  lip_status st = LIP_OK;

  node->height = node->width = 1;
  if (node->channels > WIDEST || node->weights != node->channels * parent->size)
    FAIL(LIP_EINPUT, "%zu weights do not make a matrix of %zu x %zu", node->weights, node->channels,
         parent->size);
  if (node->biases != 0 && node->biases != node->channels)
    FAIL(LIP_EINPUT, "%zu biases for %zu numbers", node->biases, node->channels);
done:
  return st;
}

static lip_status check_select(const lip_node *node, const lip_node *parent, size_t size,
                               lip_error *err)
{
  lip_status st = LIP_OK;

  if (!node->index) FAIL(LIP_EINPUT, "a selection without indices");
  if (node->biases != 0 && node->biases != size)
    FAIL(LIP_EINPUT, "%zu biases for %zu numbers", node->biases, size);
  for (size_t j = 0; j < size; j++)
    if (node->index[j] != LIP_NOWHERE && node->index[j] >= parent->size)
      FAIL(LIP_EINPUT, "entry %zu of %zu is selected", node->index[j], parent->size);
done:
  return st;
}

static bool one_or_each(size_t count, size_t channels, size_t size)
{
  return count == channels || count == size;
}

static void same_shape(lip_node *node, const lip_node *parent)
{
  if (node->channels > 0) return;
  node->channels = parent->channels;
  node->height = parent->height;
  node->width = parent->width;
}

/* One after the other: along the channels where height and width agree. */
static lip_status check_concat(const lip_graph *graph, lip_node *node, lip_error *err)
{
  const lip_node *first = &graph->node[node->parent[0]];
  bool alike = true;
  size_t channels = 0, size = 0;

  for (size_t p = 0; p < node->parents; p++) {
    const lip_node *parent = &graph->node[node->parent[p]];

    alike = alike && parent->height == first->height && parent->width == first->width;
    channels += parent->channels;
    size += parent->size;
    if (size > WIDEST) return lip_fail(err, LIP_EINPUT, "a value of more than %zu numbers", WIDEST);
  }
  node->channels = alike ? channels : size;
  node->height = alike ? first->height : 1;
  node->width = alike ? first->width : 1;
  return LIP_OK;
}

static lip_status check_sum(const lip_graph *graph, lip_node *node, lip_error *err)
{
  const lip_node *first = &graph->node[node->parent[0]];

  for (size_t p = 1; p < node->parents; p++)
    if (graph->node[node->parent[p]].size != first->size)
      return lip_fail(err, LIP_EINPUT, "a sum of values of %zu and %zu numbers", first->size,
                      graph->node[node->parent[p]].size);
  node->channels = 0;
  same_shape(node, first);
  return LIP_OK;
}

static lip_status check_parents(const lip_graph *graph, const lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  bool many = node->kind == LIP_NODE_CONCAT || node->kind == LIP_NODE_ADD;

  if (node->kind == LIP_NODE_INPUT) {
    if (graph->nodes != 0 || node->parents != 0) FAIL(LIP_EINPUT, "an input is the first node");
    goto done;
  }
  if (node->parents < 1 || (!many && node->parents != 1))
    FAIL(LIP_EINPUT, "it takes %zu values", node->parents);
  for (size_t p = 0; p < node->parents; p++)
    if (node->parent[p] >= graph->nodes) FAIL(LIP_EINPUT, "it takes the value of a later node");
done:
  return st;
}

/* channels, height, width, size of the node's value. */
static lip_status find_shape(const lip_graph *graph, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *parent;

  TRY(check_parents(graph, node, err));
  parent = node->parents > 0 ? &graph->node[node->parent[0]] : NULL;
  if (keeps_size(node->kind)) same_shape(node, parent);
  ones_for_zeros(node);
  if (node->kind == LIP_NODE_LINEAR) TRY(check_linear(node, parent, err));
  if (has_windows(node->kind)) TRY(check_windows(node, parent, err));
  if (node->kind == LIP_NODE_CONCAT) TRY(check_concat(graph, node, err));
  if (node->kind == LIP_NODE_ADD) TRY(check_sum(graph, node, err));
  if (__builtin_mul_overflow(node->channels, node->height, &node->size) ||
      __builtin_mul_overflow(node->size, node->width, &node->size) || node->size > WIDEST)
    FAIL(LIP_EINPUT, "a value of more than %zu numbers", WIDEST);
  if (keeps_size(node->kind) && node->size != parent->size)
    FAIL(LIP_EINPUT, "%zu numbers become %zu", parent->size, node->size);
  if (node->kind == LIP_NODE_SELECT) TRY(check_select(node, parent, node->size, err));
  if (node->kind == LIP_NODE_SCALE &&
      (!one_or_each(node->weights, node->channels, node->size) ||
       (node->biases != 0 && !one_or_each(node->biases, node->channels, node->size))))
    FAIL(LIP_EINPUT, "%zu factors and %zu biases for %zu channels of %zu numbers", node->weights,
         node->biases, node->channels, node->size);
done:
  return st;
}

lip_status lip_graph_add(lip_graph *graph, lip_node *node, size_t *at, lip_error *err)
{
  lip_status st = LIP_OK;

  if (graph->nodes == graph->room) {
    size_t room = 2 * graph->room + 8;
    lip_node *more = lip_alloc(room, sizeof *more);

    if (!more) FAIL(LIP_ENOMEM, "%zu nodes", room);
    if (graph->nodes > 0) memcpy(more, graph->node, graph->nodes * sizeof *more);
    lip_free(graph->node);
    graph->node = more;
    graph->room = room;
  }
  TRY(find_shape(graph, node, err));
  if (at) *at = graph->nodes;
  graph->node[graph->nodes++] = *node;
done:
  if (st != LIP_OK) clear_node(node);
  return st;
}

lip_status lip_graph_after(lip_graph *graph, size_t parent, lip_node *node, size_t *at,
                           lip_error *err)
{
  node->parents = 1;
  node->parent = lip_alloc(1, sizeof *node->parent);
  if (!node->parent) {
    clear_node(node);
    return lip_fail(err, LIP_ENOMEM, "a node of a network");
  }
  node->parent[0] = parent;
  return lip_graph_add(graph, node, at, err);
}

/* The affine part of layer j, or its map. */
static lip_status add_layer(lip_graph *graph, const lip_net *net, size_t j, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_layer *layer = &net->layer[j];
  lip_node first = {.kind = layer->map == LIP_AFFINE ? LIP_NODE_LINEAR : LIP_NODE_MAP,
                    .channels = layer->out,
                    .weights = layer->W ? layer->out * layer->in : 0,
                    .biases = layer->b ? layer->out : 0,
                    .layer = j};
  lip_node second = {.kind = LIP_NODE_ACTIVATION, .activation = layer->activation};
  size_t at;

  (void)snprintf(first.name, sizeof first.name, "layer %zu", j);
  TRY(lip_graph_after(graph, graph->nodes - 1, &first, &at, err));
  graph->node[at].W = layer->W; /* not owned by the graph: it becomes the network's as it stands */
  graph->node[at].b = layer->b;
  if (layer->activation.kind != LIP_IDENTITY)
    TRY(lip_graph_after(graph, graph->nodes - 1, &second, NULL, err));
done:
  return st;
}

lip_status lip_graph_of_layers(lip_net *net, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_graph graph = {0};
  lip_node input = {.kind = LIP_NODE_INPUT, .channels = net->layer[0].in};

  TRY(lip_graph_add(&graph, &input, NULL, err));
  for (size_t j = 0; st == LIP_OK && j < net->depth; j++) st = add_layer(&graph, net, j, err);
done:
  net->nodes = graph.nodes; /* also what is there after a failure: lip_net_free releases it */
  net->node = graph.node;
  return st;
}
