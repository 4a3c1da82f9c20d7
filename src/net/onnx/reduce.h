/* reduce.h - the ONNX operators that reduce dimensions to means, sums and largest entries; see
   operators.h. */
#ifndef LIP_NET_ONNX_REDUCE_H
#define LIP_NET_ONNX_REDUCE_H

#include "net/onnx/operands.h"

lip_status lip_onnx_reduce_mean(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_reduce_sum(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_reduce_max(lip_onnx_call *call, lip_error *err);

/* The same of constants, also ReduceProd, ReduceMin and ReduceL2. */
lip_status lip_onnx_reduce_constant(lip_onnx_call *call, lip_error *err);

#endif
