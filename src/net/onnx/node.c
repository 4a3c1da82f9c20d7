/* node.c - one node of an ONNX graph: its constants, what kind of values it takes, and which
   function reads it. */
#include "net/onnx/node.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/operators.h"

#include <string.h>

bool lip_onnx_is_constant(const Onnx__NodeProto *node)
{
  return strcmp(lip_onnx_text(node->op_type), "Constant") == 0;
}

/* ---- values ---- */

/* value <- the tensor; of an empty list the count is 0. */
static lip_status view_constant(lip_onnx_import *import, const Onnx__TensorProto *tensor,
                                const char *name, lip_onnx_value *value, lip_error *err)
{
  lip_status st = LIP_OK;
  static const uint8_t nothing[1];
  lip_onnx_array array;
  size_t step = 1;
  void *owned;

  if (tensor->n_dims == 1 && tensor->dims[0] == 0) { /* as exporters leave inputs out */
    *value = (lip_onnx_value){.array = {.name = name, .data = nothing}, .constant = true};
    goto done;
  }
  TRY(lip_onnx_array_view(tensor, import->folder, &array, err));
  owned = array.owned;
  array.owned = NULL;
  TRY(lip_onnx_keep(import, owned, err));
  if (owned) import->most += array.count; /* bytes of another file count as the model's do */
  if (array.type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE) import->doubles = true;
  if (name) array.name = name;
  *value = (lip_onnx_value){.array = array, .constant = true};
  for (size_t k = array.rank; k-- > 0; step *= array.dims[k]) value->strides[k] = step;
done:
  return st;
}

/* Numbers of a Constant that is no tensor: value_float, value_ints, ... */
static lip_status short_constant(lip_onnx_call *call, const Onnx__AttributeProto *given,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = lip_onnx_text(given->name);
  bool list = strcmp(name, "value_floats") == 0 || strcmp(name, "value_ints") == 0;
  bool whole = strcmp(name, "value_int") == 0 || strcmp(name, "value_ints") == 0;
  size_t count = !list ? 1 : whole ? given->n_ints : given->n_floats;
  lip_onnx_array shape = {0};
  void *memory;

  if (!list && !whole && strcmp(name, "value_float") != 0)
    FAIL(LIP_EINPUT, "its value is neither a tensor nor numbers");
  if (count < 1) FAIL(LIP_EINPUT, "its value has no number");
  TRY(lip_onnx_set_shape(&shape, list ? 1 : 0, &count, err));
  TRY(lip_onnx_new_constant(call, &shape, whole, &memory, call->out[0], err));
  for (size_t i = 0; i < count; i++) {
    if (whole)
      ((int64_t *)memory)[i] = list ? given->ints[i] : given->i;
    else
      ((double *)memory)[i] = list ? given->floats[i] : given->f;
  }
done:
  return st;
}

static lip_status read_constant(lip_onnx_call *call, lip_error *err)
{
  const Onnx__NodeProto *node = call->node;
  const Onnx__AttributeProto *given = lip_onnx_attribute(node, "value");

  if (given && given->t)
    return view_constant(call->import, given->t, lip_onnx_node_name(node), call->out[0], err);
  if (node->n_attribute != 1)
    return lip_fail(err, LIP_EINPUT, "it has %zu attributes, not the one that is its value",
                    node->n_attribute);
  return short_constant(call, node->attribute[0], err);
}

lip_status lip_onnx_find_value(lip_onnx_import *import, const char *name, lip_onnx_value **value,
                               lip_error *err)
{
  size_t at = lip_onnx_graph_find(&import->names, name);
  const lip_onnx_name *source = &import->names.name[at];

  *value = &import->value[at];
  if (source->source != LIP_ONNX_INITIALISER || (*value)->array.data) return LIP_OK;
  return view_constant(import, import->names.proto->initializer[source->at], NULL, *value, err);
}

/* ---- nodes ---- */

static lip_status check_inputs(const lip_onnx_call *call, const lip_onnx_operator *found,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  bool lengths = strcmp(call->node->op_type, "ReduceL2") == 0;
  size_t needed = found->most == LIP_ONNX_MANY ? call->inputs : found->fewest;

  for (size_t i = 0; i < call->inputs; i++) {
    if (!call->in[i] && i < needed) FAIL(LIP_EINPUT, "its input %zu is missing", i);
    if (!call->in[i]) continue;
    if (!call->in[i]->constant && call->in[i]->array.count == 0)
      FAIL(LIP_EINPUT,
           "its input %zu is a second output of a node, as a mask, which is not computed", i);
    if (call->in[i]->centers && !lengths)
      FAIL(LIP_EINPUT, "it takes the differences from several centers, of which only the lengths "
                       "(ReduceL2) are supported");
  }
done:
  return st;
}

/* An operator that only constants may take. */
static lip_status refuse_values(const char *op, lip_error *err)
{
  const char *why = lip_onnx_why_refused(op);

  return lip_fail(err, LIP_EINPUT, "%s",
                  why ? why
                      : "it is supported of constants only, but an input of it depends on the "
                        "network's input");
}

static lip_status apply(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_operator *found = lip_onnx_operator_find(call->node->op_type);
  bool constant = true;
  lip_onnx_value first, *given;

  if (call->outputs < 1 || !call->out[0])
    FAIL(LIP_EINPUT, "its first output is not used, only others, which are not computed");
  if (lip_onnx_is_constant(call->node)) {
    TRY(read_constant(call, err));
    goto done;
  }
  TRY(check_inputs(call, found, err));
  for (size_t i = 0; i < call->inputs; i++)
    constant = constant && (!call->in[i] || call->in[i]->constant);
  if (constant && found->fold) {
    TRY(found->fold(call, err));
    goto done;
  }
  if (!found->apply) TRY(refuse_values(call->node->op_type, err));
  given = call->in[0];
  if (constant) {
    TRY(lip_onnx_as_node(call, given, &first, err));
    call->in[0] = &first;
  }
  st = found->apply(call, err);
  call->in[0] = given;
done:
  return st;
}

lip_status lip_onnx_read_node(lip_onnx_import *import, const Onnx__NodeProto *node, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_call call = {import, node, node->n_input, node->n_output, NULL, NULL};

  call.in = lip_alloc_zero(call.inputs, sizeof(void *));
  call.out = lip_alloc_zero(call.outputs, sizeof(void *));
  if (!call.in || !call.out) FAIL(LIP_ENOMEM, "no memory for %zu inputs", call.inputs);
  for (size_t i = 0; i < call.inputs; i++) {
    if (lip_onnx_text(node->input[i])[0])
      TRY(lip_onnx_find_value(import, node->input[i], &call.in[i], err));
    if (call.in[i] && call.in[i]->constant && call.in[i]->array.count == 0) call.in[i] = NULL;
  }
  for (size_t i = 0; i < call.outputs; i++)
    if (lip_onnx_text(node->output[i])[0])
      TRY(lip_onnx_find_value(import, node->output[i], &call.out[i], err));
  TRY(apply(&call, err));
done:
  if (st != LIP_OK) lip_onnx_prefix_node(node, err);
  lip_free(call.in);
  lip_free(call.out);
  return st;
}
