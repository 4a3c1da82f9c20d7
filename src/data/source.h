/* source.h - bytes that stand in memory as they are or deflated, read front to back. */
#ifndef LIP_DATA_SOURCE_H
#define LIP_DATA_SOURCE_H

#include <liplaw/status.h>

#include <zlib.h>

typedef enum lip_packing {
  LIP_STORED,
  LIP_DEFLATED, /* a raw stream, as in zip files */
  LIP_GZIP,     /* its own check sum is verified */
} lip_packing;

/* Unpacks only what is asked for, so that what a header claims can be checked before memory is
   taken. */
typedef struct lip_source {
  lip_packing packing;
  const unsigned char *bytes; /* what is not yet consumed, borrowed */
  size_t left;
  size_t produced;
  uint32_t crc; /* of all that was read */
  z_stream stream;
  bool open, ended;
} lip_source;

LIP_MUST_CHECK lip_status lip_source_open(lip_packing packing, const void *bytes, size_t size,
                                          lip_source *source, lip_error *err);

/* Exactly `size` bytes, or LIP_EINPUT naming the byte where the source ends or is damaged. */
LIP_MUST_CHECK lip_status lip_source_read(lip_source *source, void *out, size_t size,
                                          lip_error *err);

/* LIP_EINPUT unless everything has been read. */
LIP_MUST_CHECK lip_status lip_source_end(lip_source *source, lip_error *err);

/* An upper bound on the bytes that a source of `size` bytes can give: deflate shrinks to no less
   than 1 part in 1032. */
size_t lip_source_limit(lip_packing packing, size_t size);

void lip_source_close(lip_source *source); /* takes one that is zeroed */

#endif
