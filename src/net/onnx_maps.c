/* onnx_maps.c - the ONNX operators of the maps that are not affine, as the specification defines
   them for operator sets 7 to 20: Unsqueeze and Sub put all centers beside the value, ReduceL2
   takes the lengths of the differences, or of groups; ReduceMin the least entry. */
#include "net/onnx_maps.h"

#include "base/error.h"
#include "base/memory.h"

/* The node's one axis, from its attribute (older operator sets) or its second input, counted from
   the first dimension of a value with `rank` of them. */
static lip_status read_axis(lip_onnx_import *import, const Onnx__NodeProto *node, size_t rank,
                            size_t *axis, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array list;
  bool given;
  int64_t value = 0;

  TRY(lip_onnx_axis_attribute(node, "axes", &given, &value, err));
  if (!given) {
    if (node->n_input < 2 || !node->input[1][0]) FAIL(LIP_EINPUT, "it has no axes");
    TRY(lip_onnx_constant_input(import, node, 1, &list, err));
    if (list.type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64 || list.count != 1)
      FAIL(LIP_EINPUT, "its axes are no list of one whole number");
    value = lip_onnx_array_integer(&list, 0);
  }
  if (value < -(int64_t)rank || value >= (int64_t)rank)
    FAIL(LIP_EINPUT, "axis %lld is none of %zu dimensions", (long long)value, rank);
  *axis = (size_t)(value < 0 ? value + (int64_t)rank : value);
done:
  return st;
}

lip_status lip_onnx_unsqueeze(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_shape *shape = &import->shape;
  size_t axis, place;

  TRY(lip_onnx_value_first(at, err));
  TRY(read_axis(import, node, shape->rank + shape->batched + 1, &axis, err));
  if (axis < shape->batched) FAIL(LIP_EINPUT, "axis %zu would mix points", axis);
  if (shape->rank == LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "the value would have more than %d dimensions", LIP_ONNX_RANK);
  place = axis - shape->batched;
  for (size_t k = shape->rank; k > place; k--) shape->dims[k] = shape->dims[k - 1];
  shape->dims[place] = 1;
  shape->rank++;
  import->apart = true;
done:
  return st;
}

lip_status lip_onnx_take_centers(lip_onnx_import *import, const Onnx__NodeProto *node, size_t i,
                                 bool *taken, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_shape *shape = &import->shape;
  size_t in, out, rank = shape->rank;
  lip_onnx_array array;
  double *W = NULL;

  *taken = false;
  TRY(lip_onnx_constant_input(import, node, i, &array, err));
  if (rank < 2 || array.rank < 2 || array.rank > rank + shape->batched) goto done;
  in = shape->dims[rank - 1];
  out = array.dims[array.rank - 2];
  if (lip_onnx_shape_width(shape) != in || array.dims[array.rank - 1] != in ||
      array.count != in * out || (out == 1 && !import->apart))
    goto done;
  W = lip_alloc(array.count, sizeof *W);
  if (!W) FAIL(LIP_ENOMEM, "no memory for %zu centers", out);
  TRY(lip_onnx_array_values(&array, W, err));
  shape->dims[rank - 2] = out;
  import->centers = W;
  W = NULL;
  *taken = true;
done:
  lip_free(W);
  return st;
}

/* The value without its last dimension, or with 1 in its place. */
static lip_status reduce_last(lip_onnx_import *import, const Onnx__NodeProto *node, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_shape *shape = &import->shape;
  size_t axis;
  int64_t keep, empty;

  TRY(read_axis(import, node, shape->rank + shape->batched, &axis, err));
  TRY(lip_onnx_int_attribute(node, "keepdims", 1, &keep, err));
  TRY(lip_onnx_int_attribute(node, "noop_with_empty_axes", 0, &empty, err));
  if (axis != shape->rank + shape->batched - 1)
    FAIL(LIP_EINPUT, "axis %zu is not the last one: only that is read", axis);
  if (keep == 0 && shape->rank == 1)
    FAIL(LIP_EINPUT, "keepdims = 0 would leave the value of a point without a dimension");
  shape->dims[shape->rank - 1] = 1;
  if (keep == 0) shape->rank--;
done:
  return st;
}

lip_status lip_onnx_reduce_l2(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  double *W = import->centers;

  TRY(lip_onnx_value_first(at, err));
  TRY(reduce_last(import, node, err));
  import->centers = NULL;
  import->apart = false;
  st = lip_chain_map(&import->chain, W ? LIP_DISTANCE : LIP_GROUPS,
                     lip_onnx_shape_width(&import->shape), W, err);
done:
  return st;
}

lip_status lip_onnx_reduce_min(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                               lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_onnx_value_first(at, err));
  TRY(reduce_last(import, node, err));
  if (lip_onnx_shape_width(&import->shape) != 1)
    FAIL(LIP_EINPUT, "it takes %zu least entries; only one of all numbers of a point is read",
         lip_onnx_shape_width(&import->shape));
  TRY(lip_chain_map(&import->chain, LIP_SMALLEST, 1, NULL, err));
done:
  return st;
}
