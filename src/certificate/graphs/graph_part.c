/* graph_part.c - a network as a composition of networks: nodes copied, and compared once more. */
#include "certificate/graphs/graph_part.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/graph.h"

#include <string.h>

bool lip_graph_is_passage(const lip_net *net, size_t at)
{
  for (size_t i = at + 1; i < net->nodes; i++)
    for (size_t p = 0; p < net->node[i].parents; p++)
      if (net->node[i].parent[p] < at) return false;
  return at < net->nodes;
}

static lip_status copy_of(size_t count, size_t size, const void *numbers, void **copy,
                          lip_error *err)
{
  *copy = NULL;
  if (count == 0 || !numbers) return LIP_OK;
  *copy = lip_alloc(count, size);
  if (!*copy) return lip_fail(err, LIP_ENOMEM, "%zu numbers", count);
  memcpy(*copy, numbers, count * size);
  return LIP_OK;
}

/* The node with its own arrays, its parents counted from `from`. */
static lip_status copy_node(const lip_node *node, size_t from, lip_node *copy, lip_error *err)
{
  lip_status st = LIP_OK;
  void *W = NULL, *b = NULL, *index = NULL, *parent = NULL;

  TRY(copy_of(node->weights, sizeof *node->W, node->W, &W, err));
  TRY(copy_of(node->biases, sizeof *node->b, node->b, &b, err));
  TRY(copy_of(node->size, sizeof *node->index, node->index, &index, err));
  TRY(copy_of(node->parents, sizeof *node->parent, node->parent, &parent, err));
  *copy = *node;
  copy->W = W;
  copy->b = b;
  copy->index = index;
  copy->parent = parent;
  for (size_t p = 0; p < copy->parents; p++) copy->parent[p] -= from;
  return LIP_OK;
done:
  lip_free(W);
  lip_free(b);
  lip_free(index);
  lip_free(parent);
  return st;
}

static bool same_numbers(size_t count, const void *x, const void *y, size_t size)
{
  return count == 0 || !x || !y ? x == y || count == 0 : memcmp(x, y, count * size) == 0;
}

static bool same_node(const lip_node *one, const lip_node *two, size_t from)
{
  bool same = one->kind == two->kind && one->size == two->size && one->weights == two->weights &&
              one->biases == two->biases && one->parents == two->parents &&
              one->activation.kind == two->activation.kind &&
              one->activation.slope == two->activation.slope && one->groups == two->groups &&
              one->counts_padding == two->counts_padding && one->channels == two->channels &&
              one->height == two->height && one->width == two->width &&
              one->in_channels == two->in_channels && one->in_height == two->in_height &&
              one->in_width == two->in_width;

  for (size_t axis = 0; axis < 2; axis++)
    same = same && one->kernel[axis] == two->kernel[axis] &&
           one->stride[axis] == two->stride[axis] && one->dilation[axis] == two->dilation[axis] &&
           one->before[axis] == two->before[axis] && one->after[axis] == two->after[axis];
  for (size_t p = 0; same && p < one->parents; p++) same = one->parent[p] == two->parent[p] + from;
  return same && same_numbers(one->weights, one->W, two->W, sizeof *one->W) &&
         same_numbers(one->biases, one->b, two->b, sizeof *one->b) &&
         same_numbers(one->size, one->index, two->index, sizeof *one->index);
}

lip_status lip_graph_part(const lip_net *net, size_t from, size_t to, lip_net **part,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  lip_graph graph = {0};
  lip_net *made = NULL;
  lip_node input = {.kind = LIP_NODE_INPUT};

  if (from >= to || to >= net->nodes || !lip_graph_is_passage(net, from) ||
      !lip_graph_is_passage(net, to))
    FAIL(LIP_EINPUT, "the network cannot be divided at nodes %zu and %zu", from, to);
  input.channels = net->node[from].channels;
  input.height = net->node[from].height;
  input.width = net->node[from].width;
  TRY(lip_graph_add(&graph, &input, NULL, err));
  for (size_t i = from + 1; i <= to; i++) {
    lip_node node;

    if (net->node[i].kind == LIP_NODE_MAP) FAIL(LIP_EINPUT, "%s: a map", net->node[i].name);
    TRY(copy_node(&net->node[i], from, &node, err));
    TRY(lip_graph_add(&graph, &node, NULL, err));
  }
  TRY(lip_graph_finish(&graph, to - from, LIP_F64, &made, err));
  if (made->nodes != to - from + 1) FAIL(LIP_EINPUT, "a part of other nodes");
  for (size_t i = from + 1; i <= to; i++)
    if (!same_node(&net->node[i], &made->node[i - from], from))
      FAIL(LIP_EINPUT, "%s: not the same in a part", net->node[i].name);
  *part = made;
  made = NULL;
done:
  lip_graph_clear(&graph);
  lip_net_free(made);
  return st;
}
