/* node.h - reads one node of an ONNX graph. */
#ifndef LIP_NET_ONNX_NODE_H
#define LIP_NET_ONNX_NODE_H

#include "net/onnx/value.h"

/* Is it a Constant? */
bool lip_onnx_is_constant(const Onnx__NodeProto *node);

/* The value of a name that the graph has; initialisers are looked at when they are first needed. */
LIP_MUST_CHECK lip_status lip_onnx_find_value(lip_onnx_import *import, const char *name,
                                              lip_onnx_value **value, lip_error *err);

/* Sets the values of the node's outputs; those of its inputs are set. Texts name the node. */
LIP_MUST_CHECK lip_status lip_onnx_read_node(lip_onnx_import *import, const Onnx__NodeProto *node,
                                             lip_error *err);

#endif
