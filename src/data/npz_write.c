/* npz_write.c - writes an .npz archive: npy arrays (numpy's format text, version 1.0) in a zip file
   (PKWARE's APPNOTE), stored without compression, which floating-point numbers hardly allow.

   A member is written in one pass, its check sum being computed before; what exceeds 32 bits goes
   into zip64 records. */
#include "data/npz.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

#include <zlib.h>

enum { MAX_RANK = 8, MAX_MEMBERS = 1024, MAX_NAME = 255, MAX_HEADER = 512 };
enum { VERSION_PLAIN = 20, VERSION_ZIP64 = 45, DATE_1980 = 0x21 };

typedef struct member {
  char *name; /* with ".npy", owned */
  uint64_t offset, size;
  uint32_t crc;
} member;

struct lip_npz_writer {
  lip_atomic_file file;
  const unsigned char *expected;   /* compared with: not written; borrowed */
  uint64_t expected_size, differs; /* the first byte that is another one; UINT64_MAX: none */
  uint64_t written, zip64_above;
  size_t members;
  member member[MAX_MEMBERS];
};

/* A record of little-endian fields under construction. */
typedef struct record {
  unsigned char bytes[128];
  size_t size;
} record;

static void put(record *out, uint64_t value, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) out->bytes[out->size++] = (unsigned char)(value >> (8 * i));
}

/* A 32-bit field whose value stands in a zip64 record where it does not fit. */
static void put_or_mark(record *out, uint64_t value, bool big)
{
  put(out, big ? UINT32_MAX : value, 4);
}

static void compare(lip_npz_writer *writer, const unsigned char *bytes, size_t size)
{
  for (size_t i = 0; i < size && writer->differs == UINT64_MAX; i++)
    if (writer->written + i >= writer->expected_size ||
        writer->expected[writer->written + i] != bytes[i])
      writer->differs = writer->written + i;
}

/* The stream keeps its error until commit. */
static void emit(lip_npz_writer *writer, const void *bytes, size_t size)
{
  if (writer->expected)
    compare(writer, bytes, size);
  else
    (void)fwrite(bytes, 1, size, writer->file.stream);
  writer->written += size;
}

static void emit_local_header(lip_npz_writer *writer, const member *one)
{
  bool big = one->size > writer->zip64_above;
  size_t length = strlen(one->name);
  record out = {.size = 0};

  put(&out, 0x04034b50, 4);
  put(&out, big ? VERSION_ZIP64 : VERSION_PLAIN, 2);
  put(&out, 0, 2); /* flags */
  put(&out, 0, 2); /* stored */
  put(&out, 0, 2);
  put(&out, DATE_1980, 2);
  put(&out, one->crc, 4);
  put_or_mark(&out, one->size, big);
  put_or_mark(&out, one->size, big);
  put(&out, length, 2);
  put(&out, big ? 20 : 0, 2);
  emit(writer, out.bytes, out.size);
  emit(writer, one->name, length);
  if (!big) return;
  out.size = 0;
  put(&out, 1, 2); /* zip64: both sizes */
  put(&out, 16, 2);
  put(&out, one->size, 8);
  put(&out, one->size, 8);
  emit(writer, out.bytes, out.size);
}

static void emit_directory_entry(lip_npz_writer *writer, const member *one)
{
  bool big = one->size > writer->zip64_above, far = one->offset > writer->zip64_above;
  size_t length = strlen(one->name), extra = (big ? 16U : 0U) + (far ? 8U : 0U);
  uint64_t version = extra ? VERSION_ZIP64 : VERSION_PLAIN;
  record out = {.size = 0};

  put(&out, 0x02014b50, 4);
  put(&out, version, 2);
  put(&out, version, 2);
  put(&out, 0, 2);
  put(&out, 0, 2);
  put(&out, 0, 2);
  put(&out, DATE_1980, 2);
  put(&out, one->crc, 4);
  put_or_mark(&out, one->size, big);
  put_or_mark(&out, one->size, big);
  put(&out, length, 2);
  put(&out, extra ? extra + 4 : 0, 2);
  put(&out, 0, 2); /* comment */
  put(&out, 0, 2); /* disk */
  put(&out, 0, 2); /* attributes */
  put(&out, 0, 4); /* attributes of the host */
  put_or_mark(&out, one->offset, far);
  emit(writer, out.bytes, out.size);
  emit(writer, one->name, length);
  if (!extra) return;
  out.size = 0;
  put(&out, 1, 2);
  put(&out, extra, 2);
  if (big) put(&out, one->size, 8);
  if (big) put(&out, one->size, 8);
  if (far) put(&out, one->offset, 8);
  emit(writer, out.bytes, out.size);
}

static void emit_end(lip_npz_writer *writer, uint64_t start)
{
  uint64_t end = writer->written, size = end - start;
  bool big = end > writer->zip64_above;
  record out = {.size = 0};

  if (big) {
    put(&out, 0x06064b50, 4);
    put(&out, 44, 8); /* what follows of this record */
    put(&out, VERSION_ZIP64, 2);
    put(&out, VERSION_ZIP64, 2);
    put(&out, 0, 4);
    put(&out, 0, 4);
    put(&out, writer->members, 8);
    put(&out, writer->members, 8);
    put(&out, size, 8);
    put(&out, start, 8);
    put(&out, 0x07064b50, 4); /* the locator of this record */
    put(&out, 0, 4);
    put(&out, end, 8);
    put(&out, 1, 4);
  }
  put(&out, 0x06054b50, 4);
  put(&out, 0, 2);
  put(&out, 0, 2);
  put(&out, writer->members, 2);
  put(&out, writer->members, 2);
  put_or_mark(&out, size, big);
  put_or_mark(&out, start, big);
  put(&out, 0, 2); /* comment */
  emit(writer, out.bytes, out.size);
}

/* The npy preamble: magic, version 1.0, the length of the dictionary, the dictionary padded so that
   the data start at a multiple of 64 bytes. Returns its size. */
static size_t format_npy_header(const char *type, size_t rank, const size_t *shape,
                                unsigned char out[MAX_HEADER])
{
  char text[MAX_HEADER];
  size_t used, size;

  used = (size_t)snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                          type);
  for (size_t i = 0; i < rank; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, i ? " %zu," : "%zu,", shape[i]);
  if (rank > 1) used--; /* only (n,) keeps its comma */
  used += (size_t)snprintf(text + used, sizeof text - used, "), }");
  size = (10 + used + 1 + 63) / 64 * 64;
  memset(out, ' ', size);
  memcpy(out, "\x93NUMPY\x01\x00", 8);
  out[8] = (unsigned char)((size - 10) & 0xff);
  out[9] = (unsigned char)((size - 10) >> 8);
  memcpy(out + 10, text, used);
  out[size - 1] = '\n';
  return size;
}

static lip_status add(lip_npz_writer *writer, const char *name, const char *type, size_t rank,
                      const size_t *shape, const void *values, size_t bytes, lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char header[MAX_HEADER];
  size_t length = strlen(name), size;
  member *one = &writer->member[writer->members];

  if (writer->members == MAX_MEMBERS || length == 0 || length + 4 > MAX_NAME)
    FAIL(LIP_EINPUT, "%s: no room for an array named '%s'", writer->file.path, name);
  one->name = lip_alloc(length + sizeof ".npy", 1);
  if (!one->name) FAIL(LIP_ENOMEM, "%s: no memory for the name '%s'", writer->file.path, name);
  (void)snprintf(one->name, length + sizeof ".npy", "%s.npy", name);
  writer->members++;
  size = format_npy_header(type, rank, shape, header);
  one->offset = writer->written;
  one->size = (uint64_t)size + bytes;
  one->crc = (uint32_t)crc32_z(crc32_z(0, header, size), values, bytes);
  emit_local_header(writer, one);
  emit(writer, header, size);
  emit(writer, values, bytes);
  if (!writer->expected && ferror(writer->file.stream))
    FAIL(LIP_EIO, "%s: cannot be written: %s", writer->file.path, strerror(errno));
done:
  return st;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ORDER "<"
#else
#define ORDER ">"
#endif

/* Elements of 8 bytes. */
static lip_status add_words(lip_npz_writer *writer, const char *name, const char *type, size_t rank,
                            const size_t *shape, const void *values, lip_error *err)
{
  size_t bytes = 8;

  if (rank > MAX_RANK)
    return lip_fail(err, LIP_EINPUT, "%s: '%s' has rank %zu, more than %d", writer->file.path, name,
                    rank, (int)MAX_RANK);
  for (size_t i = 0; i < rank; i++)
    if (__builtin_mul_overflow(bytes, shape[i], &bytes))
      return lip_fail(err, LIP_EINPUT, "%s: the size of '%s' overflows", writer->file.path, name);
  return add(writer, name, type, rank, shape, values, bytes, err);
}

lip_status lip_npz_add_f64(lip_npz_writer *writer, const char *name, size_t rank,
                           const size_t *shape, const double *values, lip_error *err)
{
  return add_words(writer, name, ORDER "f8", rank, shape, values, err);
}

lip_status lip_npz_add_u64(lip_npz_writer *writer, const char *name, size_t rank,
                           const size_t *shape, const uint64_t *values, lip_error *err)
{
  return add_words(writer, name, ORDER "u8", rank, shape, values, err);
}

lip_status lip_npz_add_text(lip_npz_writer *writer, const char *name, const char *text,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t length = strlen(text);
  uint32_t *letters = lip_alloc(length, sizeof *letters); /* numpy's text is UCS-4 */
  char type[32];

  if (!letters) FAIL(LIP_ENOMEM, "%s: no memory for '%s'", writer->file.path, name);
  for (size_t i = 0; i < length; i++) letters[i] = (unsigned char)text[i];
  (void)snprintf(type, sizeof type, ORDER "U%zu", length);
  TRY(add(writer, name, type, 0, NULL, letters, length * sizeof *letters, err));
done:
  lip_free(letters);
  return st;
}

lip_status lip_npz_create(const char *path, lip_npz_writer **writer, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_npz_writer *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "%s: no memory to write it", path);
  made->zip64_above = UINT32_MAX - 1;
  TRY(lip_atomic_open(path, &made->file, err));
  *writer = made;
  made = NULL;
done:
  lip_free(made);
  return st;
}

lip_status lip_npz_compare(const char *path, const void *bytes, size_t size,
                           lip_npz_writer **writer, lip_error *err)
{
  lip_npz_writer *made = lip_alloc_zero(1, sizeof *made);

  if (made) made->file.path = strdup(path);
  if (!made || !made->file.path) {
    lip_npz_abandon(made);
    return lip_fail(err, LIP_ENOMEM, "%s: no memory to compare it", path);
  }
  made->zip64_above = UINT32_MAX - 1;
  made->expected = bytes;
  made->expected_size = size;
  made->differs = UINT64_MAX;
  *writer = made;
  return LIP_OK;
}

static lip_status commit_comparison(lip_npz_writer *writer, lip_error *err)
{
  if (writer->differs == UINT64_MAX && writer->written < writer->expected_size)
    writer->differs = writer->written;
  if (writer->differs == UINT64_MAX) return LIP_OK;
  return lip_fail(
      err, LIP_EINPUT,
      "%s: byte %llu is not the one that liplaw writes there: changed, or saved again by "
      "another program?",
      writer->file.path, (unsigned long long)writer->differs);
}

lip_status lip_npz_commit(lip_npz_writer *writer, lip_error *err)
{
  uint64_t start = writer->written;
  lip_status st;

  for (size_t i = 0; i < writer->members; i++) emit_directory_entry(writer, &writer->member[i]);
  emit_end(writer, start);
  st = writer->expected ? commit_comparison(writer, err) : lip_atomic_commit(&writer->file, err);
  lip_npz_abandon(writer);
  return st;
}

void lip_npz_abandon(lip_npz_writer *writer)
{
  if (!writer) return;
  lip_atomic_abandon(&writer->file);
  for (size_t i = 0; i < writer->members; i++) lip_free(writer->member[i].name);
  lip_free(writer);
}

void lip_npz_zip64_above(lip_npz_writer *writer, uint64_t bytes)
{
  writer->zip64_above = bytes;
}
