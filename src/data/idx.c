/* idx.c - reads a data set from two IDX files: two bytes 0, the type, the number of dimensions,
   the dimensions as 32-bit numbers, the elements; everything big-endian. */
#include "data/idx.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/source.h"

#include <string.h>

enum { BLOCK = 1024, MAX_RANK = 8 };

typedef struct idx {
  const lip_idx_file *file;
  lip_source source;
  unsigned char type;
  size_t item; /* bytes of an element */
  size_t rank, shape[MAX_RANK];
  size_t row; /* elements of a point */
} idx;

static uint64_t get(const unsigned char *at, size_t bytes)
{
  uint64_t value = 0;

  for (size_t i = 0; i < bytes; i++) value = value << 8 | at[i];
  return value;
}

static double decode(unsigned char type, const unsigned char *at)
{
  uint64_t bits;
  double value;
  float single;

  switch (type) {
  case 0x08:
    return at[0];
  case 0x09:
    return (int8_t)at[0];
  case 0x0b:
    return (int16_t)get(at, 2);
  case 0x0c:
    return (int32_t)get(at, 4);
  case 0x0d: {
    uint32_t low = (uint32_t)get(at, 4);

    memcpy(&single, &low, sizeof single);
    return (double)single;
  }
  default:
    bits = get(at, 8);
    memcpy(&value, &bits, sizeof value);
    return value;
  }
}

static lip_status read_header(idx *in, lip_error *err)
{
  static const unsigned char items[] = {
      [0x08] = 1, [0x09] = 1, [0x0b] = 2, [0x0c] = 4, [0x0d] = 4, [0x0e] = 8};
  lip_status st = LIP_OK;
  unsigned char magic[4], size[4];

  TRY(lip_source_read(&in->source, magic, sizeof magic, err));
  if (magic[0] || magic[1]) FAIL(LIP_EINPUT, "byte 0: it is no IDX file, which starts with 0, 0");
  in->type = magic[2];
  in->item = in->type < sizeof items ? items[in->type] : 0;
  in->rank = magic[3];
  if (!in->item) FAIL(LIP_EINPUT, "byte 2: there is no IDX type %d", in->type);
  if (in->rank < 1 || in->rank > MAX_RANK)
    FAIL(LIP_EINPUT, "byte 3: %zu dimensions are not between 1 and %d", in->rank, (int)MAX_RANK);
  in->row = 1;
  for (size_t i = 0; i < in->rank; i++) {
    TRY(lip_source_read(&in->source, size, sizeof size, err));
    in->shape[i] = (size_t)get(size, 4);
    if (!in->shape[i]) FAIL(LIP_EINPUT, "byte %zu: dimension %zu is 0", 4 + 4 * i, i);
    if (i && __builtin_mul_overflow(in->row, in->shape[i], &in->row))
      FAIL(LIP_EINPUT, "byte %zu: the dimensions overflow", 4 + 4 * i);
  }
done:
  return st;
}

/* Checks, before memory is taken, that the file can hold what its header says. */
static lip_status check_size(const idx *in, lip_error *err)
{
  size_t count, bytes, left = in->source.left;

  if (__builtin_mul_overflow(in->shape[0], in->row, &count) ||
      __builtin_mul_overflow(count, in->item, &bytes))
    return lip_fail(err, LIP_EINPUT, "the dimensions overflow");
  if (bytes > lip_source_limit(in->source.packing, in->file->size) ||
      (in->source.packing == LIP_STORED && bytes != left))
    return lip_fail(err, LIP_EINPUT, "its dimensions need %zu bytes behind the header, but %zu%s",
                    bytes, left,
                    in->source.packing == LIP_STORED ? " are there" : " packed are there");
  return LIP_OK;
}

static lip_status open_file(const lip_idx_file *file, idx *in, lip_error *err)
{
  const unsigned char *bytes = file->bytes;
  bool packed = file->size > 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
  lip_status st = LIP_OK;

  *in = (idx){.file = file};
  TRY(lip_source_open(packed ? LIP_GZIP : LIP_STORED, bytes, file->size, &in->source, err));
  TRY(read_header(in, err));
  TRY(check_size(in, err));
done:
  if (st != LIP_OK) lip_error_prefix(err, "%s", file->name);
  return st;
}

/* Reads all elements, keeps the first `count`, and ends the file. */
static lip_status read_elements(idx *in, size_t count, double divisor, double *out, lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char block[BLOCK * 8];
  size_t all = in->shape[0] * in->row;

  for (size_t done = 0; done < all;) {
    size_t some = all - done < BLOCK ? all - done : BLOCK;

    TRY(lip_source_read(&in->source, block, some * in->item, err));
    for (size_t i = 0; i < some && done + i < count; i++)
      out[done + i] = decode(in->type, block + i * in->item) / divisor;
    done += some;
  }
  TRY(lip_source_end(&in->source, err));
done:
  if (st != LIP_OK) lip_error_prefix(err, "%s", in->file->name);
  return st;
}

lip_status lip_idx_parse(const lip_idx_file *images, const lip_idx_file *labels, size_t rows,
                         lip_dataset **data, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  idx X = {0}, y = {0};
  size_t n;

  TRY(open_file(images, &X, err));
  TRY(open_file(labels, &y, err));
  if (X.rank < 2)
    FAIL(LIP_EINPUT,
         "%s: images have 2 dimensions or more, but this file has 1 (are images and "
         "labels exchanged?)",
         images->name);
  if (y.rank != 1)
    FAIL(LIP_EINPUT,
         "%s: labels have 1 dimension, but this file has %zu (are images and labels "
         "exchanged?)",
         labels->name, y.rank);
  if (X.shape[0] != y.shape[0])
    FAIL(LIP_EINPUT, "%s: %zu labels for the %zu points of %s", labels->name, y.shape[0],
         X.shape[0], images->name);
  n = rows && rows < X.shape[0] ? rows : X.shape[0];
  TRY(lip_dataset_create(n, X.row, 1, &made, err));
  TRY(read_elements(&X, n * X.row, X.type == 0x08 ? 255 : 1, made->X, err));
  TRY(read_elements(&y, n, 1, made->y, err));
  *data = made;
  made = NULL;
done:
  lip_source_close(&X.source);
  lip_source_close(&y.source);
  lip_dataset_free(made);
  return st;
}
