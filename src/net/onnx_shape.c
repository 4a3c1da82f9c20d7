/* onnx_shape.c - shapes on the way through an ONNX graph. */
#include "net/onnx_shape.h"

#include "base/error.h"
#include "base/memory.h"

enum { WIDEST = 1 << 24 };

size_t lip_onnx_shape_width(const lip_onnx_shape *shape)
{
  size_t width = 1;

  for (size_t i = 0; i < shape->rank; i++) width *= shape->dims[i];
  return width;
}

static int64_t fixed_size(const Onnx__TensorShapeProto__Dimension *dim)
{
  return dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ? dim->dim_value
                                                                                 : 0;
}

lip_status lip_onnx_shape_declared(const Onnx__ValueInfoProto *value, lip_onnx_shape *shape,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__TypeProto *type = value->type;
  const Onnx__TypeProto__Tensor *tensor = NULL;
  size_t rank, first, width = 1;

  if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) tensor = type->tensor_type;
  if (!tensor || !tensor->shape) FAIL(LIP_EINPUT, "its shape is not declared");
  if (tensor->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT &&
      tensor->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE)
    FAIL(LIP_EINPUT, "has the type %d; FLOAT (1) and DOUBLE (11) are read", (int)tensor->elem_type);
  rank = tensor->shape->n_dim;
  if (rank < 1 || rank > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "has %zu dimensions, not 1 to %d", rank, LIP_ONNX_RANK);
  first = rank > 1 && fixed_size(tensor->shape->dim[0]) < 1;
  *shape = (lip_onnx_shape){.batched = first, .rank = rank - first};
  for (size_t i = first; i < rank; i++) {
    int64_t size = fixed_size(tensor->shape->dim[i]);

    if (size < 1) FAIL(LIP_EINPUT, "its dimension %zu is not fixed", i);
    if (size > WIDEST || (width *= (size_t)size) > WIDEST)
      FAIL(LIP_EINPUT, "a point has more than %d numbers", WIDEST);
    shape->dims[i - first] = (size_t)size;
  }
done:
  return st;
}

lip_status lip_onnx_shape_flatten(lip_onnx_shape *shape, int64_t axis, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t rank = (int64_t)(shape->rank + shape->batched);
  size_t width = lip_onnx_shape_width(shape), before = 1;

  if (axis < -rank || axis > rank)
    FAIL(LIP_EINPUT, "axis %lld is none of %lld dimensions", (long long)axis, (long long)rank);
  if (axis < 0) axis += rank;
  for (size_t k = 0; (int64_t)(k + shape->batched) < axis; k++) before *= shape->dims[k];
  if (shape->batched && (axis == 0 || before != 1))
    FAIL(LIP_EINPUT, "axis %lld would mix points", (long long)axis);
  if (shape->batched)
    *shape = (lip_onnx_shape){true, 1, {width}};
  else
    *shape = (lip_onnx_shape){false, 2, {before, width / before}};
done:
  return st;
}

/* The dimension that entry i of a target stands for; 0: to be inferred. */
static size_t target_size(const lip_onnx_shape *shape, const lip_onnx_array *target, size_t i)
{
  int64_t entry = lip_onnx_array_integer(target, i);
  size_t kept = i - shape->batched;

  if (entry > 0) return (size_t)entry;
  return entry == 0 && kept < shape->rank ? shape->dims[kept] : 0;
}

lip_status lip_onnx_shape_reshape(lip_onnx_shape *shape, const lip_onnx_array *target,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  size_t width = lip_onnx_shape_width(shape), known = 1, inferred = 0, first = shape->batched;
  lip_onnx_shape made = {.batched = shape->batched};

  if (target->type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64 || target->rank != 1)
    FAIL(LIP_EINPUT, "its target is no list of integers");
  if (target->count <= first || target->count - first > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "its target has %zu dimensions", target->count);
  made.rank = target->count - first;
  for (size_t i = 0; i < made.rank; i++) {
    made.dims[i] = target_size(shape, target, first + i);
    if (made.dims[i] == 0)
      inferred++;
    else if (__builtin_mul_overflow(known, made.dims[i], &known) || known > width)
      FAIL(LIP_EINPUT, "its target has more than the %zu numbers of a point", width);
  }
  if (inferred > 1 || width % known) FAIL(LIP_EINPUT, "its target does not fit %zu numbers", width);
  for (size_t i = 0; i < made.rank; i++)
    if (made.dims[i] == 0) made.dims[i] = width / known;
  if (lip_onnx_shape_width(&made) != width)
    FAIL(LIP_EINPUT, "its target does not fit %zu numbers", width);
  /* Points stay apart by 0 (their number is kept) or by -1 where all else is given. */
  if (made.batched) {
    int64_t points = lip_onnx_array_integer(target, 0);

    if (points > 0 || (points < 0 && inferred)) FAIL(LIP_EINPUT, "it would mix points");
  }
  *shape = made;
done:
  return st;
}

/* strides[k]: how far the constant's entry moves as the point's index k grows by one. */
static lip_status broadcast_strides(const lip_onnx_shape *shape, const lip_onnx_array *constant,
                                    size_t strides[LIP_ONNX_RANK], lip_error *err)
{
  lip_status st = LIP_OK;
  size_t step = 1;

  if (constant->rank > shape->rank + shape->batched)
    FAIL(LIP_EINPUT, "a constant has %zu dimensions, the value %zu", constant->rank,
         shape->rank + shape->batched);
  for (size_t back = 1; back <= shape->rank; back++) {
    size_t k = shape->rank - back;
    size_t size = back <= constant->rank ? constant->dims[constant->rank - back] : 1;

    if (size != 1 && size != shape->dims[k])
      FAIL(LIP_EINPUT, "a constant has %zu numbers where the value has %zu", size, shape->dims[k]);
    strides[k] = size == 1 ? 0 : step;
    step *= size;
  }
  if (constant->rank > shape->rank && constant->dims[0] != 1)
    FAIL(LIP_EINPUT, "a constant differs between points");
done:
  return st;
}

lip_status lip_onnx_shape_broadcast(const lip_onnx_shape *shape, const lip_onnx_array *constant,
                                    double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t width = lip_onnx_shape_width(shape), strides[LIP_ONNX_RANK];
  double *entries = NULL, *spread = NULL;

  TRY(broadcast_strides(shape, constant, strides, err));
  entries = lip_alloc(constant->count, sizeof *entries);
  spread = lip_alloc(width, sizeof *spread);
  if (!entries || !spread) FAIL(LIP_ENOMEM, "no memory for %zu numbers", width);
  TRY(lip_onnx_array_values(constant, entries, err));
  for (size_t i = 0; i < width; i++) {
    size_t rest = i, at = 0;

    for (size_t k = shape->rank; k-- > 0; rest /= shape->dims[k])
      at += rest % shape->dims[k] * strides[k];
    spread[i] = entries[at];
  }
  *values = spread;
  spread = NULL;
done:
  lip_free(entries);
  lip_free(spread);
  return st;
}
