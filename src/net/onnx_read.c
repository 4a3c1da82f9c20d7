/* onnx_read.c - reads a network from an ONNX file that is a chain of affine maps and activations.

   From the graph's only input, follow the one node that takes the current value; what it does to
   the value goes into the chain (onnx_operators.c, affine_chain.c); stop at the graph's only
   output. Every node must lie on that way, or be a constant.

   cost  a sort of the names, then one pass over the weights */
#include "net/onnx_read.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx_file.h"
#include "net/onnx_operators.h"

#include <string.h>

enum { OLDEST_OPSET = 7, NEWEST_OPSET = 20 };

static bool is_onnx_domain(const char *domain)
{
  domain = lip_onnx_text(domain);
  return domain[0] == 0 || strcmp(domain, "ai.onnx") == 0;
}

static lip_status check_opset(const Onnx__ModelProto *model, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t version = 0;

  for (size_t i = 0; i < model->n_opset_import; i++)
    if (is_onnx_domain(model->opset_import[i]->domain)) version = model->opset_import[i]->version;
  if (version < OLDEST_OPSET || version > NEWEST_OPSET)
    FAIL(LIP_EINPUT, "its operator set is %lld; %d to %d are read", (long long)version,
         OLDEST_OPSET, NEWEST_OPSET);
done:
  return st;
}

static bool is_constant(const Onnx__NodeProto *node)
{
  return strcmp(lip_onnx_text(node->op_type), "Constant") == 0;
}

/* Every operator of the graph, before anything is followed. */
static lip_status check_operators(const Onnx__GraphProto *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__NodeProto *node = NULL;

  for (size_t i = 0; i < graph->n_node; i++) {
    const lip_onnx_operator *found;

    node = graph->node[i];
    found = lip_onnx_operator_find(lip_onnx_text(node->op_type));
    if (!is_onnx_domain(node->domain) || (!found && !is_constant(node)))
      FAIL(LIP_EINPUT, "this operator is not read");
    if (found && (node->n_input < found->fewest || node->n_input > found->most))
      FAIL(LIP_EINPUT, "it has %zu inputs", node->n_input);
    if (node->n_output != 1) FAIL(LIP_EINPUT, "it has %zu outputs", node->n_output);
  }
done:
  if (st != LIP_OK) lip_onnx_prefix_node(node, err);
  return st;
}

/* The only input that is no constant, and the only output. */
static lip_status find_ends(const lip_onnx_graph *graph, const Onnx__ValueInfoProto **input,
                            const char **output, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = graph->proto;
  char one[LIP_ONNX_TEXT], two[LIP_ONNX_TEXT];

  for (size_t i = 0; i < proto->n_input; i++) {
    const char *name = lip_onnx_text(proto->input[i]->name);

    if (lip_onnx_graph_constant(graph, name)) continue;
    if (*input)
      FAIL(LIP_EINPUT, "it has two inputs, '%s' and '%s'", lip_onnx_printable((*input)->name, one),
           lip_onnx_printable(name, two));
    *input = proto->input[i];
  }
  if (!*input) FAIL(LIP_EINPUT, "it has no input");
  if (proto->n_output != 1) FAIL(LIP_EINPUT, "it has %zu outputs instead of 1", proto->n_output);
  *output = lip_onnx_text(proto->output[0]->name);
done:
  return st;
}

/* The one node that takes the value; at: as which of its inputs. */
static lip_status next_node(const lip_onnx_graph *graph, const char *value, size_t *node,
                            size_t *at, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count;
  const lip_onnx_use *use = lip_onnx_graph_uses(graph, value, &count);
  char name[LIP_ONNX_TEXT];

  if (count == 0)
    FAIL(LIP_EINPUT, "the value '%s' goes nowhere: the output does not depend on it",
         lip_onnx_printable(value, name));
  for (size_t i = 1; i < count; i++)
    if (use[i].node != use[0].node) {
      st = lip_fail(err, LIP_EINPUT,
                    "it takes '%s', and so does another node: only a chain is read",
                    lip_onnx_printable(value, name));
      lip_onnx_prefix_node(graph->proto->node[use[i].node], err);
      goto done;
    }
  *node = use[0].node;
  *at = use[0].input;
done:
  return st;
}

static lip_status follow(lip_onnx_import *import, const char *value, const char *output,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = import->graph->proto;
  bool *seen = lip_alloc_zero(proto->n_node, sizeof *seen);
  const Onnx__NodeProto *node = NULL;

  if (!seen) FAIL(LIP_ENOMEM, "no memory for %zu nodes", proto->n_node);
  while (strcmp(value, output) != 0) {
    size_t i = 0, at = 0;

    TRY(next_node(import->graph, value, &i, &at, err));
    node = proto->node[i];
    if (seen[i]) FAIL(LIP_EINPUT, "it depends on itself");
    seen[i] = true;
    if (import->centers && strcmp(node->op_type, "ReduceL2") != 0)
      FAIL(LIP_EINPUT, "it takes the differences from all centers: only ReduceL2 of them is read");
    TRY(lip_onnx_operator_find(node->op_type)->apply(import, node, at, err));
    value = node->output[0];
    node = NULL;
  }
  if (import->centers)
    FAIL(LIP_EINPUT, "its output is the differences from all centers, without their lengths");
  for (size_t i = 0; i < proto->n_node; i++) {
    if (seen[i] || is_constant(proto->node[i])) continue;
    node = proto->node[i];
    FAIL(LIP_EINPUT, "it is not on the way from the input to the output");
  }
done:
  if (st != LIP_OK && node) lip_onnx_prefix_node(node, err);
  lip_free(seen);
  return st;
}

static lip_status import_model(Onnx__ModelProto **model, lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_graph graph = {0};
  lip_onnx_import import = {.graph = &graph};
  const Onnx__ValueInfoProto *input = NULL;
  const char *output = NULL;
  char name[LIP_ONNX_TEXT];

  if (!(*model)->graph) FAIL(LIP_EINPUT, "it holds no graph");
  TRY(check_opset(*model, err));
  TRY(check_operators((*model)->graph, err));
  TRY(lip_onnx_graph_index((*model)->graph, &graph, err));
  TRY(find_ends(&graph, &input, &output, err));
  st = lip_onnx_shape_declared(input, &import.shape, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "input '%s'", lip_onnx_printable(input->name, name));
    goto done;
  }
  import.doubles = input->type->tensor_type->elem_type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;
  import.chain.width = lip_onnx_shape_width(&import.shape);
  TRY(follow(&import, lip_onnx_text(input->name), output, err));
  lip_onnx_graph_clear(&graph);
  lip_onnx_close(*model); /* before the weights are there twice */
  *model = NULL;
  TRY(lip_chain_finish(&import.chain, import.doubles ? LIP_F64 : LIP_F32, net, err));
done:
  lip_onnx_graph_clear(&graph);
  lip_chain_clear(&import.chain);
  lip_free(import.centers);
  return st;
}

lip_status lip_onnx_read(const char *path, lip_net **net, lip_error *err)
{
  Onnx__ModelProto *model = NULL;
  lip_status st = lip_onnx_open(path, &model, err);

  if (st != LIP_OK) return st;
  st = import_model(&model, net, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", path);
  lip_onnx_close(model);
  return st;
}
