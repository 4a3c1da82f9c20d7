/* safetensors.c - the tensors of a safetensors file that stands in memory.

   limits  a header of at most 100 MB, as the format's own library has it; up to 8 dimensions. What
           the header says is believed nowhere before it fits into the bytes that are there. */
#include "net/safetensors.h"

#include "base/error.h"
#include "base/memory.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors are little-endian, and so must be the machine"
#endif

enum { LENGTH = 8, LONGEST_HEADER = 100000000 };

struct lip_safetensors {
  json_t *header;
  const unsigned char *data; /* what the offsets count in */
  size_t size;
};

bool lip_safetensors_begin(const void *begin, size_t held, uint64_t size)
{
  uint64_t length;

  if (held <= LENGTH || size < held) return false;
  memcpy(&length, begin, sizeof length);
  return length >= 2 && length <= size - LENGTH && ((const char *)begin)[LENGTH] == '{';
}

lip_status lip_safetensors_open(const void *bytes, size_t size, lip_safetensors **file,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  lip_safetensors *opened = lip_alloc_zero(1, sizeof *opened);
  json_error_t wrong;
  uint64_t length;

  if (!opened) FAIL(LIP_ENOMEM, "a file of tensors");
  if (!lip_safetensors_begin(bytes, size, size))
    FAIL(LIP_EINPUT, "is no safetensors file, or was cut short");
  memcpy(&length, bytes, sizeof length);
  if (length > LONGEST_HEADER)
    FAIL(LIP_EINPUT, "its header has %llu bytes; %d are read", (unsigned long long)length,
         LONGEST_HEADER);
  opened->header = json_loadb((const char *)bytes + LENGTH, (size_t)length, JSON_REJECT_DUPLICATES,
                              &wrong);
  if (!opened->header)
    FAIL(LIP_EINPUT, "its header: %.160s at byte %d", wrong.text, LENGTH + wrong.position);
  if (!json_is_object(opened->header)) FAIL(LIP_EINPUT, "its header is no JSON object");
  opened->data = (const unsigned char *)bytes + LENGTH + length;
  opened->size = size - LENGTH - (size_t)length;
  *file = opened;
  opened = NULL;
done:
  lip_safetensors_close(opened);
  return st;
}

void lip_safetensors_close(lip_safetensors *file)
{
  if (!file) return;
  json_decref(file->header);
  lip_free(file);
}

/* A whole number that is an index of something in memory. */
static bool index_of(const json_t *number, size_t *value)
{
  json_int_t found = json_integer_value(number);

  *value = (size_t)found;
  return json_is_integer(number) && found >= 0;
}

static lip_status read_shape(const json_t *shape, lip_array *array, lip_error *err)
{
  lip_status st = LIP_OK;

  if (!json_is_array(shape) || json_array_size(shape) > sizeof array->shape / sizeof *array->shape)
    FAIL(LIP_EINPUT, "its shape is no list of at most 8 numbers");
  array->rank = json_array_size(shape);
  array->count = 1;
  for (size_t i = 0; i < array->rank; i++)
    if (!index_of(json_array_get(shape, i), &array->shape[i]) || array->shape[i] == 0 ||
        __builtin_mul_overflow(array->count, array->shape[i], &array->count))
      FAIL(LIP_EINPUT, "number %zu of its shape is not positive, or too large", i);
done:
  return st;
}

static double half_precision(uint16_t bits)
{
  int exponent = bits >> 10 & 31;
  double fraction = bits & 1023;
  double size = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);

  if (exponent == 31) size = fraction == 0 ? INFINITY : NAN;
  return bits >> 15 ? -size : size;
}

static double brain_float(uint16_t bits)
{
  uint32_t wide = (uint32_t)bits << 16;
  float value;

  memcpy(&value, &wide, sizeof value);
  return value;
}

static void convert(const unsigned char *from, char kind, size_t count, double *values)
{
  for (size_t i = 0; i < count; i++) {
    uint16_t bits;
    float narrow;

    if (kind == 'd') {
      memcpy(&values[i], from + 8 * i, 8);
    } else if (kind == 'f') {
      memcpy(&narrow, from + 4 * i, 4);
      values[i] = narrow;
    } else {
      memcpy(&bits, from + 2 * i, 2);
      values[i] = kind == 'h' ? half_precision(bits) : brain_float(bits);
    }
  }
}

static lip_status find_type(const json_t *dtype, char *kind, size_t *item, lip_error *err)
{
  static const struct {
    const char *name;
    char kind;
    size_t item;
  } types[] = {{"F64", 'd', 8}, {"F32", 'f', 4}, {"F16", 'h', 2}, {"BF16", 'b', 2}};
  const char *name = json_string_value(dtype);

  for (size_t i = 0; name && i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i].name, name) == 0) {
      *kind = types[i].kind;
      *item = types[i].item;
      return LIP_OK;
    }
  return lip_fail(err, LIP_EINPUT, "its dtype is none of F64, F32, F16, BF16");
}

static lip_status read_tensor(const lip_safetensors *file, const json_t *tensor, lip_array *array,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *place = json_object_get(tensor, "data_offsets");
  size_t item = 0, begin = 0, end = 0, bytes;
  char kind = 0;

  TRY(find_type(json_object_get(tensor, "dtype"), &kind, &item, err));
  TRY(read_shape(json_object_get(tensor, "shape"), array, err));
  if (json_array_size(place) != 2 || !index_of(json_array_get(place, 0), &begin) ||
      !index_of(json_array_get(place, 1), &end) || begin > end || end > file->size)
    FAIL(LIP_EINPUT, "its data_offsets are no place among the file's %zu bytes of data",
         file->size);
  if (__builtin_mul_overflow(array->count, item, &bytes) || bytes != end - begin)
    FAIL(LIP_EINPUT, "its shape and its %zu bytes disagree", end - begin);
  array->values = lip_alloc(array->count, sizeof *array->values);
  if (!array->values) FAIL(LIP_ENOMEM, "%zu numbers", array->count);
  convert(file->data + begin, kind, array->count, array->values);
done:
  return st;
}

lip_status lip_safetensors_read(const lip_safetensors *file, const char *name, lip_array *array,
                                lip_error *err)
{
  const json_t *tensor = json_object_get(file->header, name);
  lip_array found = {0};
  lip_status st;

  if (!tensor) return lip_fail(err, LIP_EINPUT, "there is no tensor '%.64s'", name);
  st = read_tensor(file, tensor, &found, err);
  if (st == LIP_OK)
    *array = found;
  else
    lip_error_prefix(err, "tensor '%.64s'", name);
  return st;
}
