/* zip_read.c - finds the members of a zip file that stands in memory (PKWARE's APPNOTE).

   The end record is searched from the back; it points to the directory (through zip64 records
   where a field is all ones), whose entries give sizes and the offset of each member. Every offset
   and length is checked against the file before it is followed. */
#include "data/zip.h"

#include "base/error.h"

#include <string.h>

enum { END_SIZE = 22, LOCATOR_SIZE = 20, END64_SIZE = 56, ENTRY_SIZE = 46, LOCAL_SIZE = 30 };

typedef struct zip {
  const unsigned char *bytes;
  size_t size;
  uint64_t entries, start, end; /* of the directory */
} zip;

static uint64_t get(const unsigned char *at, size_t bytes)
{
  uint64_t value = 0;

  for (size_t i = bytes; i-- > 0;) value = value << 8 | at[i];
  return value;
}

static bool inside(const zip *in, uint64_t offset, uint64_t length)
{
  return offset <= in->size && length <= in->size - offset;
}

static lip_status find_end64(zip *in, size_t end, lip_error *err)
{
  const unsigned char *record;
  uint64_t offset;

  if (end < LOCATOR_SIZE || get(in->bytes + end - LOCATOR_SIZE, 4) != 0x07064b50)
    return lip_fail(err, LIP_EINPUT, "byte %zu: the zip64 locator is missing", end);
  offset = get(in->bytes + end - LOCATOR_SIZE + 8, 8);
  if (!inside(in, offset, END64_SIZE) || get(in->bytes + offset, 4) != 0x06064b50)
    return lip_fail(err, LIP_EINPUT, "byte %llu: the zip64 end record is missing",
                    (unsigned long long)offset);
  record = in->bytes + offset;
  in->entries = get(record + 32, 8);
  in->start = get(record + 48, 8);
  in->end = get(record + 40, 8); /* its length */
  return LIP_OK;
}

/* Finds the directory. */
static lip_status find_end(zip *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t end = in->size, lowest = in->size > END_SIZE + 65535 ? in->size - END_SIZE - 65535 : 0;
  const unsigned char *record = NULL;

  if (in->size < END_SIZE) FAIL(LIP_EINPUT, "%zu bytes are too few for a zip file", in->size);
  for (end = in->size - END_SIZE;; end--) {
    record = in->bytes + end;
    if (get(record, 4) == 0x06054b50 && get(record + 20, 2) == in->size - end - END_SIZE) break;
    if (end == lowest)
      FAIL(LIP_EINPUT, "the zip file has no end record (cut short after %zu bytes?)", in->size);
  }
  in->entries = get(record + 10, 2);
  in->end = get(record + 12, 4);
  in->start = get(record + 16, 4);
  if (in->entries == UINT16_MAX || in->end == UINT32_MAX || in->start == UINT32_MAX)
    TRY(find_end64(in, end, err));
  if (!inside(in, in->start, in->end))
    FAIL(LIP_EINPUT, "byte %zu: the zip directory lies outside the file", end);
  in->end += in->start;
done:
  return st;
}

/* Replaces the fields that are all ones by those of the entry's zip64 record, in their order. */
static lip_status widen(const unsigned char *extra, size_t length, uint64_t *size, uint64_t *packed,
                        uint64_t *offset)
{
  uint64_t *fields[] = {size, packed, offset};

  while (length >= 4) {
    size_t id = (size_t)get(extra, 2), left = (size_t)get(extra + 2, 2);

    extra += 4;
    length -= 4;
    if (left > length) break;
    if (id != 1) {
      extra += left;
      length -= left;
      continue;
    }
    for (size_t i = 0; i < 3; i++) {
      if (*fields[i] != UINT32_MAX) continue;
      if (left < 8) return LIP_EINPUT;
      *fields[i] = get(extra, 8);
      extra += 8;
      left -= 8;
    }
    return LIP_OK;
  }
  return *size == UINT32_MAX || *packed == UINT32_MAX || *offset == UINT32_MAX ? LIP_EINPUT
                                                                               : LIP_OK;
}

/* Fills the member from the directory entry at `at`, whose name and extra field are inside. */
static lip_status describe(const zip *in, uint64_t at, lip_zip_member *member, lip_error *err)
{
  lip_status st = LIP_OK;
  const unsigned char *entry = in->bytes + at, *extra = entry + ENTRY_SIZE + get(entry + 28, 2);
  unsigned long long place = at;
  uint64_t flags = get(entry + 8, 2), method = get(entry + 10, 2), data;
  uint64_t packed = get(entry + 20, 4), size = get(entry + 24, 4), offset = get(entry + 42, 4);

  if (flags & 1) FAIL(LIP_EINPUT, "byte %llu: the member is encrypted", place);
  if (method != 0 && method != 8)
    FAIL(LIP_EINPUT, "byte %llu: zip method %llu is neither stored (0) nor deflated (8)", place,
         (unsigned long long)method);
  if (widen(extra, (size_t)get(entry + 30, 2), &size, &packed, &offset) != LIP_OK)
    FAIL(LIP_EINPUT, "byte %llu: the entry's zip64 record is missing or cut short", place);
  if (!inside(in, offset, LOCAL_SIZE) || get(in->bytes + offset, 4) != 0x04034b50)
    FAIL(LIP_EINPUT, "byte %llu: there is no member at %llu", place, (unsigned long long)offset);
  data = offset + LOCAL_SIZE + get(in->bytes + offset + 26, 2) + get(in->bytes + offset + 28, 2);
  if (!inside(in, data, packed))
    FAIL(LIP_EINPUT, "byte %llu: the member's %llu bytes at %llu end outside the file", place,
         (unsigned long long)packed, (unsigned long long)data);
  *member = (lip_zip_member){.packing = method ? LIP_DEFLATED : LIP_STORED,
                             .bytes = in->bytes + data,
                             .packed = (size_t)packed,
                             .size = (size_t)size,
                             .crc = (uint32_t)get(entry + 16, 4)};
  if (size > lip_source_limit(member->packing, member->packed))
    FAIL(LIP_EINPUT, "byte %llu: %llu bytes cannot come from the member's %llu", place,
         (unsigned long long)size, (unsigned long long)packed);
done:
  return st;
}

/* The entry at `at` lies inside the directory; *next is the one after it. */
static lip_status step(const zip *in, uint64_t at, uint64_t *next, lip_error *err)
{
  const unsigned char *entry = in->bytes + at;
  uint64_t rest;

  if (in->end - at < ENTRY_SIZE || get(entry, 4) != 0x02014b50)
    return lip_fail(err, LIP_EINPUT, "byte %llu: the zip directory is damaged",
                    (unsigned long long)at);
  rest = get(entry + 28, 2) + get(entry + 30, 2) + get(entry + 32, 2);
  if (in->end - at - ENTRY_SIZE < rest)
    return lip_fail(err, LIP_EINPUT, "byte %llu: the zip directory is cut short",
                    (unsigned long long)at);
  *next = at + ENTRY_SIZE + rest;
  return LIP_OK;
}

lip_status lip_zip_each(const void *bytes, size_t size,
                        lip_status (*seen)(void *context, const char *name, size_t length,
                                           const lip_zip_member *member, lip_error *err),
                        void *context, lip_error *err)
{
  lip_status st = LIP_OK;
  zip in = {.bytes = bytes, .size = size};
  uint64_t at, next;

  TRY(find_end(&in, err));
  at = in.start;
  for (uint64_t i = 0; i < in.entries; i++, at = next) {
    lip_zip_member member;

    TRY(step(&in, at, &next, err));
    TRY(describe(&in, at, &member, err));
    TRY(seen(context, (const char *)in.bytes + at + ENTRY_SIZE, (size_t)get(in.bytes + at + 28, 2),
             &member, err));
  }
done:
  return st;
}

lip_status lip_zip_find(const void *bytes, size_t size, const char *name, lip_zip_member *member,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  zip in = {.bytes = bytes, .size = size};
  size_t length = strlen(name), hits = 0;
  uint64_t at, next;

  TRY(find_end(&in, err));
  at = in.start;
  for (uint64_t i = 0; i < in.entries; i++, at = next) {
    const unsigned char *entry = in.bytes + at;

    TRY(step(&in, at, &next, err));
    if (get(entry + 28, 2) == length && memcmp(entry + ENTRY_SIZE, name, length) == 0) {
      if (hits++) FAIL(LIP_EINPUT, "'%s' stands there twice", name);
      TRY(describe(&in, at, member, err));
    }
  }
  if (!hits) FAIL(LIP_EINPUT, "there is no '%s'", name);
done:
  return st;
}
