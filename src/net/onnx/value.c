/* value.c - values on their way through an ONNX graph: their memory, shapes and nodes. */
#include "net/onnx/value.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

#define DOUBLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
#define INT64_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__INT64

enum { MOST_SIZES = 1 << 28 };

/* ---- memory ---- */

lip_status lip_onnx_reserve(lip_onnx_import *import, size_t entries, lip_error *err)
{
  if (entries > import->most - import->made)
    return lip_fail(err, LIP_EINPUT,
                    "it makes %zu numbers that the file does not hold, which is too many", entries);
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

void lip_onnx_set_dims(const lip_onnx_array *shape, lip_onnx_value *value)
{
  size_t step = 1;

  value->array.rank = shape->rank;
  value->array.count = shape->count;
  memcpy(value->array.dims, shape->dims, sizeof value->array.dims);
  for (size_t k = shape->rank; k-- > 0; step *= shape->dims[k]) value->strides[k] = step;
}

void lip_onnx_of_node(const lip_onnx_array *shape, bool batched, size_t node, lip_onnx_value *out)
{
  lip_onnx_value made = {.batched = batched, .node = node};

  lip_onnx_set_dims(shape, &made);
  *out = made; /* which may hold `shape` */
}

lip_status lip_onnx_new_constant(lip_onnx_call *call, const lip_onnx_array *shape, bool whole,
                                 void **memory, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value made = {.constant = true};

  lip_onnx_set_dims(shape, &made);
  TRY(lip_onnx_hold(call->import, shape->count, memory, err));
  made.array.name = lip_onnx_node_name(call->node);
  made.array.type = whole ? INT64_TENSOR : DOUBLE_TENSOR;
  made.array.width = sizeof(double);
  made.array.data = *memory;
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
  if (size > LIP_ONNX_WIDEST || import->sizes > MOST_SIZES)
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
