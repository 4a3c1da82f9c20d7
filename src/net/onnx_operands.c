/* onnx_operands.c - attributes and constant inputs of an ONNX node. */
#include "net/onnx_operands.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

static const Onnx__AttributeProto *attribute(const Onnx__NodeProto *node, const char *name)
{
  for (size_t i = 0; i < node->n_attribute; i++)
    if (strcmp(lip_onnx_text(node->attribute[i]->name), name) == 0) return node->attribute[i];
  return NULL;
}

lip_status lip_onnx_float_attribute(const Onnx__NodeProto *node, const char *name, float otherwise,
                                    double *value, lip_error *err)
{
  const Onnx__AttributeProto *found = attribute(node, name);

  *value = otherwise;
  if (found && !(found->has_f && isfinite(found->f)))
    return lip_fail(err, LIP_EINPUT, "its attribute '%s' is no finite number", name);
  if (found) *value = found->f;
  return LIP_OK;
}

lip_status lip_onnx_int_attribute(const Onnx__NodeProto *node, const char *name, int64_t otherwise,
                                  int64_t *value, lip_error *err)
{
  const Onnx__AttributeProto *found = attribute(node, name);

  *value = otherwise;
  if (found && !found->has_i)
    return lip_fail(err, LIP_EINPUT, "its attribute '%s' is no whole number", name);
  if (found) *value = found->i;
  return LIP_OK;
}

lip_status lip_onnx_axis_attribute(const Onnx__NodeProto *node, const char *name, bool *given,
                                   int64_t *value, lip_error *err)
{
  const Onnx__AttributeProto *found = attribute(node, name);

  *given = found != NULL;
  if (found && found->n_ints != 1)
    return lip_fail(err, LIP_EINPUT, "its attribute '%s' is no list of one whole number", name);
  if (found) *value = found->ints[0];
  return LIP_OK;
}

lip_status lip_onnx_constant_input(lip_onnx_import *import, const Onnx__NodeProto *node, size_t i,
                                   lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__TensorProto *tensor = lip_onnx_graph_constant(import->graph, node->input[i]);
  char name[LIP_ONNX_TEXT];

  if (!tensor)
    FAIL(LIP_EINPUT, "its input '%s' is neither a constant nor the value before it",
         lip_onnx_printable(node->input[i], name));
  TRY(lip_onnx_array_view(tensor, array, err));
  if (array->type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE) import->doubles = true;
done:
  return st;
}

/* Input i of the node as one number for each of the value's; released with lip_free. */
lip_status lip_onnx_vector_input(lip_onnx_import *import, const Onnx__NodeProto *node, size_t i,
                                 double **values, lip_error *err)
{
  lip_onnx_array array;
  lip_status st = lip_onnx_constant_input(import, node, i, &array, err);

  return st == LIP_OK ? lip_onnx_shape_broadcast(&import->shape, &array, values, err) : st;
}

lip_status lip_onnx_value_first(size_t at, lip_error *err)
{
  return at == 0 ? LIP_OK
                 : lip_fail(err, LIP_EINPUT, "the value before it must be its first input");
}
