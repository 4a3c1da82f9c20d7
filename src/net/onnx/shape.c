/* shape.c - shapes on the way through an ONNX graph. */
#include "net/onnx/shape.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

/* ---- the input ---- */

static int64_t fixed_size(const Onnx__TensorShapeProto__Dimension *dim)
{
  return dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ? dim->dim_value
                                                                                 : 0;
}

lip_status lip_onnx_shape_declared(const Onnx__ValueInfoProto *value, lip_onnx_array *shape,
                                   bool *batched, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__TypeProto *type = value->type;
  const Onnx__TypeProto__Tensor *tensor = NULL;
  size_t rank, dims[LIP_ONNX_RANK], width = 1;

  if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) tensor = type->tensor_type;
  if (!tensor || !tensor->shape)
    FAIL(LIP_EINPUT, "its shape is not declared: export the network with one");
  if (tensor->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT &&
      tensor->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE)
    FAIL(LIP_EINPUT, "has the type %d; FLOAT (1) and DOUBLE (11) are supported",
         (int)tensor->elem_type);
  rank = tensor->shape->n_dim;
  if (rank < 1 || rank > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "has %zu dimensions, not 1 to %d", rank, LIP_ONNX_RANK);
  *batched = rank > 1 && fixed_size(tensor->shape->dim[0]) < 1;
  for (size_t i = 0; i < rank; i++) {
    int64_t size = *batched && i == 0 ? 1 : fixed_size(tensor->shape->dim[i]);

    if (size < 1)
      FAIL(LIP_EINPUT,
           "its dimension %zu is open; only the first one, which counts points, may be: export the "
           "network with fixed sizes",
           i);
    if (size > LIP_ONNX_WIDEST || (width *= (size_t)size) > LIP_ONNX_WIDEST)
      FAIL(LIP_EINPUT, "a point has more than %d numbers", LIP_ONNX_WIDEST);
    dims[i] = (size_t)size;
  }
  TRY(lip_onnx_set_shape(shape, rank, dims, err));
done:
  return st;
}

/* ---- broadcasting ---- */

/* The size of dimension k of `rank` that a value has after broadcasting. */
static size_t size_at(const lip_onnx_array *array, size_t rank, size_t k)
{
  return k + array->rank < rank ? 1 : array->dims[k + array->rank - rank];
}

static lip_status join_sizes(size_t k, const lip_onnx_value *value, size_t rank, size_t *joined,
                             lip_error *err)
{
  size_t size = size_at(&value->array, rank, k);

  if (size != 1 && *joined != 1 && size != *joined)
    return lip_fail(err, LIP_EINPUT, "its inputs have %zu and %zu numbers along dimension %zu",
                    *joined, size, k);
  if (size != 1) *joined = size;
  return LIP_OK;
}

lip_status lip_onnx_shape_common(size_t count, const lip_onnx_value *const *value,
                                 lip_onnx_array *shape, bool *batched, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rank = 0, dims[LIP_ONNX_RANK];

  *batched = false;
  for (size_t i = 0; i < count; i++) {
    if (value[i]->array.rank > rank) rank = value[i]->array.rank;
    *batched = *batched || value[i]->batched;
  }
  for (size_t k = 0; k < rank; k++) {
    dims[k] = 1;
    for (size_t i = 0; i < count; i++) TRY(join_sizes(k, value[i], rank, &dims[k], err));
  }
  for (size_t i = 0; i < count; i++)
    if (value[i]->batched && value[i]->array.rank != rank)
      FAIL(LIP_EINPUT,
           "a constant has %zu dimensions, the network's value %zu: points would be mixed", rank,
           value[i]->array.rank);
  if (*batched && dims[0] != 1) FAIL(LIP_EINPUT, "a constant differs between points");
  TRY(lip_onnx_set_shape(shape, rank, dims, err));
done:
  return st;
}

/* strides[k]: how far the array's entry moves as the index k of the shape grows by one. */
static void broadcast_strides(const lip_onnx_array *array, const lip_onnx_array *shape,
                              size_t *strides)
{
  size_t step = 1;

  for (size_t k = shape->rank; k-- > 0;) {
    size_t size = size_at(array, shape->rank, k);

    strides[k] = size == 1 ? 0 : step;
    step *= size;
  }
}

static size_t broadcast_place(const lip_onnx_array *shape, const size_t *strides, size_t i)
{
  size_t place = 0;

  for (size_t k = shape->rank; k-- > 0; i /= shape->dims[k])
    place += i % shape->dims[k] * strides[k];
  return place;
}

lip_status lip_onnx_shape_spread(lip_onnx_call *call, const lip_onnx_value *from,
                                 const lip_onnx_array *shape, bool batched, lip_onnx_value *out,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  size_t strides[LIP_ONNX_RANK], *index = NULL;

  if (from->array.count == shape->count) { /* ones in front at most */
    size_t more = shape->rank - from->array.rank;
    lip_onnx_value spread = *from;

    for (size_t k = shape->rank; k-- > 0;)
      spread.strides[k] = k < more ? 0 : from->strides[k - more];
    memcpy(spread.array.dims, shape->dims, sizeof spread.array.dims);
    spread.array.rank = shape->rank;
    spread.batched = from->constant ? false : batched;
    *out = spread;
    return LIP_OK;
  }
  TRY(lip_onnx_new_index(call, from, shape->count, &index, err));
  broadcast_strides(&from->array, shape, strides);
  for (size_t j = 0; j < shape->count; j++) index[j] = broadcast_place(shape, strides, j);
  TRY(lip_onnx_take(call, from, shape, index, 0, out, err));
done:
  return st;
}

lip_status lip_onnx_shape_align(const lip_onnx_array *constant, const lip_onnx_value *value,
                                double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *shape = &value->array;
  size_t strides[LIP_ONNX_RANK];
  double *entries = NULL, *placed = NULL;

  entries = lip_alloc(constant->count, sizeof *entries);
  placed = lip_alloc(shape->count, sizeof *placed);
  if (!entries || !placed) FAIL(LIP_ENOMEM, "no memory for %zu numbers", shape->count);
  TRY(lip_onnx_array_values(constant, entries, err));
  broadcast_strides(constant, shape, strides);
  for (size_t i = 0; i < shape->count; i++)
    placed[lip_onnx_place(value, i)] = entries[broadcast_place(shape, strides, i)];
  *values = placed;
  placed = NULL;
done:
  lip_free(entries);
  lip_free(placed);
  return st;
}

/* ---- reshaping ---- */

lip_status lip_onnx_shape_flatten(const lip_onnx_value *value, int64_t axis, lip_onnx_array *shape,
                                  lip_error *err)
{
  const lip_onnx_array *from = &value->array;
  int64_t rank = (int64_t)from->rank;
  size_t before = 1;

  if (axis < -rank || axis > rank)
    return lip_fail(err, LIP_EINPUT, "there is no axis %lld: the value has %lld dimensions",
                    (long long)axis, (long long)rank);
  if (axis < 0) axis += rank;
  for (size_t k = 0; (int64_t)k < axis; k++) before *= from->dims[k];
  if (value->batched && (axis == 0 || before != 1))
    return lip_fail(err, LIP_EINPUT,
                    "axis %lld would mix the points of a batch, which the first dimension counts",
                    (long long)axis);
  return lip_onnx_set_shape(shape, 2, (size_t[]){before, from->count / before}, err);
}

/* The size that entry i of a target stands for; 0: to be inferred. */
static lip_status target_size(const lip_onnx_value *value, const lip_onnx_list *target, size_t i,
                              bool zeros, size_t *size, lip_error *err)
{
  int64_t entry = target->entry[i];

  if (entry == LIP_ONNX_POINTS || (entry == 0 && !zeros)) {
    if (entry == 0 && i >= value->array.rank)
      return lip_fail(err, LIP_EINPUT, "its target shape keeps dimension %zu, which is not there",
                      i);
    if ((entry == LIP_ONNX_POINTS || (value->batched && i == 0)) && i != 0)
      return lip_fail(err, LIP_EINPUT,
                      "it would mix the points of a batch, which the first dimension counts");
    *size = entry == 0 ? value->array.dims[i] : 1;
    return LIP_OK;
  }
  if (entry < -1 || entry == 0)
    return lip_fail(err, LIP_EINPUT, "dimension %zu of its target shape is %lld", i,
                    (long long)entry);
  *size = entry == -1 ? 0 : (size_t)entry;
  return LIP_OK;
}

lip_status lip_onnx_shape_reshape(const lip_onnx_value *value, const lip_onnx_list *target,
                                  bool zeros, lip_onnx_array *shape, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t width = value->array.count, known = 1, inferred = 0, dims[LIP_ONNX_RANK];

  if (target->count > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "its target shape has %zu dimensions", target->count);
  for (size_t i = 0; i < target->count; i++) {
    TRY(target_size(value, target, i, zeros, &dims[i], err));
    if (dims[i] == 0)
      inferred++;
    else if (__builtin_mul_overflow(known, dims[i], &known) || known > width)
      FAIL(LIP_EINPUT, "its target shape has more than the %zu numbers of a point", width);
  }
  if (inferred > 1 || width % known || (!inferred && known != width))
    FAIL(LIP_EINPUT, "the %zu numbers of a point do not fit its target shape", width);
  for (size_t i = 0; i < target->count; i++)
    if (dims[i] == 0) dims[i] = width / known;
  /* Points stay apart by their own number or 0, or by -1 where all else is given. */
  if (value->batched && (target->count == 0 || target->entry[0] > 0 || dims[0] != 1))
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
  TRY(lip_onnx_set_shape(shape, target->count, dims, err));
done:
  return st;
}
