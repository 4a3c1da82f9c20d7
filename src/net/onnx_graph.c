/* onnx_graph.c - the index of an ONNX graph: sorted names, found by bisection. */
#include "net/onnx_graph.h"

#include "base/error.h"
#include "base/memory.h"

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

void lip_onnx_prefix_node(const Onnx__NodeProto *node, lip_error *err)
{
  char name[LIP_ONNX_TEXT], op[LIP_ONNX_TEXT];
  const char *own = lip_onnx_text(node->name);
  bool named = own[0] || node->n_output == 0;

  lip_error_prefix(err, "node %s'%s' (%s)", named ? "" : "of output ",
                   lip_onnx_printable(named ? own : node->output[0], name),
                   lip_onnx_printable(node->op_type, op));
}

static int by_name(const void *left, const void *right)
{
  const lip_onnx_use *a = left, *b = right;
  int order = strcmp(a->name, b->name);

  if (order) return order;
  if (a->node != b->node) return a->node < b->node ? -1 : 1;
  return a->input < b->input ? -1 : a->input > b->input;
}

static const Onnx__TensorProto *value_of_constant(const Onnx__NodeProto *node)
{
  for (size_t i = 0; i < node->n_attribute; i++)
    if (strcmp(lip_onnx_text(node->attribute[i]->name), "value") == 0) return node->attribute[i]->t;
  return NULL;
}

/* Constants are sorted as uses are: `node` is then the index of the tensor in `found`. */
static lip_status index_constants(lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = graph->proto;
  size_t most = proto->n_initializer + proto->n_node, count = 0;
  const Onnx__TensorProto **found = lip_alloc(most, sizeof *found);
  lip_onnx_use *names = lip_alloc(most, sizeof *names);

  graph->constant = lip_alloc(most, sizeof *graph->constant);
  graph->constant_name = lip_alloc(most, sizeof *graph->constant_name);
  if (!found || !names || !graph->constant || !graph->constant_name)
    FAIL(LIP_ENOMEM, "no memory for %zu names", most);
  for (size_t i = 0; i < proto->n_initializer; i++, count++) {
    found[count] = proto->initializer[i];
    names[count] = (lip_onnx_use){lip_onnx_text(proto->initializer[i]->name), count, 0};
  }
  for (size_t i = 0; i < proto->n_node; i++) {
    const Onnx__NodeProto *node = proto->node[i];

    if (strcmp(lip_onnx_text(node->op_type), "Constant") != 0) continue;
    found[count] = value_of_constant(node);
    if (!found[count] || node->n_output != 1) {
      st = lip_fail(err, LIP_EINPUT, "only a constant given as one tensor is read");
      lip_onnx_prefix_node(node, err);
      goto done;
    }
    names[count] = (lip_onnx_use){node->output[0], count, 0};
    count++;
  }
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count; i++) {
    char name[LIP_ONNX_TEXT];

    if (i > 0 && strcmp(names[i].name, names[i - 1].name) == 0)
      FAIL(LIP_EINPUT, "two constants are named '%s'", lip_onnx_printable(names[i].name, name));
    graph->constant[i] = found[names[i].node];
    graph->constant_name[i] = names[i].name;
  }
  graph->constants = count;
done:
  lip_free(found);
  lip_free(names);
  return st;
}

static lip_status index_uses(lip_onnx_graph *graph, lip_error *err)
{
  const Onnx__GraphProto *proto = graph->proto;
  size_t most = 0;

  for (size_t i = 0; i < proto->n_node; i++) most += proto->node[i]->n_input;
  graph->use = lip_alloc(most, sizeof *graph->use);
  if (!graph->use) return lip_fail(err, LIP_ENOMEM, "no memory for %zu names", most);
  for (size_t i = 0; i < proto->n_node; i++)
    for (size_t j = 0; j < proto->node[i]->n_input; j++)
      graph->use[graph->uses++] = (lip_onnx_use){proto->node[i]->input[j], i, j};
  qsort(graph->use, graph->uses, sizeof *graph->use, by_name);
  return LIP_OK;
}

lip_status lip_onnx_graph_index(const Onnx__GraphProto *proto, lip_onnx_graph *graph,
                                lip_error *err)
{
  lip_status st = LIP_OK;

  *graph = (lip_onnx_graph){.proto = proto};
  TRY(index_constants(graph, err));
  TRY(index_uses(graph, err));
done:
  if (st != LIP_OK) lip_onnx_graph_clear(graph);
  return st;
}

void lip_onnx_graph_clear(lip_onnx_graph *graph)
{
  lip_free(graph->constant);
  lip_free(graph->constant_name);
  lip_free(graph->use);
  *graph = (lip_onnx_graph){0};
}

const Onnx__TensorProto *lip_onnx_graph_constant(const lip_onnx_graph *graph, const char *name)
{
  size_t low = 0, high = graph->constants;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp(graph->constant_name[middle], name);

    if (order == 0) return graph->constant[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

const lip_onnx_use *lip_onnx_graph_uses(const lip_onnx_graph *graph, const char *name,
                                        size_t *count)
{
  size_t low = 0, high = graph->uses, end;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (strcmp(graph->use[middle].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (end = low; end < graph->uses && strcmp(graph->use[end].name, name) == 0;) end++;
  *count = end - low;
  return graph->use + low;
}
