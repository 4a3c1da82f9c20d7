/* onnx_operands.h - what an ONNX operator finds at its node: attributes, constants, the value. */
#ifndef LIP_NET_ONNX_OPERANDS_H
#define LIP_NET_ONNX_OPERANDS_H

#include "net/affine_chain.h"
#include "net/onnx_graph.h"
#include "net/onnx_shape.h"

/* A network on its way out of a graph. */
typedef struct lip_onnx_import {
  const lip_onnx_graph *graph;
  lip_affine_chain chain;
  lip_onnx_shape shape; /* of the chain's value */
  bool doubles;         /* a DOUBLE tensor was met */
  bool apart;           /* the value was unsqueezed: a subtraction makes differences from centers */
  double *centers; /* the value is h - w_j, j < dims[rank - 2]; owned; NULL: it is the chain's */
} lip_onnx_import;

/* An attribute's number; `otherwise` where the node has none, and on failure. */
LIP_MUST_CHECK lip_status lip_onnx_float_attribute(const Onnx__NodeProto *node, const char *name,
                                                   float otherwise, double *value, lip_error *err);
LIP_MUST_CHECK lip_status lip_onnx_int_attribute(const Onnx__NodeProto *node, const char *name,
                                                 int64_t otherwise, int64_t *value, lip_error *err);

/* A list of one whole number; *given says whether the node has it. */
LIP_MUST_CHECK lip_status lip_onnx_axis_attribute(const Onnx__NodeProto *node, const char *name,
                                                  bool *given, int64_t *value, lip_error *err);

/* Input i of the node, which must be a constant. */
LIP_MUST_CHECK lip_status lip_onnx_constant_input(lip_onnx_import *import,
                                                  const Onnx__NodeProto *node, size_t i,
                                                  lip_onnx_array *array, lip_error *err);

/* The same as one number for each of the value's; released with lip_free. */
LIP_MUST_CHECK lip_status lip_onnx_vector_input(lip_onnx_import *import,
                                                const Onnx__NodeProto *node, size_t i,
                                                double **values, lip_error *err);

/* LIP_EINPUT where `at`, the input that is the value, is not the first. */
LIP_MUST_CHECK lip_status lip_onnx_value_first(size_t at, lip_error *err);

#endif
