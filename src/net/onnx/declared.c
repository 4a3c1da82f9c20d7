/* declared.c - compares the shapes that an ONNX graph declares with those that its nodes make: a
   file that contradicts itself may have lost or gained a node. */
#include "net/onnx/declared.h"

#include "base/error.h"

#include <stdio.h>

typedef Onnx__TensorShapeProto declaration;

enum { SHAPE_TEXT = LIP_ONNX_RANK * 22 + 8 }; /* 19 digits and a cross for each size */

/* NULL where none is declared; exporters write an empty one where they do not know it. */
static const declaration *declared_shape(const Onnx__ValueInfoProto *value)
{
  const Onnx__TypeProto *type = value->type;

  if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->tensor_type)
    return NULL;
  return type->tensor_type->shape && type->tensor_type->shape->n_dim ? type->tensor_type->shape
                                                                     : NULL;
}

/* 0 where it is free. */
static int64_t declared_size(const declaration *shape, size_t k)
{
  const Onnx__TensorShapeProto__Dimension *dim = shape->dim[k];
  bool fixed = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;

  return fixed && dim->dim_value > 0 ? dim->dim_value : 0;
}

/* The next size from dimension *k on that is not 1; 1 where there is none. */
static uint64_t next_size(const declaration *shape, const lip_onnx_value *value, size_t *k)
{
  uint64_t size = 1;

  while (size == 1 && *k < value->array.rank) {
    size = shape ? (uint64_t)declared_size(shape, *k) : value->array.dims[*k];
    ++*k;
  }
  return size;
}

/* In each place; or, where all are fixed, but for the places of the ones, which move no number. */
static bool agree(const declaration *shape, const lip_onnx_value *value)
{
  size_t k = value->batched, rank = value->array.rank, i = k, j = k;

  if (shape->n_dim != rank) return false;
  while (k < rank &&
         (!declared_size(shape, k) || (uint64_t)declared_size(shape, k) == value->array.dims[k]))
    k++;
  if (k == rank) return true;
  while (i < rank || j < rank)
    if (next_size(shape, value, &i) != next_size(NULL, value, &j)) return false;
  return true;
}

/* "N x 3 x 4": N counts points. */
static const char *write_shape(const lip_onnx_value *value, char text[SHAPE_TEXT])
{
  size_t used = 0;

  (void)snprintf(text, SHAPE_TEXT, "of one number");
  for (size_t k = 0; k < value->array.rank; k++) {
    const char *times = k ? " x " : "";

    if (value->batched && k == 0)
      used += (size_t)snprintf(text, SHAPE_TEXT, "N");
    else
      used += (size_t)snprintf(text + used, SHAPE_TEXT - used, "%s%zu", times,
                               value->array.dims[k]);
  }
  return text;
}

/* The same of a declaration: its sizes' names, ? where they have none; the first ones of many. */
static const char *write_declaration(const declaration *shape, char text[SHAPE_TEXT])
{
  size_t used = 0;
  char name[LIP_ONNX_TEXT];

  for (size_t k = 0; k < shape->n_dim; k++) {
    const Onnx__TensorShapeProto__Dimension *dim = shape->dim[k];
    const char *times = k ? " x " : "", *given = "?";
    size_t room = SHAPE_TEXT - used;

    if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM)
      given = lip_onnx_printable(dim->dim_param, name);
    if (k == LIP_ONNX_RANK) {
      (void)snprintf(text + used, room, " x ...");
      break;
    }
    if (declared_size(shape, k))
      used += (size_t)snprintf(text + used, room, "%s%lld", times, (long long)dim->dim_value);
    else
      used += (size_t)snprintf(text + used, room, "%s%.16s", times, given);
  }
  return text;
}

static lip_status contradiction(const lip_onnx_import *import, const lip_onnx_name *name,
                                const declaration *shape, const lip_onnx_value *value,
                                lip_error *err)
{
  const Onnx__GraphProto *proto = import->names.proto;
  char printed[LIP_ONNX_TEXT], made[SHAPE_TEXT], told[SHAPE_TEXT];
  lip_status st;

  st = lip_fail(err, LIP_EINPUT, "its value '%s' has the shape %s, but the file declares %s",
                lip_onnx_printable(name->name, printed), write_shape(value, made),
                write_declaration(shape, told));
  if (name->source == LIP_ONNX_NODE) lip_onnx_prefix_node(proto->node[name->at], err);
  return st;
}

static lip_status check_values(const lip_onnx_import *import, size_t count,
                               Onnx__ValueInfoProto *const *value, lip_error *err)
{
  for (size_t i = 0; i < count; i++) {
    const declaration *shape = declared_shape(value[i]);
    size_t at = lip_onnx_graph_find(&import->names, lip_onnx_text(value[i]->name));
    const lip_onnx_value *made;

    if (!shape || at == SIZE_MAX) continue;
    made = &import->value[at];
    if (made->array.count == 0 || made->centers || agree(shape, made)) continue;
    return contradiction(import, &import->names.name[at], shape, made, err);
  }
  return LIP_OK;
}

lip_status lip_onnx_check_declared(const lip_onnx_import *import, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__GraphProto *proto = import->names.proto;

  TRY(check_values(import, proto->n_input, proto->input, err));
  TRY(check_values(import, proto->n_value_info, proto->value_info, err));
  TRY(check_values(import, proto->n_output, proto->output, err));
done:
  return st;
}
