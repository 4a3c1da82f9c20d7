/* entries.c - how entries of values move: of constants at once, of others as LIP_NODE_SELECT,
   where they do not stand as they should already. */
#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/value.h"

#include <string.h>

/* The shape that channels, height and width of a node get from its value's. */
static void show_shape(const lip_onnx_array *shape, lip_node *node)
{
  bool image = shape->rank >= 3 && shape->dims[0] == 1;

  node->channels = image ? shape->dims[1] : shape->count;
  node->height = image ? shape->dims[2] : 1;
  node->width = image ? shape->count / shape->dims[1] / shape->dims[2] : 1;
}

static lip_status take_constants(lip_onnx_call *call, lip_onnx_array from,
                                 const lip_onnx_array *shape, const size_t *index, double fill,
                                 lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  bool whole = !lip_onnx_array_is_real(&from);
  void *memory = NULL;

  TRY(lip_onnx_new_constant(call, shape, whole, &memory, out, err));
  for (size_t j = 0; j < shape->count; j++) {
    if (whole)
      ((int64_t *)memory)[j] = index[j] == LIP_NOWHERE ? (int64_t)fill
                                                       : lip_onnx_array_integer(&from, index[j]);
    else
      ((double *)memory)[j] = index[j] == LIP_NOWHERE ? fill : lip_onnx_array_real(&from, index[j]);
  }
done:
  return st;
}

/* Biases of a selection: `fill` where nothing is selected. */
static lip_status fill_biases(size_t count, const size_t *index, double fill, lip_node *node,
                              lip_error *err)
{
  bool some = false;

  for (size_t j = 0; j < count; j++) some = some || index[j] == LIP_NOWHERE;
  if (!some || fill == 0) return LIP_OK;
  node->b = lip_alloc(count, sizeof *node->b);
  if (!node->b) return lip_fail(err, LIP_ENOMEM, "no memory for %zu numbers", count);
  node->biases = count;
  for (size_t j = 0; j < count; j++) node->b[j] = index[j] == LIP_NOWHERE ? fill : 0;
  return LIP_OK;
}

static bool moves_nothing(size_t count, const size_t *index, size_t size)
{
  for (size_t j = 0; j < count; j++)
    if (index[j] != j) return false;
  return count == size;
}

lip_status lip_onnx_new_index(lip_onnx_call *call, const lip_onnx_value *from, size_t count,
                              size_t **index, lip_error *err)
{
  lip_status st = lip_onnx_reserve(call->import, count, err);

  if (st != LIP_OK) return st;
  if (!from->constant && count > LIP_ONNX_WIDEST)
    return lip_fail(err, LIP_EINPUT, "its value would have %zu numbers, more than %d", count,
                    LIP_ONNX_WIDEST);
  *index = lip_alloc(count, sizeof **index);
  return *index ? LIP_OK : lip_fail(err, LIP_ENOMEM, "no memory for %zu indices", count);
}

lip_status lip_onnx_take(lip_onnx_call *call, const lip_onnx_value *from,
                         const lip_onnx_array *shape, size_t *index, double fill,
                         lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node node = {.kind = LIP_NODE_SELECT};
  size_t at = from->node;
  bool batched = from->batched;
  lip_onnx_array made = *shape; /* `out` may hold it */

  if (from->constant) {
    TRY(take_constants(call, from->array, &made, index, fill, out, err));
    goto done;
  }
  for (size_t j = 0; j < made.count; j++)
    if (index[j] != LIP_NOWHERE) index[j] = lip_onnx_place(from, index[j]);
  if (!moves_nothing(made.count, index, call->import->graph.node[at].size)) {
    TRY(fill_biases(made.count, index, fill, &node, err));
    show_shape(&made, &node);
    node.index = index;
    index = NULL;
    TRY(lip_onnx_emit(call, from->node, &node, &at, err));
  }
  lip_onnx_of_node(&made, batched, at, out);
done:
  lip_free(index);
  return st;
}

lip_status lip_onnx_order(lip_onnx_call *call, const lip_onnx_value *from, lip_onnx_value *out,
                          lip_error *err)
{
  lip_status st;
  size_t *index;

  if (from->constant || lip_onnx_in_order(from)) {
    lip_onnx_array shape = from->array; /* `out` may be `from` */

    *out = *from;
    lip_onnx_set_dims(&shape, out);
    return LIP_OK;
  }
  st = lip_onnx_new_index(call, from, from->array.count, &index, err);
  if (st != LIP_OK) return st;
  for (size_t j = 0; j < from->array.count; j++) index[j] = j;
  return lip_onnx_take(call, from, &from->array, index, 0, out, err);
}

lip_status lip_onnx_turn(lip_onnx_call *call, const lip_onnx_value *from, const size_t *turn,
                         lip_onnx_value *out, lip_error *err)
{
  lip_onnx_value turned = *from;
  lip_status st;
  size_t *index;

  for (size_t k = 0; k < from->array.rank; k++) {
    turned.array.dims[k] = from->array.dims[turn[k]];
    turned.strides[k] = from->strides[turn[k]];
  }
  if (!from->constant) {
    *out = turned;
    return LIP_OK;
  }
  st = lip_onnx_new_index(call, from, from->array.count, &index, err);
  if (st != LIP_OK) return st;
  for (size_t j = 0; j < from->array.count; j++) index[j] = lip_onnx_place(&turned, j);
  return lip_onnx_take(call, from, &turned.array, index, 0, out, err);
}

lip_status lip_onnx_reshape(lip_onnx_call *call, const lip_onnx_value *from,
                            const lip_onnx_array *shape, lip_onnx_value *out, lip_error *err)
{
  lip_onnx_array made = *shape;
  lip_status st = lip_onnx_order(call, from, out, err);

  if (st != LIP_OK) return st;
  lip_onnx_set_dims(&made, out);
  return LIP_OK;
}

lip_status lip_onnx_as_node(lip_onnx_call *call, const lip_onnx_value *constant,
                            lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = constant->array.count, at;
  lip_node node = {.kind = LIP_NODE_SELECT, .biases = count};
  lip_onnx_array shape = constant->array;

  TRY(lip_onnx_reserve(call->import, count, err));
  node.index = lip_alloc(count, sizeof *node.index);
  node.b = lip_alloc(count, sizeof *node.b);
  if (!node.index || !node.b) FAIL(LIP_ENOMEM, "no memory for %zu numbers", count);
  for (size_t j = 0; j < count; j++) node.index[j] = LIP_NOWHERE;
  TRY(lip_onnx_array_values(&constant->array, node.b, err));
  show_shape(&shape, &node);
  st = lip_onnx_emit(call, 0, &node, &at, err);
  node.index = NULL;
  node.b = NULL;
  if (st == LIP_OK) lip_onnx_of_node(&shape, false, at, out);
done:
  lip_free(node.index);
  lip_free(node.b);
  return st;
}
