/* graph.c - the index of an ONNX graph: names sorted and found by bisection; nodes in
   topological order by a depth-first search from the output, with a stack of its own. */
#include "net/onnx/graph.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *lip_onnx_text(const char *text)
{
  return text ? text : "";
}

const char *lip_onnx_printable(const char *text, char buffer[LIP_ONNX_TEXT])
{
  size_t i = 0;

  text = lip_onnx_text(text);
  for (; text[i] && i + 1 < LIP_ONNX_TEXT; i++)
    buffer[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
  buffer[i] = 0;
  return buffer;
}

const char *lip_onnx_node_name(const Onnx__NodeProto *node)
{
  const char *own = lip_onnx_text(node->name);

  return own[0] || node->n_output == 0 ? own : lip_onnx_text(node->output[0]);
}

void lip_onnx_prefix_node(const Onnx__NodeProto *node, lip_error *err)
{
  char name[LIP_ONNX_TEXT], op[LIP_ONNX_TEXT];
  bool named = lip_onnx_text(node->name)[0] || node->n_output == 0;

  lip_error_prefix(err, "node %s'%s' (%s)", named ? "" : "of output ",
                   lip_onnx_printable(lip_onnx_node_name(node), name),
                   lip_onnx_printable(node->op_type, op));
}

/* ---- names ---- */

static int by_name(const void *left, const void *right)
{
  const lip_onnx_name *a = left, *b = right;
  int order = strcmp(a->name, b->name);

  if (order) return order;
  if (a->source != b->source) return a->source < b->source ? -1 : 1;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  return a->output < b->output ? -1 : a->output > b->output;
}

static void collect_names(lip_onnx_graph *graph)
{
  const Onnx__GraphProto *proto = graph->proto;

  for (size_t i = 0; i < proto->n_initializer; i++)
    graph->name[graph->names++] = (lip_onnx_name){lip_onnx_text(proto->initializer[i]->name),
                                                  LIP_ONNX_INITIALISER, i, 0};
  for (size_t i = 0; i < proto->n_input; i++)
    graph->name[graph->names++] = (lip_onnx_name){lip_onnx_text(proto->input[i]->name),
                                                  LIP_ONNX_INPUT, i, 0};
  for (size_t i = 0; i < proto->n_node; i++)
    for (size_t j = 0; j < proto->node[i]->n_output; j++)
      if (lip_onnx_text(proto->node[i]->output[j])[0]) /* an output without a name is not wanted */
        graph->name[graph->names++] = (lip_onnx_name){proto->node[i]->output[j], LIP_ONNX_NODE, i,
                                                      j};
}

/* An initialiser may be listed as an input too; nothing else may have another's name. */
static lip_status drop_listed(lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t kept = 0;
  char text[LIP_ONNX_TEXT];

  for (size_t i = 0; i < graph->names; i++) {
    const lip_onnx_name *at = &graph->name[i];
    const lip_onnx_name *before = kept > 0 ? &graph->name[kept - 1] : NULL;

    if (!before || strcmp(before->name, at->name) != 0) {
      graph->name[kept++] = *at;
      continue;
    }
    lip_onnx_printable(at->name, text);
    if (at->source == LIP_ONNX_NODE) {
      st = lip_fail(err, LIP_EINPUT, "its output '%s' has the name of another value", text);
      lip_onnx_prefix_node(graph->proto->node[at->at], err);
      goto done;
    }
    if (at->source == LIP_ONNX_INITIALISER) FAIL(LIP_EINPUT, "two constants are named '%s'", text);
    if (before->source == LIP_ONNX_INPUT) FAIL(LIP_EINPUT, "two inputs are named '%s'", text);
  }
  graph->names = kept;
done:
  return st;
}

static lip_status index_names(lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = graph->proto;
  size_t most = proto->n_initializer + proto->n_input;

  for (size_t i = 0; i < proto->n_node; i++) most += proto->node[i]->n_output;
  graph->name = lip_alloc(most, sizeof *graph->name);
  if (!graph->name) FAIL(LIP_ENOMEM, "no memory for %zu names", most);
  collect_names(graph);
  qsort(graph->name, graph->names, sizeof *graph->name, by_name);
  TRY(drop_listed(graph, err));
done:
  return st;
}

size_t lip_onnx_graph_find(const lip_onnx_graph *graph, const char *name)
{
  size_t low = 0, high = graph->names;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp(graph->name[middle].name, name);

    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return SIZE_MAX;
}

/* The only input that is no constant, and the only output. */
static lip_status find_ends(lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = graph->proto;
  const char *first = NULL;
  char one[LIP_ONNX_TEXT], two[LIP_ONNX_TEXT];

  for (size_t i = 0; i < proto->n_input; i++) {
    const char *name = lip_onnx_text(proto->input[i]->name);
    size_t at = lip_onnx_graph_find(graph, name);

    if (graph->name[at].source != LIP_ONNX_INPUT) continue;
    if (first)
      FAIL(LIP_EINPUT, "it has two inputs, '%s' and '%s'; networks of one are supported",
           lip_onnx_printable(first, one), lip_onnx_printable(name, two));
    first = name;
    graph->input = at;
  }
  if (!first) FAIL(LIP_EINPUT, "it has no input");
  if (proto->n_output != 1)
    FAIL(LIP_EINPUT, "it has %zu outputs; networks of one are supported", proto->n_output);
  graph->output = lip_onnx_graph_find(graph, lip_onnx_text(proto->output[0]->name));
  if (graph->output == SIZE_MAX)
    FAIL(LIP_EINPUT, "its output '%s' is made by no node",
         lip_onnx_printable(proto->output[0]->name, one));
done:
  return st;
}

/* ---- order ---- */

typedef enum visit { UNSEEN, OPEN, DONE } visit;

/* A node on the way from the output, and which of its inputs comes next. */
typedef struct step {
  size_t node, next;
} step;

/* The node that makes the next input of `at`, SIZE_MAX where none is left or it is a constant. */
static lip_status next_parent(const lip_onnx_graph *graph, step *at, size_t *parent, lip_error *err)
{
  const Onnx__NodeProto *node = graph->proto->node[at->node];

  *parent = SIZE_MAX;
  while (*parent == SIZE_MAX && at->next < node->n_input) {
    const char *name = lip_onnx_text(node->input[at->next++]);
    size_t found = lip_onnx_graph_find(graph, name);
    char text[LIP_ONNX_TEXT];

    if (!name[0]) continue; /* left out */
    if (found == SIZE_MAX)
      return lip_fail(err, LIP_EINPUT, "its input '%s' is neither a constant nor made by a node",
                      lip_onnx_printable(name, text));
    if (graph->name[found].source == LIP_ONNX_NODE) *parent = graph->name[found].at;
  }
  return LIP_OK;
}

static lip_status order_nodes(lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = graph->proto->n_node, deep = 0, at = 0;
  step *stack = lip_alloc(nodes, sizeof *stack);
  visit *seen = lip_alloc_zero(nodes, sizeof *seen);
  const lip_onnx_name *output = &graph->name[graph->output];

  graph->order = lip_alloc(nodes, sizeof *graph->order);
  if (!stack || !seen || !graph->order) FAIL(LIP_ENOMEM, "no memory for %zu nodes", nodes);
  if (output->source == LIP_ONNX_NODE) {
    stack[deep++] = (step){output->at, 0};
    seen[output->at] = OPEN;
  }
  while (deep > 0) {
    size_t parent;

    at = stack[deep - 1].node;
    st = next_parent(graph, &stack[deep - 1], &parent, err);
    if (st == LIP_OK && parent != SIZE_MAX && seen[parent] == OPEN)
      st = lip_fail(err, LIP_EINPUT, "it depends on itself");
    if (st != LIP_OK) {
      lip_onnx_prefix_node(graph->proto->node[at], err);
      goto done;
    }
    if (parent == SIZE_MAX) {
      seen[at] = DONE;
      graph->order[graph->steps++] = at;
      deep--;
    } else if (seen[parent] == UNSEEN) {
      seen[parent] = OPEN;
      stack[deep++] = (step){parent, 0};
    }
  }
done:
  lip_free(stack);
  lip_free(seen);
  return st;
}

lip_status lip_onnx_graph_index(const Onnx__GraphProto *proto, lip_onnx_graph *graph,
                                lip_error *err)
{
  lip_status st = LIP_OK;

  *graph = (lip_onnx_graph){.proto = proto};
  TRY(index_names(graph, err));
  TRY(find_ends(graph, err));
  TRY(order_nodes(graph, err));
done:
  if (st != LIP_OK) lip_onnx_graph_clear(graph);
  return st;
}

void lip_onnx_graph_clear(lip_onnx_graph *graph)
{
  lip_free(graph->name);
  lip_free(graph->order);
  *graph = (lip_onnx_graph){0};
}
