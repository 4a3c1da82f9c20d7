/* read.c - reads a network from an ONNX file.

   The nodes that the output depends on are walked over, each after those it takes (graph.c).
   What only constants make is computed (fold.c); everything else becomes nodes of our graph
   (operators.c), which is simplified at the end: a chain of matrices and activations to layers
   (layers.c), any other graph by lip_graph_finish.

   cost    a sort of the names, then one pass over the weights
   limits  one input and one output; a first dimension that the file leaves open counts points, and
           what would mix them is refused */
#include "net/onnx/read.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/declared.h"
#include "net/onnx/file.h"
#include "net/onnx/layers.h"
#include "net/onnx/node.h"
#include "net/onnx/operators.h"
#include "net/onnx/shape.h"

#include <stdio.h>
#include <string.h>

enum { OLDEST_OPSET = 7, NEWEST_OPSET = 20 };

/* Numbers that no tensor holds, on top of as many as the file has bytes. */
static const size_t MOST_MADE = 1 << 26;

/* ---- what a file must be ---- */

static bool is_onnx_domain(const char *domain)
{
  domain = lip_onnx_text(domain);
  return domain[0] == 0 || strcmp(domain, "ai.onnx") == 0;
}

static lip_status read_opset(const Onnx__ModelProto *model, int64_t *version, lip_error *err)
{
  lip_status st = LIP_OK;

  *version = 0;
  for (size_t i = 0; i < model->n_opset_import; i++)
    if (is_onnx_domain(model->opset_import[i]->domain)) *version = model->opset_import[i]->version;
  if (*version < OLDEST_OPSET || *version > NEWEST_OPSET)
    FAIL(LIP_EINPUT, "it uses the operator set (opset) %lld; %d to %d are supported",
         (long long)*version, OLDEST_OPSET, NEWEST_OPSET);
done:
  return st;
}

static const char *why_unknown(const char *op)
{
  const char *why = lip_onnx_why_refused(op);

  return why ? why : "this operator is not supported; docs/formats.md lists those that are";
}

/* Every operator that is needed, before any is read: what cannot be is told first. */
static lip_status check_operators(const lip_onnx_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__NodeProto *node = NULL;
  char name[LIP_ONNX_TEXT];

  for (size_t i = 0; i < graph->steps; i++) {
    const lip_onnx_operator *found;

    node = graph->proto->node[graph->order[i]];
    found = lip_onnx_operator_find(lip_onnx_text(node->op_type));
    if (!is_onnx_domain(node->domain))
      FAIL(LIP_EINPUT,
           "its operator is of the domain '%s'; only those of ONNX itself are supported",
           lip_onnx_printable(node->domain, name));
    if (!found && !lip_onnx_is_constant(node))
      FAIL(LIP_EINPUT, "%s", why_unknown(lip_onnx_text(node->op_type)));
    if (found && (node->n_input < found->fewest || node->n_input > found->most))
      FAIL(LIP_EINPUT, "it has %zu inputs, not %zu to %zu", node->n_input, found->fewest,
           found->most);
  }
done:
  if (st != LIP_OK) lip_onnx_prefix_node(node, err);
  return st;
}

/* ---- the model ---- */

static lip_status add_input(lip_onnx_import *import, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = import->names.proto;
  const Onnx__ValueInfoProto *input = proto->input[import->names.name[import->names.input].at];
  lip_node node = {.kind = LIP_NODE_INPUT};
  lip_onnx_array shape = {0};
  bool batched, image;
  char name[LIP_ONNX_TEXT];

  TRY(lip_onnx_shape_declared(input, &shape, &batched, err));
  import->doubles = input->type->tensor_type->elem_type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;
  image = shape.rank == 4 && shape.dims[0] == 1;
  node.channels = image ? shape.dims[1] : shape.count;
  node.height = image ? shape.dims[2] : 1;
  node.width = image ? shape.dims[3] : 1;
  (void)snprintf(node.name, sizeof node.name, "%s", lip_onnx_printable(input->name, name));
  TRY(lip_graph_add(&import->graph, &node, NULL, err));
  lip_onnx_of_node(&shape, batched, 0, &import->value[import->names.input]);
done:
  if (st != LIP_OK) lip_error_prefix(err, "input '%s'", lip_onnx_printable(input->name, name));
  return st;
}

/* The node of our graph whose numbers are the output in row-major order. */
static lip_status find_output(lip_onnx_import *import, size_t *at, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = import->names.name[import->names.output].name;
  Onnx__NodeProto node = ONNX__NODE_PROTO__INIT;
  lip_onnx_call call = {.import = import, .node = &node};
  lip_onnx_value *found, value;

  node.name = (char *)(uintptr_t)name;
  TRY(lip_onnx_find_value(import, name, &found, err));
  value = *found;
  if (value.centers)
    FAIL(LIP_EINPUT, "its output is the differences from several centers, of which only the "
                     "lengths (ReduceL2) are supported");
  if (value.array.count == 0)
    FAIL(LIP_EINPUT, "its output is a second output of a node, as a mask, which is not computed");
  if (value.constant) TRY(lip_onnx_as_node(&call, found, &value, err));
  TRY(lip_onnx_order(&call, &value, &value, err));
  *at = value.node;
done:
  return st;
}

static bool is_bent(const lip_node *node)
{
  return node->kind == LIP_NODE_ACTIVATION && node->activation.kind != LIP_IDENTITY;
}

/* The activations of a graph up to its output; nothing of theirs is owned. */
static lip_status list_activations(const lip_graph *graph, size_t output, lip_node **list,
                                   size_t *count, lip_error *err)
{
  *count = 0;
  *list = lip_alloc(output + 1, sizeof **list);
  if (!*list) return lip_fail(err, LIP_ENOMEM, "%zu nodes", output + 1);
  for (size_t i = 0; i <= output; i++)
    if (is_bent(&graph->node[i])) (*list)[(*count)++] = graph->node[i];
  return LIP_OK;
}

/* Layers have no names; their activations keep those of the graph, where they are the same ones. */
static void name_activations(size_t count, const lip_node *list, lip_net *net)
{
  for (int turn = 0; turn < 2; turn++) {
    size_t at = 0;

    for (size_t i = 0; i < count; i++, at++) {
      while (at < net->nodes && !is_bent(&net->node[at])) at++;
      if (at == net->nodes || net->node[at].activation.kind != list[i].activation.kind) return;
      if (turn == 1) memcpy(net->node[at].name, list[i].name, sizeof list[i].name);
    }
  }
}

static lip_status finish(lip_onnx_import *import, Onnx__ModelProto **model, lip_net **net,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_graph graph;
  size_t output = 0;
  lip_precision precision = import->doubles ? LIP_F64 : LIP_F32;
  bool chain;
  lip_node *bent = NULL;
  size_t count = 0;

  TRY(find_output(import, &output, err));
  TRY(list_activations(&import->graph, output, &bent, &count, err));
  graph = import->graph;
  memset(&import->graph, 0, sizeof import->graph);
  lip_onnx_import_clear(import); /* before the weights are there twice */
  lip_onnx_close(*model);
  *model = NULL;
  st = lip_onnx_layers(&graph, output, precision, &chain, net, err);
  if (st == LIP_OK && chain) name_activations(count, bent, *net);
  if (st == LIP_OK && !chain) st = lip_graph_finish(&graph, output, precision, net, err);
  lip_graph_clear(&graph);
done:
  lip_free(bent);
  return st;
}

static lip_status import_model(Onnx__ModelProto **model, const char *folder, size_t size,
                               lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_import import = {.folder = folder, .most = MOST_MADE + size};
  const Onnx__GraphProto *proto = (*model)->graph;

  if (!proto) FAIL(LIP_EINPUT, "it holds no graph");
  TRY(read_opset(*model, &import.opset, err));
  TRY(lip_onnx_graph_index(proto, &import.names, err));
  TRY(check_operators(&import.names, err));
  import.value = lip_alloc_zero(import.names.names, sizeof *import.value);
  if (!import.value) FAIL(LIP_ENOMEM, "no memory for %zu values", import.names.names);
  TRY(add_input(&import, err));
  for (size_t i = 0; i < import.names.steps; i++)
    TRY(lip_onnx_read_node(&import, proto->node[import.names.order[i]], err));
  TRY(lip_onnx_check_declared(&import, err));
  TRY(finish(&import, model, net, err));
done:
  lip_onnx_import_clear(&import);
  return st;
}

lip_status lip_onnx_read_bytes(const char *folder, void **bytes, size_t size, lip_net **net,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  Onnx__ModelProto *model = NULL;

  TRY(lip_onnx_unpack(*bytes, size, &model, err));
  lip_free(*bytes);
  *bytes = NULL;
  TRY(import_model(&model, folder, size, net, err));
done:
  lip_onnx_close(model);
  return st;
}

lip_status lip_onnx_read(const char *path, lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *slash = strrchr(path, '/');
  size_t size = 0, length = slash ? (size_t)(slash - path) + 1 : 1; /* with the slash */
  char *folder = lip_alloc(length + 1, 1);
  void *bytes = NULL;

  if (!folder) FAIL(LIP_ENOMEM, "%s: no memory for its folder", path);
  memcpy(folder, slash ? path : ".", length);
  folder[length] = 0;
  TRY(lip_read_file(path, INT32_MAX, &bytes, &size, err)); /* protobuf's 2 GB */
  st = lip_onnx_read_bytes(folder, &bytes, size, net, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", path);
done:
  lip_free(bytes);
  lip_free(folder);
  return st;
}
