/* external.c - reads the part of a file beside the model that holds a tensor's data. */
#include "net/onnx/external.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/graph.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *entry(const Onnx__TensorProto *tensor, const char *key)
{
  for (size_t i = 0; i < tensor->n_external_data; i++)
    if (strcmp(lip_onnx_text(tensor->external_data[i]->key), key) == 0)
      return lip_onnx_text(tensor->external_data[i]->value);
  return NULL;
}

static lip_status read_number(const Onnx__TensorProto *tensor, const char *key, uint64_t otherwise,
                              uint64_t *value, lip_error *err)
{
  const char *text = entry(tensor, key);
  char *end = NULL, shown[LIP_ONNX_TEXT];

  *value = otherwise;
  if (!text) return LIP_OK;
  errno = 0;
  *value = strtoumax(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || errno || *value > INT64_MAX)
    return lip_fail(err, LIP_EINPUT, "its data's %s is '%s'", key, lip_onnx_printable(text, shown));
  return LIP_OK;
}

/* The file, links resolved; it must be the folder's. */
static lip_status find_file(const char *folder, const char *location, char **path, lip_error *err)
{
  lip_status st = LIP_OK;
  char shown[LIP_ONNX_TEXT], *inner = realpath(folder, NULL), *joined = NULL;
  size_t length = strlen(folder) + strlen(location) + 2;

  lip_onnx_printable(location, shown);
  joined = lip_alloc(length, 1);
  if (!joined) FAIL(LIP_ENOMEM, "no memory for a path");
  (void)snprintf(joined, length, "%s/%s", folder, location);
  *path = location[0] == '/' || location[0] == 0 ? NULL : realpath(joined, NULL);
  if (!inner || !*path) FAIL(LIP_EINPUT, "its data are in '%s', which is not there", shown);
  length = inner[1] ? strlen(inner) : 0; /* of "/" nothing stands before its own slash */
  if (strncmp(*path, inner, length) != 0 || (*path)[length] != '/')
    FAIL(LIP_EINPUT, "its data are in '%s', outside of the model's folder", shown);
done:
  if (st != LIP_OK) {
    free(*path);
    *path = NULL;
  }
  free(inner);
  lip_free(joined);
  return st;
}

lip_status lip_onnx_external_read(const Onnx__TensorProto *tensor, const char *folder, size_t size,
                                  void **bytes, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *location = entry(tensor, "location");
  char shown[LIP_ONNX_TEXT], *path = NULL;
  uint64_t offset, length;
  FILE *file = NULL;
  struct stat about;

  *bytes = NULL;
  if (!location) FAIL(LIP_EINPUT, "has its data in another file, which it does not name");
  TRY(read_number(tensor, "offset", 0, &offset, err));
  TRY(read_number(tensor, "length", size, &length, err));
  if (length != size)
    FAIL(LIP_EINPUT, "has %" PRIu64 " bytes of data, its shape says %zu", length, size);
  TRY(find_file(folder, location, &path, err));
  lip_onnx_printable(location, shown);
  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
    FAIL(LIP_EINPUT, "its data are in '%s', which is no file", shown);
  if ((uint64_t)about.st_size < offset || (uint64_t)about.st_size - offset < size)
    FAIL(LIP_EINPUT, "its data end at byte %" PRIu64 " of '%s', which has %lld", offset + size,
         shown, (long long)about.st_size);
  file = fopen(path, "rb");
  *bytes = lip_alloc(size, 1);
  if (!*bytes) FAIL(LIP_ENOMEM, "no memory for %zu bytes", size);
  if (!file || fseeko(file, (off_t)offset, SEEK_SET) != 0 || fread(*bytes, 1, size, file) != size)
    FAIL(LIP_EIO, "its data in '%s' cannot be read", shown);
done:
  if (st != LIP_OK) {
    lip_free(*bytes);
    *bytes = NULL;
  }
  if (file) (void)fclose(file);
  free(path);
  return st;
}
