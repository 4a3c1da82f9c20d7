/* arch_layers.h - the layers that a list may hold, one row of a table for each. */
#ifndef LIP_NET_ARCH_LAYERS_H
#define LIP_NET_ARCH_LAYERS_H

#include "net/arch_read.h"

enum { LIP_ARCH_KEYS = 10 };

/* The value of a layer: that of a node, read in a shape. Flattening makes another shape of the same
   node. rank: 1 a vector, 3 channels x height x width, else numbers in a row only. */
typedef struct lip_arch_value {
  char name[LIP_NODE_NAME];
  size_t node, rank, channels, height, width;
} lip_arch_value;

/* A layer that is being read. The node has its kind, name and activation's kind. */
typedef struct lip_arch_layer {
  const lip_archive *archive; /* NULL: sizes only */
  const json_t *keys;
  lip_arch_value in; /* what feeds it; several values are one already, but for add and concat */
  lip_node node;
  double norm, bias_norm;
} lip_arch_layer;

typedef struct lip_arch_operation {
  const char *name;
  lip_node_kind kind;
  lip_activation_kind activation;
  /* Reads the keys into the node; NULL: there is nothing to read. */
  lip_status (*read)(lip_arch_layer *layer, lip_error *err);
  const char *keys[LIP_ARCH_KEYS]; /* beside op, name, from */
} lip_arch_operation;

/* NULL: there is no such operation. */
const lip_arch_operation *lip_arch_operation_named(const char *name);

/* A whole number of at least `least`. */
LIP_MUST_CHECK lip_status lip_arch_read_size(const json_t *value, const char *key, size_t least,
                                             size_t *size, lip_error *err);

#endif
