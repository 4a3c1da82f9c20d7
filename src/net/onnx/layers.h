/* layers.h - a graph read from ONNX that is a chain of layers, as layers. */
#ifndef LIP_NET_ONNX_LAYERS_H
#define LIP_NET_ONNX_LAYERS_H

#include "net/graph.h"

/* The network up to node `output` where that is a chain of matrices, scales, activations and maps:
   scales and shifts become part of the matrices, in f64; where none is beside them an identity is
   put in. Nodes of kind LIP_NODE_MAP hold in `layer` which lip_map they are.
   chain  out  false: it is no chain, or the identities would be too large; the graph is as it was.
               Otherwise it is used up.
   return      LIP_OK; LIP_EINPUT: there is a map, but no chain; LIP_ENUMERIC; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_onnx_layers(lip_graph *graph, size_t output, lip_precision precision,
                                          bool *chain, lip_net **net, lip_error *err);

#endif
