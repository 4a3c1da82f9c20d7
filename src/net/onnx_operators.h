/* onnx_operators.h - what each ONNX operator does to the chain. */
#ifndef LIP_NET_ONNX_OPERATORS_H
#define LIP_NET_ONNX_OPERATORS_H

#include "net/onnx_operands.h"

/* An operator that is read. `at`: which of the node's inputs is the chain's value; texts do not
   name the node, the caller puts it before them. */
typedef struct lip_onnx_operator {
  const char *name;
  size_t fewest, most; /* inputs */
  lip_status (*apply)(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                      lip_error *err);
} lip_onnx_operator;

/* NULL where it is not read. */
const lip_onnx_operator *lip_onnx_operator_find(const char *name);

#endif
