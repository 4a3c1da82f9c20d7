/* npz_read.c - reads an array of an .npz archive: unpacks, converts to double and brings into row
   order in blocks, so that nothing stands in memory twice. */
#include "data/npz.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/npy.h"
#include "data/zip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 1024, MAX_NAME = 64 };

/* One element; false: no double equals it. */
static bool decode(const lip_npy *type, const unsigned char *at, double *value)
{
  uint64_t bits = 0;
  size_t size = type->item;

  for (size_t i = 0; i < size; i++) bits = bits << 8 | at[type->big_endian ? i : size - 1 - i];
  if (type->kind == 'f' && size == 4) {
    uint32_t low = (uint32_t)bits;
    float single;

    memcpy(&single, &low, sizeof single);
    *value = (double)single;
  } else if (type->kind == 'f') {
    memcpy(value, &bits, sizeof *value);
  } else {
    bool negative = type->kind == 'i' && bits >> (8 * size - 1);
    uint64_t ones = size < 8 ? ~UINT64_C(0) << (8 * size) : 0;
    uint64_t magnitude = negative ? 0 - (bits | ones) : bits;

    *value = negative ? -(double)magnitude : (double)magnitude;
    return fabs(*value) < 0x1p64 && (uint64_t)fabs(*value) == magnitude;
  }
  return true;
}

/* Walks the elements in the order of the file and says where each one belongs in row order. */
typedef struct walk {
  size_t rank, axis[LIP_NPY_MAX_RANK]; /* the fastest first */
  size_t shape[LIP_NPY_MAX_RANK], stride[LIP_NPY_MAX_RANK], index[LIP_NPY_MAX_RANK];
  size_t place;
} walk;

static walk walk_start(const lip_npy *header)
{
  walk at = {.rank = header->rank};
  size_t stride = 1;

  for (size_t i = header->rank; i-- > 0;) {
    at.axis[header->fortran_order ? i : header->rank - 1 - i] = i;
    at.shape[i] = header->shape[i];
    at.stride[i] = stride;
    stride *= header->shape[i];
  }
  return at;
}

static void walk_on(walk *at)
{
  for (size_t i = 0; i < at->rank; i++) {
    size_t axis = at->axis[i];

    at->place += at->stride[axis];
    if (++at->index[axis] < at->shape[axis]) return;
    at->place -= at->shape[axis] * at->stride[axis];
    at->index[axis] = 0;
  }
}

static lip_status read_values(lip_source *source, const lip_npy *header, lip_array *array,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char block[BLOCK * 8];
  walk at = walk_start(header);

  for (size_t done = 0; done < header->count;) {
    size_t count = header->count - done < BLOCK ? header->count - done : BLOCK;

    TRY(lip_source_read(source, block, count * header->item, err));
    for (size_t i = 0; i < count; i++, walk_on(&at)) {
      double value;

      if (!decode(header, block + i * header->item, &value))
        FAIL(LIP_EINPUT, "element %zu is a whole number that no double equals", done + i);
      if (at.place < array->count) array->values[at.place] = value;
    }
    done += count;
  }
done:
  return st;
}

/* The array that the header promises, its first rows only, after checking that the member has just
   the size for it. */
static lip_status prepare(const lip_npy *header, size_t payload, size_t rows, lip_array *array,
                          lip_error *err)
{
  lip_status st = LIP_OK;

  *array = (lip_array){.rank = header->rank, .count = header->count};
  memcpy(array->shape, header->shape, sizeof array->shape);
  if (header->count == 0) FAIL(LIP_EINPUT, "the array is empty");
  if (header->count * header->item != payload)
    FAIL(LIP_EINPUT, "its shape needs %zu bytes, but %zu are there", header->count * header->item,
         payload);
  if (rows && header->rank && rows < header->shape[0]) {
    array->count = header->count / header->shape[0] * rows;
    array->shape[0] = rows;
  }
  array->values = lip_alloc(array->count, sizeof *array->values);
  if (!array->values) FAIL(LIP_ENOMEM, "no memory for %zu numbers", array->count);
done:
  return st;
}

lip_status lip_npz_read(const void *bytes, size_t size, const char *name, size_t rows,
                        lip_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_zip_member member;
  lip_source source = {0};
  lip_npy header = {0};
  lip_array made = {0};
  char file[MAX_NAME];

  (void)snprintf(file, sizeof file, "%s.npy", name);
  TRY(lip_zip_find(bytes, size, file, &member, err));
  TRY(lip_source_open(member.packing, member.bytes, member.packed, &source, err));
  TRY(lip_npy_header(&source, &header, err));
  if (source.produced > member.size)
    FAIL(LIP_EINPUT, "the header is longer than the member's %zu bytes", member.size);
  TRY(prepare(&header, member.size - source.produced, rows, &made, err));
  TRY(read_values(&source, &header, &made, err));
  TRY(lip_source_end(&source, err));
  if (source.crc != member.crc) FAIL(LIP_EINPUT, "the check sum of its bytes is wrong");
  *array = made;
  made.values = NULL;
done:
  if (st != LIP_OK && st != LIP_ENOMEM && source.bytes) lip_error_prefix(err, "%s", file);
  lip_source_close(&source);
  lip_free(made.values);
  return st;
}
