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

enum { BLOCK = 1024, MAX_NAME = LIP_NPZ_NAME + 4 };

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

/* A member that is being read: its header is read, its elements follow. */
typedef struct input {
  char file[MAX_NAME]; /* the member's name */
  lip_zip_member member;
  lip_source source;
  lip_npy header;
} input;

static lip_status open_input(const void *bytes, size_t size, const char *name, input *in,
                             lip_error *err)
{
  lip_status st = LIP_OK;

  (void)snprintf(in->file, sizeof in->file, "%s.npy", name);
  TRY(lip_zip_find(bytes, size, in->file, &in->member, err));
  TRY(lip_source_open(in->member.packing, in->member.bytes, in->member.packed, &in->source, err));
  TRY(lip_npy_header(&in->source, &in->header, err));
  if (in->source.produced > in->member.size)
    FAIL(LIP_EINPUT, "the header is longer than the member's %zu bytes", in->member.size);
done:
  return st;
}

static lip_status end_input(input *in, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_source_end(&in->source, err));
  if (in->source.crc != in->member.crc) FAIL(LIP_EINPUT, "the check sum of its bytes is wrong");
done:
  return st;
}

/* Puts the member's name before the cause. */
static void close_input(input *in, lip_status st, lip_error *err)
{
  if (st != LIP_OK && st != LIP_ENOMEM && in->source.bytes) lip_error_prefix(err, "%s", in->file);
  lip_source_close(&in->source);
}

lip_status lip_npz_read(const void *bytes, size_t size, const char *name, size_t rows,
                        lip_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  input in = {.file = ""};
  lip_array made = {0};

  TRY(open_input(bytes, size, name, &in, err));
  if (in.header.kind == 'U')
    FAIL(LIP_EINPUT, "its elements are '%cU%zu': text, not numbers",
         in.header.big_endian ? '>' : '<', in.header.item / 4);
  TRY(prepare(&in.header, in.member.size - in.source.produced, rows, &made, err));
  TRY(read_values(&in.source, &in.header, &made, err));
  TRY(end_input(&in, err));
  *array = made;
  made.values = NULL;
done:
  close_input(&in, st, err);
  lip_free(made.values);
  return st;
}

lip_status lip_npz_read_text(const void *bytes, size_t size, const char *name, char *text,
                             size_t room, lip_error *err)
{
  lip_status st = LIP_OK;
  input in = {.file = ""};
  size_t length;

  TRY(open_input(bytes, size, name, &in, err));
  length = in.header.item / 4;
  if (in.header.kind != 'U' || in.header.rank != 0) FAIL(LIP_EINPUT, "it is not one text");
  if (length >= room) FAIL(LIP_EINPUT, "its %zu letters are too many", length);
  if (in.header.item != in.member.size - in.source.produced)
    FAIL(LIP_EINPUT, "its %zu letters need %zu bytes, but %zu are there", length, in.header.item,
         in.member.size - in.source.produced);
  for (size_t i = 0; i < length; i++) {
    unsigned char letter[4];
    size_t low = in.header.big_endian ? 3 : 0;

    TRY(lip_source_read(&in.source, letter, sizeof letter, err));
    if (letter[0] + letter[1] + letter[2] + letter[3] != letter[low] || letter[low] < ' ' ||
        letter[low] > '~')
      FAIL(LIP_EINPUT, "letter %zu is not one of printable ASCII", i);
    text[i] = (char)letter[low];
  }
  text[length] = 0;
  TRY(end_input(&in, err));
done:
  close_input(&in, st, err);
  return st;
}

static lip_status is_of_name(void *context, const char *name, size_t length,
                             const lip_zip_member *member, lip_error *err)
{
  const char *sought = context;
  size_t stem = strlen(sought);

  (void)member;
  if (length != stem + 4 || memcmp(name, sought, stem) != 0 || memcmp(name + stem, ".npy", 4) != 0)
    return LIP_OK;
  return lip_fail(err, LIP_EINPUT, "it is there"); /* which ends the walk */
}

bool lip_npz_holds(const void *bytes, size_t size, const char *name)
{
  lip_error none;

  return lip_zip_each(bytes, size, is_of_name, (void *)(uintptr_t)name, &none) != LIP_OK;
}

typedef struct listing {
  size_t capacity, count;
  char (*name)[LIP_NPZ_NAME];
  uint64_t total;
} listing;

static lip_status list_one(void *context, const char *name, size_t length,
                           const lip_zip_member *member, lip_error *err)
{
  listing *list = context;
  char *copy;

  if (list->count == list->capacity)
    return lip_fail(err, LIP_EINPUT, "it holds more than %zu arrays", list->capacity);
  if (length < 5 || length - 4 >= LIP_NPZ_NAME || memcmp(name + length - 4, ".npy", 4) != 0 ||
      memchr(name, 0, length))
    return lip_fail(err, LIP_EINPUT, "member %zu: '%.*s' is no name of an array", list->count,
                    (int)(length < LIP_NPZ_NAME ? length : LIP_NPZ_NAME), name);
  copy = list->name[list->count++];
  memcpy(copy, name, length - 4);
  copy[length - 4] = 0;
  if (__builtin_add_overflow(list->total, member->size, &list->total)) list->total = UINT64_MAX;
  return LIP_OK;
}

lip_status lip_npz_list(const void *bytes, size_t size, size_t capacity, char (*name)[LIP_NPZ_NAME],
                        size_t *count, uint64_t *total, lip_error *err)
{
  listing list = {.capacity = capacity, .name = name};
  lip_status st = lip_zip_each(bytes, size, list_one, &list, err);

  if (st != LIP_OK) return st;
  *count = list.count;
  *total = list.total;
  return LIP_OK;
}
