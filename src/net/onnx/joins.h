/* joins.h - the ONNX operators that put values beside each other, or repeat one; see
   operators.h. */
#ifndef LIP_NET_ONNX_JOINS_H
#define LIP_NET_ONNX_JOINS_H

#include "net/onnx/operands.h"

lip_status lip_onnx_concat(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_expand(lip_onnx_call *call, lip_error *err);

#endif
