/* atomic_file.c - a file that appears whole or not at all: written aside, synced, renamed. */
#include "base/atomic_file.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A name of its own beside the final one, opened; -1 with errno where that fails. Not mkstemp: the
   file shall have the permissions that the umask leaves, and the umask cannot be read without being
   changed for every thread. */
static int open_aside(lip_atomic_file *file, size_t size)
{
  int descriptor = -1;

  for (unsigned attempt = 0; descriptor < 0 && attempt < 100; attempt++) {
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(file->aside, size, "%s.%lx%lx", file->target, (unsigned long)getpid(),
                   (unsigned long)now.tv_nsec + attempt);
    descriptor = open(file->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno != EEXIST) break;
  }
  if (descriptor < 0) file->aside[0] = 0;
  return descriptor;
}

lip_status lip_atomic_open(const char *path, lip_atomic_file *file, lip_error *err)
{
  lip_status st = LIP_OK;
  struct stat info;
  bool exists = stat(path, &info) == 0;
  int descriptor = -1;
  size_t size;

  *file = (lip_atomic_file){0};
  if (!*path) FAIL(LIP_EIO, "'': a file needs a name");
  if (exists && S_ISDIR(info.st_mode)) FAIL(LIP_EIO, "%s: is a folder", path);
  file->path = strdup(path);
  file->target = exists && S_ISREG(info.st_mode) ? realpath(path, NULL) : strdup(path);
  if (!file->path || !file->target) FAIL(LIP_ENOMEM, "%s: no memory for its name", path);
  size = strlen(file->target) + 40;
  file->aside = lip_alloc_zero(size, 1);
  if (!file->aside) FAIL(LIP_ENOMEM, "%s: no memory for its name", path);
  if (exists && !S_ISREG(info.st_mode)) /* a device or a pipe stays what it is */
    descriptor = open(path, O_WRONLY | O_CLOEXEC);
  else
    descriptor = open_aside(file, size);
  if (descriptor < 0) FAIL(LIP_EIO, "%s: cannot be created: %s", path, strerror(errno));
  file->stream = fdopen(descriptor, "wb");
  if (!file->stream) FAIL(LIP_EIO, "%s: %s", path, strerror(errno));
  descriptor = -1;
done:
  if (descriptor >= 0) (void)close(descriptor);
  if (st != LIP_OK) lip_atomic_abandon(file);
  return st;
}

lip_status lip_atomic_commit(lip_atomic_file *file, lip_error *err)
{
  lip_status st = LIP_OK;
  int failed = ferror(file->stream) || fflush(file->stream) != 0 ||
               (file->aside[0] && fsync(fileno(file->stream)) != 0);
  int cause = errno;

  if (fclose(file->stream) != 0 && !failed) {
    failed = 1;
    cause = errno;
  }
  file->stream = NULL;
  if (failed) FAIL(LIP_EIO, "%s: cannot be written: %s", file->path, strerror(cause));
  if (file->aside[0] && rename(file->aside, file->target) != 0)
    FAIL(LIP_EIO, "%s: cannot be renamed into place: %s", file->path, strerror(errno));
  file->aside[0] = 0;
done:
  lip_atomic_abandon(file);
  return st;
}

void lip_atomic_abandon(lip_atomic_file *file)
{
  if (file->stream) (void)fclose(file->stream);
  if (file->aside && file->aside[0]) (void)unlink(file->aside);
  free(file->path);
  free(file->target);
  lip_free(file->aside);
  *file = (lip_atomic_file){0};
}

lip_status lip_write_file(const char *path, const void *content, size_t size, lip_error *err)
{
  lip_atomic_file file;
  lip_status st = lip_atomic_open(path, &file, err);

  if (st != LIP_OK) return st;
  (void)fwrite(content, 1, size, file.stream); /* commit sees the stream's error */
  return lip_atomic_commit(&file, err);
}

lip_status lip_read_file(const char *path, size_t limit, void **content, size_t *size,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  struct stat info;
  unsigned char *bytes = NULL;
  size_t length = 0;
  FILE *stream = NULL;

  /* Asked before opening: a pipe without a writer would be waited for. */
  if (stat(path, &info) != 0) FAIL(LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  if (!S_ISREG(info.st_mode)) FAIL(LIP_EINPUT, "%s: is not a regular file", path);
  stream = fopen(path, "rb");
  if (!stream) FAIL(LIP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(fileno(stream), &info) != 0) FAIL(LIP_EIO, "%s: %s", path, strerror(errno));
  length = (size_t)info.st_size;
  if (length > limit) FAIL(LIP_EINPUT, "%s: has %zu bytes, more than %zu", path, length, limit);
  bytes = lip_alloc(length + 1, 1);
  if (!bytes) FAIL(LIP_ENOMEM, "%s: no memory for %zu bytes", path, length);
  if (fread(bytes, 1, length, stream) != length)
    FAIL(LIP_EIO, "%s: cannot be read: %s", path,
         ferror(stream) ? strerror(errno) : "it was cut short");
  bytes[length] = 0;
  *content = bytes;
  *size = length;
  bytes = NULL;
done:
  lip_free(bytes);
  if (stream) (void)fclose(stream);
  return st;
}
