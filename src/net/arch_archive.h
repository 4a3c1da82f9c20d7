/* arch_archive.h - an archive of weights and the list of layers beside it. */
#ifndef LIP_NET_ARCH_ARCHIVE_H
#define LIP_NET_ARCH_ARCHIVE_H

#include "net/safetensors.h"

#include <jansson.h>

/* The tensors of NAME.npz or NAME.safetensors. Zero-initialised; cleared whether opening worked or
   not. */
typedef struct lip_archive {
  void *bytes;
  size_t size;
  lip_safetensors *tensors; /* NULL: it is an npz */
} lip_archive;

LIP_MUST_CHECK lip_status lip_archive_open(const char *path, bool is_npz, lip_archive *archive,
                                           lip_error *err);
LIP_MUST_CHECK lip_status lip_archive_array(const lip_archive *archive, const char *name,
                                            lip_array *array, lip_error *err);
void lip_archive_clear(lip_archive *archive);

/* NAME.arch.json for NAME.npz or NAME.safetensors; released with lip_free; NULL where memory is
   out. */
char *lip_archive_list_path(const char *path);

/* The JSON object in a file; released with json_decref. */
LIP_MUST_CHECK lip_status lip_json_file(const char *path, json_t **object, lip_error *err);

#endif
