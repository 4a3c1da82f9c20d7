/* source.c - bytes that stand in memory as they are or deflated, read front to back (zlib). */
#include "data/source.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

enum { CHUNK = 1 << 30 }; /* zlib counts in 32 bits */

static voidpf take(voidpf context, uInt count, uInt size)
{
  (void)context;
  return lip_alloc(count, size);
}

static void give_back(voidpf context, voidpf memory)
{
  (void)context;
  lip_free(memory);
}

lip_status lip_source_open(lip_packing packing, const void *bytes, size_t size, lip_source *source,
                           lip_error *err)
{
  int window = packing == LIP_GZIP ? 15 + 16 : -15;

  *source = (lip_source){.packing = packing, .bytes = bytes, .left = size};
  if (packing == LIP_STORED) return LIP_OK;
  source->stream.zalloc = take;
  source->stream.zfree = give_back;
  if (inflateInit2(&source->stream, window) != Z_OK)
    return lip_fail(err, LIP_ENOMEM, "no memory to inflate");
  source->open = true;
  return LIP_OK;
}

/* Inflates up to `size` bytes (at most CHUNK); *got: how many came. */
static lip_status inflate_some(lip_source *source, void *out, size_t size, size_t *got,
                               lip_error *err)
{
  z_stream *stream = &source->stream;
  uInt offered = (uInt)(source->left < CHUNK ? source->left : CHUNK);
  int code;

  stream->next_in = (z_const Bytef *)source->bytes;
  stream->avail_in = offered;
  stream->next_out = out;
  stream->avail_out = (uInt)size;
  code = inflate(stream, Z_NO_FLUSH);
  source->bytes += offered - stream->avail_in;
  source->left -= offered - stream->avail_in;
  *got = size - stream->avail_out;
  source->ended = code == Z_STREAM_END;
  if (code == Z_MEM_ERROR) return lip_fail(err, LIP_ENOMEM, "no memory to inflate");
  if (code == Z_OK || code == Z_STREAM_END || (code == Z_BUF_ERROR && *got)) return LIP_OK;
  if (code == Z_BUF_ERROR)
    return lip_fail(err, LIP_EINPUT, "the compressed data are cut short after %zu unpacked bytes",
                    source->produced);
  return lip_fail(err, LIP_EINPUT, "the compressed data are damaged after %zu unpacked bytes: %s",
                  source->produced, stream->msg ? stream->msg : "no deflate stream");
}

lip_status lip_source_read(lip_source *source, void *out, size_t size, lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char *at = out;

  if (source->packing == LIP_STORED) {
    if (size > source->left)
      FAIL(LIP_EINPUT, "the data end after %zu bytes", source->produced + source->left);
    if (size) memcpy(out, source->bytes, size);
    source->bytes += size;
    source->left -= size;
    source->produced += size;
  } else {
    for (size_t todo = size; todo > 0;) {
      size_t got = 0;

      if (source->ended) FAIL(LIP_EINPUT, "the data end after %zu bytes", source->produced);
      TRY(inflate_some(source, at, todo < CHUNK ? todo : CHUNK, &got, err));
      at += got;
      todo -= got;
      source->produced += got;
    }
  }
  source->crc = (uint32_t)crc32_z(source->crc, out, size);
done:
  return st;
}

lip_status lip_source_end(lip_source *source, lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char more;
  size_t got = 0;

  /* The end of a stream, with its check sum, stands after the last byte. */
  while (source->open && !source->ended && got == 0) TRY(inflate_some(source, &more, 1, &got, err));
  if (got || source->left)
    FAIL(LIP_EINPUT, "there are data after the expected %zu bytes", source->produced);
done:
  return st;
}

size_t lip_source_limit(lip_packing packing, size_t size)
{
  size_t limit;

  if (packing == LIP_STORED) return size;
  return __builtin_mul_overflow(size, (size_t)1032, &limit) ? SIZE_MAX : limit;
}

void lip_source_close(lip_source *source)
{
  if (source->open) (void)inflateEnd(&source->stream);
  source->open = false;
}
