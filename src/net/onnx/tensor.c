/* tensor.c - shapes, sizes and numbers of ONNX tensors. */
#include "net/onnx/tensor.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/external.h"
#include "net/onnx/graph.h"

#include <math.h>
#include <string.h>

#define FLOAT_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
#define DOUBLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
#define HALF_TENSOR   ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16
#define BRAIN_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16
#define INT64_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__INT64
#define INT32_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__INT32
#define BOOL_TENSOR   ONNX__TENSOR_PROTO__DATA_TYPE__BOOL

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

/* The field of the tensor's type. given  out  how many entries it has */
static lip_status find_field(const Onnx__TensorProto *tensor, lip_onnx_array *array, size_t *given,
                             lip_error *err)
{
  switch (tensor->data_type) {
  case FLOAT_TENSOR:
    array->width = sizeof(float);
    array->data = (const uint8_t *)tensor->float_data;
    *given = tensor->n_float_data;
    return LIP_OK;
  case DOUBLE_TENSOR:
    array->width = sizeof(double);
    array->data = (const uint8_t *)tensor->double_data;
    *given = tensor->n_double_data;
    return LIP_OK;
  case INT64_TENSOR:
    array->width = sizeof(int64_t);
    array->data = (const uint8_t *)tensor->int64_data;
    *given = tensor->n_int64_data;
    return LIP_OK;
  case HALF_TENSOR: /* two bytes each in raw data only */
  case BRAIN_TENSOR:
  case INT32_TENSOR:
  case BOOL_TENSOR: /* a byte each in raw data only */
    array->width = sizeof(int32_t);
    array->data = (const uint8_t *)tensor->int32_data;
    *given = tensor->n_int32_data;
    return LIP_OK;
  default:
    return lip_fail(err, LIP_EINPUT, "has the type %d; FLOAT (1) and DOUBLE (11) are supported",
                    (int)tensor->data_type);
  }
}

static bool is_short(int32_t type)
{
  return type == HALF_TENSOR || type == BRAIN_TENSOR;
}

static bool is_external(const Onnx__TensorProto *tensor)
{
  return tensor->n_external_data ||
         tensor->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
}

/* Finds the entries: raw_data, another file, or the field of the tensor's type. */
static lip_status find_data(const Onnx__TensorProto *tensor, const char *folder,
                            lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t given = 0;
  bool raw = tensor->has_raw_data, external = is_external(tensor);

  TRY(find_field(tensor, array, &given, err));
  if ((given > 0) + raw + external > 1) FAIL(LIP_EINPUT, "has its data twice");
  if ((raw || external) && array->type == BOOL_TENSOR) array->width = 1;
  if ((raw || external) && is_short(array->type)) array->width = sizeof(uint16_t);
  if (external) {
    TRY(lip_onnx_external_read(tensor, folder, array->count * array->width, &array->owned, err));
    array->data = array->owned;
  } else if (raw) {
    if (tensor->raw_data.len != array->count * array->width)
      FAIL(LIP_EINPUT, "has %zu bytes of data, its shape says %zu", tensor->raw_data.len,
           array->count * array->width);
    array->data = tensor->raw_data.data;
  } else if (given != array->count) {
    FAIL(LIP_EINPUT, "has %zu entries, its shape says %zu", given, array->count);
  }
done:
  return st;
}

static void prefix_array(const lip_onnx_array *array, lip_error *err)
{
  char name[LIP_ONNX_TEXT];

  lip_error_prefix(err, "tensor '%s'", lip_onnx_printable(array->name, name));
}

lip_status lip_onnx_array_view(const Onnx__TensorProto *tensor, const char *folder,
                               lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;

  *array = (lip_onnx_array){.name = lip_onnx_text(tensor->name), .type = tensor->data_type};
  if (tensor->segment) FAIL(LIP_EINPUT, "is a segment of a larger one, which is not supported");
  TRY(check_shape(tensor, array, err));
  TRY(find_data(tensor, folder, array, err));
done:
  if (st != LIP_OK) {
    prefix_array(array, err);
    lip_onnx_array_clear(array);
  }
  return st;
}

void lip_onnx_array_clear(lip_onnx_array *array)
{
  lip_free(array->owned);
  array->owned = NULL;
  array->data = NULL;
}

bool lip_onnx_array_is_real(const lip_onnx_array *array)
{
  return array->type == FLOAT_TENSOR || array->type == DOUBLE_TENSOR || is_short(array->type);
}

/* The 16 bits of entry i; in typed data they are the lower half of 32. */
static uint16_t short_bits(const lip_onnx_array *array, size_t i)
{
  uint16_t bits;

  memcpy(&bits, array->data + i * array->width, sizeof bits);
  return bits;
}

/* IEEE binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half(uint16_t bits)
{
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double size = exponent == 31  ? (fraction ? NAN : INFINITY)
                : exponent == 0 ? ldexp(fraction, -24)
                                : ldexp(fraction + 1024, exponent - 25);

  return bits >> 15 ? -size : size;
}

/* bfloat16: the upper half of a float. */
static double brain(uint16_t bits)
{
  uint32_t whole = (uint32_t)bits << 16;
  float value;

  memcpy(&value, &whole, sizeof value);
  return value;
}

double lip_onnx_array_real(const lip_onnx_array *array, size_t i)
{
  float single;
  double value;

  if (array->type == FLOAT_TENSOR) {
    memcpy(&single, array->data + i * sizeof single, sizeof single);
    return single;
  }
  if (array->type == HALF_TENSOR) return half(short_bits(array, i));
  if (array->type == BRAIN_TENSOR) return brain(short_bits(array, i));
  memcpy(&value, array->data + i * sizeof value, sizeof value);
  return value;
}

int64_t lip_onnx_array_integer(const lip_onnx_array *array, size_t i)
{
  int64_t value;
  int32_t shorter;

  if (array->width == 1) return array->data[i] != 0;
  if (array->width == sizeof shorter) {
    memcpy(&shorter, array->data + i * sizeof shorter, sizeof shorter);
    return shorter;
  }
  memcpy(&value, array->data + i * sizeof value, sizeof value);
  return value;
}

static lip_status check_values(const lip_onnx_array *array, lip_error *err)
{
  lip_status st = LIP_OK;

  if (!lip_onnx_array_is_real(array))
    FAIL(LIP_EINPUT, "has the type %d of integers instead of FLOAT (1)", (int)array->type);
  for (size_t i = 0; i < array->count; i++)
    if (!isfinite(lip_onnx_array_real(array, i)))
      FAIL(LIP_EINPUT, "its entry %zu is %g", i, lip_onnx_array_real(array, i));
done:
  if (st != LIP_OK) prefix_array(array, err);
  return st;
}

lip_status lip_onnx_array_values(const lip_onnx_array *array, double *out, lip_error *err)
{
  lip_status st = check_values(array, err);

  for (size_t i = 0; st == LIP_OK && i < array->count; i++) out[i] = lip_onnx_array_real(array, i);
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
        out[j * rows + i] = lip_onnx_array_real(array, i * columns + j);
  return LIP_OK;
}
