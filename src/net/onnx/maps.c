/* maps.c - the ONNX operators of the maps that are not affine, as the specification defines
   them for operator sets 7 to 20: Unsqueeze and Sub put all centers beside the value, ReduceL2
   takes the lengths of the differences, or of groups; ReduceMin the least entry. */
#include "net/onnx/maps.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

/* Do only ReduceL2 take the node's output? */
static bool lengths_follow(const lip_onnx_call *call)
{
  const Onnx__GraphProto *proto = call->import->names.proto;
  const char *name = call->node->output[0];
  bool some = false;

  for (size_t i = 0; i < proto->n_node; i++)
    for (size_t j = 0; j < proto->node[i]->n_input; j++) {
      if (strcmp(lip_onnx_text(proto->node[i]->input[j]), name) != 0) continue;
      if (strcmp(lip_onnx_text(proto->node[i]->op_type), "ReduceL2") != 0) return false;
      some = true;
    }
  return some;
}

lip_status lip_onnx_take_centers(lip_onnx_call *call, bool *taken, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t at = call->in[0]->constant ? 1 : 0, in, out, rank;
  const lip_onnx_value *from = call->in[at];
  const lip_onnx_array *array = &call->in[1 - at]->array;
  lip_onnx_value *result = call->out[0], value;
  void *W = NULL;

  *taken = false;
  rank = from->array.rank;
  if (!call->in[1 - at]->constant || rank < from->batched + 2U || array->rank < 2 ||
      array->rank > rank)
    goto done;
  in = from->array.dims[rank - 1];
  out = array->dims[array->rank - 2];
  if (from->array.count != in || array->dims[array->rank - 1] != in || array->count != in * out ||
      (out == 1 && !from->apart) || !lengths_follow(call))
    goto done;
  TRY(lip_onnx_hold(call->import, array->count, &W, err));
  TRY(lip_onnx_array_values(array, W, err));
  TRY(lip_onnx_order(call, from, &value, err));
  *result = value;
  result->array.dims[rank - 2] = out;
  result->array.count = in * out;
  result->centers = W;
  *taken = true;
done:
  return st;
}

/* The value without its last dimension, or with 1 in its place. */
static lip_status reduce_last(lip_onnx_call *call, lip_onnx_array *shape, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t rank = from->array.rank, axis, dims[LIP_ONNX_RANK];
  lip_onnx_list axes;
  int64_t keep;

  TRY(lip_onnx_read_list(call, "axes", 1, &axes, err));
  if (!axes.given) FAIL(LIP_EINPUT, "it has no axes");
  if (axes.count != 1) FAIL(LIP_EINPUT, "it runs over several axes; one is supported");
  TRY(lip_onnx_axis(axes.entry[0], rank, from->batched, &axis, err));
  TRY(lip_onnx_int_attribute(call->node, "keepdims", 1, &keep, err));
  if (axis != rank - 1)
    FAIL(LIP_EINPUT, "it runs over axis %zu; only the last one is supported", axis);
  memcpy(dims, from->array.dims, sizeof dims);
  dims[rank - 1] = 1;
  TRY(lip_onnx_set_shape(shape, keep != 0 ? rank : rank - 1, dims, err));
done:
  return st;
}

static lip_status emit_map(lip_onnx_call *call, lip_map map, const lip_onnx_array *shape,
                           const double *centers, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  lip_onnx_value value = *from;
  size_t in = call->import->graph.node[from->node].size, at;
  lip_node node = {.kind = LIP_NODE_MAP, .channels = shape->count, .layer = (size_t)map};

  if (!centers) TRY(lip_onnx_order(call, from, &value, err));
  if (centers) {
    node.weights = shape->count * in;
    node.W = lip_alloc(node.weights, sizeof *node.W);
    if (!node.W) FAIL(LIP_ENOMEM, "no memory for %zu centers", shape->count);
    memcpy(node.W, centers, node.weights * sizeof *node.W);
  }
  TRY(lip_onnx_emit(call, value.node, &node, &at, err));
  lip_onnx_of_node(shape, from->batched, at, call->out[0]);
done:
  return st;
}

lip_status lip_onnx_reduce_l2(lip_onnx_call *call, lip_error *err)
{
  lip_onnx_array shape = {0};
  const double *centers = call->in[0]->centers;
  lip_status st = reduce_last(call, &shape, err);

  if (st != LIP_OK) return st;
  return emit_map(call, centers ? LIP_DISTANCE : LIP_GROUPS, &shape, centers, err);
}

lip_status lip_onnx_reduce_min(lip_onnx_call *call, lip_error *err)
{
  lip_onnx_array shape = {0};
  lip_status st = reduce_last(call, &shape, err);

  if (st != LIP_OK) return st;
  if (shape.count != 1)
    return lip_fail(
        err, LIP_EINPUT,
        "it takes %zu least entries; only the one of all numbers of a point is supported",
        shape.count);
  return emit_map(call, LIP_SMALLEST, &shape, NULL, err);
}
