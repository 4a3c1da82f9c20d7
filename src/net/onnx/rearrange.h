/* rearrange.h - the ONNX operators that repeat values and move blocks of them; see operators.h. */
#ifndef LIP_NET_ONNX_REARRANGE_H
#define LIP_NET_ONNX_REARRANGE_H

#include "net/onnx/operands.h"

lip_status lip_onnx_tile(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_depth_to_space(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_space_to_depth(lip_onnx_call *call, lip_error *err);

#endif
