/* arch_read.h - a network as a list of layers in JSON: with the names of weights in an archive
   beside it, or with sizes alone. */
#ifndef LIP_NET_ARCH_READ_H
#define LIP_NET_ARCH_READ_H

#include "net/arch_archive.h"
#include "net/graph.h"

/* What a list says. Nodes of layers have W and b where there is an archive; else they are NULL, and
   `weights` and `biases` alone tell how many there would be. */
typedef struct lip_arch_list {
  lip_graph graph; /* the last node is the output */
  size_t output;
  double *norm, *bias_norm; /* by node: what the list says of |W|_op and |b|; NaN: nothing; owned */
} lip_arch_list;

/* path     in   the list, NAME.arch.json or a description
   archive  in   NULL: sizes only
   list     out  released with lip_arch_list_clear; after a failure it is empty
   return        LIP_OK; LIP_EIO; LIP_EINPUT with file, layer and cause; LIP_ENUMERIC where a weight
                 is not finite; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_arch_list_read(const char *path, const lip_archive *archive,
                                             lip_arch_list *list, lip_error *err);
/* The same of a JSON object. */
LIP_MUST_CHECK lip_status lip_arch_list_of(const json_t *object, const lip_archive *archive,
                                           lip_arch_list *list, lip_error *err);
void lip_arch_list_clear(lip_arch_list *list);

/* Reads NAME.arch.json, whose layers name arrays of the archive (npz or safetensors) at path,
   NAME.npz or NAME.safetensors; docs/formats.md says what it may hold.
   return  LIP_OK; LIP_EIO; LIP_EINPUT with file, layer and cause; LIP_ENUMERIC; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_arch_read(const char *path, bool is_npz, lip_net **net,
                                        lip_error *err);

#endif
