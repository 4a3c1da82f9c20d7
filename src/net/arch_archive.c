/* arch_archive.c - an archive of weights and the list of layers beside it. */
#include "net/arch_archive.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_LIST = 1 << 24 }; /* bytes of NAME.arch.json */

lip_status lip_archive_open(const char *path, bool is_npz, lip_archive *archive, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_read_file(path, (size_t)1 << 36, &archive->bytes, &archive->size, err));
  if (is_npz) goto done;
  st = lip_safetensors_open(archive->bytes, archive->size, &archive->tensors, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", path);
done:
  return st;
}

lip_status lip_archive_array(const lip_archive *archive, const char *name, lip_array *array,
                             lip_error *err)
{
  if (archive->tensors) return lip_safetensors_read(archive->tensors, name, array, err);
  return lip_npz_read(archive->bytes, archive->size, name, 0, array, err);
}

void lip_archive_clear(lip_archive *archive)
{
  lip_safetensors_close(archive->tensors);
  lip_free(archive->bytes);
}

char *lip_archive_list_path(const char *path)
{
  const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
  size_t stem = dot ? (size_t)(dot - path) : strlen(path), room = stem + sizeof ".arch.json";
  char *list = lip_alloc(room, 1);

  if (list) (void)snprintf(list, room, "%.*s.arch.json", (int)stem, path);
  return list;
}

lip_status lip_json_file(const char *path, json_t **object, lip_error *err)
{
  lip_status st = LIP_OK;
  void *text = NULL;
  size_t size = 0;
  json_error_t wrong;

  *object = NULL;
  TRY(lip_read_file(path, LONGEST_LIST, &text, &size, err));
  *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
  if (!*object) FAIL(LIP_EINPUT, "%s: line %d: %.160s", path, wrong.line, wrong.text);
  if (!json_is_object(*object)) FAIL(LIP_EINPUT, "%s: is no JSON object", path);
done:
  if (st != LIP_OK) {
    json_decref(*object);
    *object = NULL;
  }
  lip_free(text);
  return st;
}
