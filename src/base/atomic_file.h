/* atomic_file.h - a file that appears whole or not at all. */
#ifndef LIP_BASE_ATOMIC_FILE_H
#define LIP_BASE_ATOMIC_FILE_H

#include <liplaw/status.h>

#include <stdio.h>

/* A file being written beside its final path, under a name of its own. A link is followed. What is
   there already and is no regular file (a device, a pipe) is written to directly, and stays. */
typedef struct lip_atomic_file {
  FILE *stream;
  char *path;   /* as the caller named it, for messages; these three are owned */
  char *target; /* what it leads to */
  char *aside;  /* the file being written; empty where there is none */
} lip_atomic_file;

LIP_MUST_CHECK lip_status lip_atomic_open(const char *path, lip_atomic_file *file, lip_error *err);

/* Flushes to disk and renames. On failure the aside file is removed; `file` is released either way.
 */
LIP_MUST_CHECK lip_status lip_atomic_commit(lip_atomic_file *file, lip_error *err);

/* Drops what was written. Takes a file that is zeroed, or was committed already. */
void lip_atomic_abandon(lip_atomic_file *file);

/* Both together, for content that stands in memory. (What tests write and break.)
   return  LIP_OK; LIP_EIO; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_write_file(const char *path, const void *content, size_t size,
                                         lip_error *err);

/* Reads a whole file, at most `limit` bytes (LIP_EINPUT above). content: released with lip_free,
   and followed by a 0 byte that size does not count. */
LIP_MUST_CHECK lip_status lip_read_file(const char *path, size_t limit, void **content,
                                        size_t *size, lip_error *err);

#endif
