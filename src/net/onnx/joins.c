/* joins.c - the ONNX operators Concat and Expand, as the specification defines them for
   operator sets 7 to 20. */
#include "net/onnx/joins.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/shape.h"

#include <string.h>

/* Of constants: all of the other dimensions agree. */
static lip_status join_constants(lip_onnx_call *call, size_t k, const lip_onnx_array *shape,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  bool whole = !lip_onnx_array_is_real(&call->in[0]->array);
  size_t inner = 1, outer = 1, first = 0;
  lip_onnx_value made;
  void *memory;

  TRY(lip_onnx_new_constant(call, shape, whole, &memory, &made, err));
  for (size_t i = k + 1; i < shape->rank; i++) inner *= shape->dims[i];
  for (size_t i = 0; i < k; i++) outer *= shape->dims[i];
  for (size_t i = 0; i < call->inputs; i++) {
    const lip_onnx_array *part = &call->in[i]->array;
    size_t row = part->dims[k] * inner;

    if (whole == lip_onnx_array_is_real(part)) FAIL(LIP_EINPUT, "its inputs differ in type");
    for (size_t o = 0; o < outer; o++)
      for (size_t j = 0; j < row; j++) {
        size_t to = o * shape->dims[k] * inner + first + j;

        if (whole)
          ((int64_t *)memory)[to] = lip_onnx_array_integer(part, o * row + j);
        else
          ((double *)memory)[to] = lip_onnx_array_real(part, o * row + j);
      }
    first += row;
  }
  *call->out[0] = made;
done:
  return st;
}

/* One after the other with the axis in front; the result is turned back. */
static lip_status join_nodes(lip_onnx_call *call, size_t k, const lip_onnx_array *shape,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rank = shape->rank, turn[LIP_ONNX_RANK], back[LIP_ONNX_RANK], dims[LIP_ONNX_RANK], at;
  lip_node node = {.kind = LIP_NODE_CONCAT, .parents = call->inputs};
  lip_onnx_array turned = {0};
  lip_onnx_value part;
  bool batched = false;

  for (size_t i = 0; i < rank; i++) {
    turn[i] = i == 0 ? k : i <= k ? i - 1 : i;
    back[turn[i]] = i;
    dims[i] = shape->dims[turn[i]];
  }
  node.parent = lip_alloc(node.parents, sizeof *node.parent);
  if (!node.parent) FAIL(LIP_ENOMEM, "no memory for %zu parents", node.parents);
  for (size_t i = 0; i < call->inputs; i++) {
    part = *call->in[i];
    if (part.constant) TRY(lip_onnx_as_node(call, call->in[i], &part, err));
    batched = batched || call->in[i]->batched;
    TRY(lip_onnx_turn(call, &part, turn, &part, err));
    TRY(lip_onnx_order(call, &part, &part, err));
    node.parent[i] = part.node;
  }
  st = lip_onnx_emit_many(call, &node, &at, err);
  node.parent = NULL;
  if (st != LIP_OK) goto done;
  TRY(lip_onnx_set_shape(&turned, rank, dims, err));
  lip_onnx_of_node(&turned, batched, at, &part);
  TRY(lip_onnx_turn(call, &part, back, call->out[0], err));
done:
  lip_free(node.parent);
  return st;
}

lip_status lip_onnx_concat(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rank = call->in[0]->array.rank, k, dims[LIP_ONNX_RANK];
  bool batched = false, constant = true;
  lip_onnx_array shape = {0};
  int64_t axis;

  for (size_t i = 0; i < call->inputs; i++) {
    batched = batched || call->in[i]->batched;
    constant = constant && call->in[i]->constant;
  }
  TRY(lip_onnx_int_attribute(call->node, "axis", 1, &axis, err));
  TRY(lip_onnx_axis(axis, rank, batched, &k, err));
  memcpy(dims, call->in[0]->array.dims, sizeof dims);
  dims[k] = 0;
  for (size_t i = 0; i < call->inputs; i++) {
    const lip_onnx_array *part = &call->in[i]->array;

    if (part->rank != rank)
      FAIL(LIP_EINPUT, "its inputs have %zu and %zu dimensions", rank, part->rank);
    for (size_t j = 0; j < rank; j++)
      if (j != k && part->dims[j] != dims[j])
        FAIL(LIP_EINPUT, "its inputs have %zu and %zu numbers along dimension %zu", dims[j],
             part->dims[j], j);
    dims[k] += part->dims[k];
  }
  TRY(lip_onnx_set_shape(&shape, rank, dims, err));
  if (constant)
    TRY(join_constants(call, k, &shape, err));
  else
    TRY(join_nodes(call, k, &shape, err));
done:
  return st;
}

lip_status lip_onnx_expand(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_list list;
  lip_onnx_value target = {.constant = true};
  lip_onnx_array shape = {0};
  size_t dims[LIP_ONNX_RANK];
  bool batched;

  TRY(lip_onnx_read_sizes(call, 1, &list, err));
  if (!list.given || list.count > LIP_ONNX_RANK) FAIL(LIP_EINPUT, "it has no shape to expand to");
  for (size_t k = 0; k < list.count; k++) {
    int64_t size = list.entry[k];

    if (size == LIP_ONNX_POINTS && call->in[0]->batched && k == 0) size = 1;
    if (size < 1 || size > INT32_MAX)
      FAIL(LIP_EINPUT, "it expands dimension %zu to %lld", k, (long long)size);
    dims[k] = (size_t)size;
  }
  TRY(lip_onnx_set_shape(&target.array, list.count, dims, err));
  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){call->in[0], &target}, &shape,
                            &batched, err));
  TRY(lip_onnx_shape_spread(call, call->in[0], &shape, batched, call->out[0], err));
done:
  return st;
}
