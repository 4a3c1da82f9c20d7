/* onnx_value.c - values on their way through an ONNX graph, and how their entries move. */
#include "net/onnx_value.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

#define DOUBLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
#define INT64_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__INT64

enum { MOST_MADE = 1 << 26, MOST_SIZES = 1 << 28, WIDEST = 1 << 24 };

/* ---- memory ---- */

lip_status lip_onnx_reserve(lip_onnx_import *import, size_t entries, lip_error *err)
{
  if (entries > MOST_MADE - import->made)
    return lip_fail(err, LIP_EINPUT,
                    "it needs %zu numbers that the file does not hold, which is too many", entries);
  import->made += entries;
  return LIP_OK;
}

lip_status lip_onnx_keep(lip_onnx_import *import, void *memory, lip_error *err)
{
  if (!memory) return LIP_OK;
  if (import->holds == import->room) {
    size_t room = 2 * import->room + 16;
    void **held = lip_alloc(room, sizeof *held);

    if (!held) {
      lip_free(memory);
      return lip_fail(err, LIP_ENOMEM, "no memory for %zu constants", room);
    }
    if (import->holds) memcpy(held, import->held, import->holds * sizeof *held);
    lip_free(import->held);
    import->held = held;
    import->room = room;
  }
  import->held[import->holds++] = memory;
  return LIP_OK;
}

lip_status lip_onnx_hold(lip_onnx_import *import, size_t count, void **memory, lip_error *err)
{
  lip_status st = LIP_OK;

  *memory = NULL;
  TRY(lip_onnx_reserve(import, count, err));
  *memory = lip_alloc(count, sizeof(double));
  if (!*memory) FAIL(LIP_ENOMEM, "no memory for %zu numbers", count);
  st = lip_onnx_keep(import, *memory, err);
  if (st != LIP_OK) *memory = NULL;
done:
  return st;
}

void lip_onnx_import_clear(lip_onnx_import *import)
{
  for (size_t i = 0; i < import->holds; i++) lip_free(import->held[i]);
  lip_free(import->held);
  lip_free(import->value);
  lip_graph_clear(&import->graph);
  lip_onnx_graph_clear(&import->names);
  memset(import, 0, sizeof *import);
}

/* ---- shapes ---- */

lip_status lip_onnx_set_shape(lip_onnx_array *shape, size_t rank, const size_t *dims,
                              lip_error *err)
{
  if (rank > LIP_ONNX_RANK)
    return lip_fail(err, LIP_EINPUT, "its value would have more than %d dimensions", LIP_ONNX_RANK);
  shape->rank = rank;
  shape->count = 1;
  for (size_t k = 0; k < rank; k++) {
    shape->dims[k] = dims[k];
    if (__builtin_mul_overflow(shape->count, dims[k], &shape->count) || shape->count > INT32_MAX)
      return lip_fail(err, LIP_EINPUT, "its value would have more than 2^31 entries");
  }
  return LIP_OK;
}

static void row_major(const lip_onnx_array *shape, size_t *strides)
{
  size_t step = 1;

  for (size_t k = shape->rank; k-- > 0; step *= shape->dims[k]) strides[k] = step;
}

static void set_dims(lip_onnx_array *to, const lip_onnx_array *shape)
{
  to->rank = shape->rank;
  to->count = shape->count;
  memcpy(to->dims, shape->dims, sizeof to->dims);
}

void lip_onnx_of_node(const lip_onnx_array *shape, bool batched, size_t node, lip_onnx_value *out)
{
  lip_onnx_value made = {.batched = batched, .node = node};

  set_dims(&made.array, shape);
  row_major(shape, made.strides);
  *out = made; /* which may hold `shape` */
}

lip_status lip_onnx_new_constant(lip_onnx_call *call, const lip_onnx_array *shape, bool whole,
                                 void **memory, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value made = {.constant = true};

  set_dims(&made.array, shape);
  TRY(lip_onnx_hold(call->import, shape->count, memory, err));
  made.array.name = lip_onnx_node_name(call->node);
  made.array.type = whole ? INT64_TENSOR : DOUBLE_TENSOR;
  made.array.width = sizeof(double);
  made.array.data = *memory;
  row_major(shape, made.strides);
  *out = made; /* which may hold `shape` */
done:
  return st;
}

bool lip_onnx_in_order(const lip_onnx_value *value)
{
  size_t step = 1;

  for (size_t k = value->array.rank; k-- > 0; step *= value->array.dims[k])
    if (value->array.dims[k] != 1 && value->strides[k] != step) return false;
  return true;
}

size_t lip_onnx_place(const lip_onnx_value *value, size_t i)
{
  size_t place = 0;

  for (size_t k = value->array.rank; k-- > 0; i /= value->array.dims[k])
    place += i % value->array.dims[k] * value->strides[k];
  return place;
}

/* ---- nodes ---- */

static void name_node(const lip_onnx_call *call, lip_node *node)
{
  char name[LIP_ONNX_TEXT];

  lip_onnx_printable(lip_onnx_node_name(call->node), name);
  memcpy(node->name, name, sizeof node->name - 1);
  node->name[sizeof node->name - 1] = 0;
}

static lip_status count_size(lip_onnx_import *import, size_t at, lip_error *err)
{
  size_t size = import->graph.node[at].size;

  import->sizes += size;
  if (size > WIDEST || import->sizes > MOST_SIZES)
    return lip_fail(err, LIP_EINPUT, "its value has %zu numbers, or all values together too many",
                    size);
  return LIP_OK;
}

lip_status lip_onnx_emit_many(lip_onnx_call *call, lip_node *node, size_t *at, lip_error *err)
{
  lip_status st;

  name_node(call, node);
  st = lip_graph_add(&call->import->graph, node, at, err);
  return st == LIP_OK ? count_size(call->import, *at, err) : st;
}

lip_status lip_onnx_emit(lip_onnx_call *call, size_t parent, lip_node *node, size_t *at,
                         lip_error *err)
{
  lip_status st;

  name_node(call, node);
  st = lip_graph_after(&call->import->graph, parent, node, at, err);
  return st == LIP_OK ? count_size(call->import, *at, err) : st;
}

/* The shape that channels, height and width of a node get from its value's. */
static void show_shape(const lip_onnx_array *shape, lip_node *node)
{
  bool image = shape->rank >= 3 && shape->dims[0] == 1;

  node->channels = image ? shape->dims[1] : shape->count;
  node->height = image ? shape->dims[2] : 1;
  node->width = image ? shape->count / shape->dims[1] / shape->dims[2] : 1;
}

/* ---- moves ---- */

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
    TRY(lip_onnx_reserve(call->import, made.count, err));
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
  size_t *index;

  if (from->constant || lip_onnx_in_order(from)) {
    *out = *from;
    row_major(&from->array, out->strides);
    return LIP_OK;
  }
  index = lip_alloc(from->array.count, sizeof *index);
  if (!index) return lip_fail(err, LIP_ENOMEM, "no memory for %zu indices", from->array.count);
  for (size_t j = 0; j < from->array.count; j++) index[j] = j;
  return lip_onnx_take(call, from, &from->array, index, 0, out, err);
}

lip_status lip_onnx_turn(lip_onnx_call *call, const lip_onnx_value *from, const size_t *turn,
                         lip_onnx_value *out, lip_error *err)
{
  lip_onnx_value turned = *from;
  size_t *index;

  for (size_t k = 0; k < from->array.rank; k++) {
    turned.array.dims[k] = from->array.dims[turn[k]];
    turned.strides[k] = from->strides[turn[k]];
  }
  if (!from->constant) {
    *out = turned;
    return LIP_OK;
  }
  index = lip_alloc(from->array.count, sizeof *index);
  if (!index) return lip_fail(err, LIP_ENOMEM, "no memory for %zu indices", from->array.count);
  for (size_t j = 0; j < from->array.count; j++) index[j] = lip_onnx_place(&turned, j);
  return lip_onnx_take(call, from, &turned.array, index, 0, out, err);
}

lip_status lip_onnx_reshape(lip_onnx_call *call, const lip_onnx_value *from,
                            const lip_onnx_array *shape, lip_onnx_value *out, lip_error *err)
{
  lip_onnx_array made = *shape;
  lip_status st = lip_onnx_order(call, from, out, err);

  if (st != LIP_OK) return st;
  set_dims(&out->array, &made);
  row_major(&made, out->strides);
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
