/* onnx_tensor.c - shapes, sizes and numbers of ONNX tensors. */
#include "net/onnx_tensor.h"

#include "base/error.h"
#include "net/onnx_graph.h"

#include <math.h>
#include <string.h>

#define FLOAT_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
#define DOUBLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
#define INT64_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__INT64

static lip_status check_shape(const Onnx__TensorProto *tensor, lip_onnx_array *array,
                              lip_error *err)
{
  lip_status st = LIP_OK;

  if (tensor->n_dims > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "has %zu dimensions, more than %d", tensor->n_dims, LIP_ONNX_RANK);
  array->rank = tensor->n_dims;
  array->count = 1;
  for (size_t i = 0; i < array->rank; i++) {
    int64_t size = tensor->dims[i];

    if (size < 1) FAIL(LIP_EINPUT, "its dimension %zu is %lld", i, (long long)size);
    array->dims[i] = (size_t)size;
    if (__builtin_mul_overflow(array->count, array->dims[i], &array->count) ||
        array->count > INT32_MAX)
      FAIL(LIP_EINPUT, "has more than 2^31 entries");
  }
done:
  return st;
}

/* Finds the entries: raw_data, or the field of the tensor's type. */
static lip_status find_data(const Onnx__TensorProto *tensor, lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t size, given;

  switch (tensor->data_type) {
  case FLOAT_TENSOR:
    size = sizeof(float);
    array->data = (const uint8_t *)tensor->float_data;
    given = tensor->n_float_data;
    break;
  case DOUBLE_TENSOR:
    size = sizeof(double);
    array->data = (const uint8_t *)tensor->double_data;
    given = tensor->n_double_data;
    break;
  case INT64_TENSOR:
    size = sizeof(int64_t);
    array->data = (const uint8_t *)tensor->int64_data;
    given = tensor->n_int64_data;
    break;
  default:
    FAIL(LIP_EINPUT, "has the type %d; FLOAT (1) and DOUBLE (11) are read", (int)tensor->data_type);
  }
  if (tensor->has_raw_data) {
    if (given) FAIL(LIP_EINPUT, "has its data twice");
    if (tensor->raw_data.len != array->count * size)
      FAIL(LIP_EINPUT, "has %zu bytes of data, its shape says %zu", tensor->raw_data.len,
           array->count * size);
    array->data = tensor->raw_data.data;
  } else if (given != array->count) {
    FAIL(LIP_EINPUT, "has %zu entries, its shape says %zu", given, array->count);
  }
done:
  return st;
}

static void prefix_tensor(const lip_onnx_array *array, lip_error *err)
{
  char name[LIP_ONNX_TEXT];

  lip_error_prefix(err, "tensor '%s'", lip_onnx_printable(array->tensor->name, name));
}

lip_status lip_onnx_array_view(const Onnx__TensorProto *tensor, lip_onnx_array *array,
                               lip_error *err)
{
  lip_status st = LIP_OK;

  *array = (lip_onnx_array){.tensor = tensor, .type = tensor->data_type};
  if (tensor->n_external_data ||
      tensor->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
    FAIL(LIP_EINPUT, "has its data in another file, which is not read");
  if (tensor->segment) FAIL(LIP_EINPUT, "is a segment of a larger one, which is not read");
  TRY(check_shape(tensor, array, err));
  TRY(find_data(tensor, array, err));
done:
  if (st != LIP_OK) prefix_tensor(array, err);
  return st;
}

static double entry(const lip_onnx_array *array, size_t i)
{
  float single;
  double value;

  if (array->type == FLOAT_TENSOR) {
    memcpy(&single, array->data + i * sizeof single, sizeof single);
    return single;
  }
  memcpy(&value, array->data + i * sizeof value, sizeof value);
  return value;
}

static lip_status check_values(const lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;

  if (array->type == INT64_TENSOR) FAIL(LIP_EINPUT, "has the type INT64 (7) instead of FLOAT");
  for (size_t i = 0; i < array->count; i++)
    if (!isfinite(entry(array, i))) FAIL(LIP_EINPUT, "its entry %zu is %g", i, entry(array, i));
done:
  if (st != LIP_OK) prefix_tensor(array, err);
  return st;
}

lip_status lip_onnx_array_values(const lip_onnx_array *array, double *out, lip_error *err)
{
  lip_status st = check_values(array, err);

  for (size_t i = 0; st == LIP_OK && i < array->count; i++) out[i] = entry(array, i);
  return st;
}

lip_status lip_onnx_array_transposed(const lip_onnx_array *array, double *out, lip_error *err)
{
  enum { TILE = 32 }; /* rows of `out` that stay in cache while one of the tensor passes */
  size_t rows = array->dims[0], columns = array->dims[1];
  lip_status st = check_values(array, err);

  if (st != LIP_OK) return st;
  for (size_t first = 0; first < rows; first += TILE)
    for (size_t j = 0; j < columns; j++)
      for (size_t i = first; i < rows && i < first + TILE; i++)
        out[j * rows + i] = entry(array, i * columns + j);
  return LIP_OK;
}

int64_t lip_onnx_array_integer(const lip_onnx_array *array, size_t i)
{
  int64_t value;

  memcpy(&value, array->data + i * sizeof value, sizeof value);
  return value;
}
