/* windows.h - the ONNX operators that look through windows; see operators.h. */
#ifndef LIP_NET_ONNX_WINDOWS_H
#define LIP_NET_ONNX_WINDOWS_H

#include "net/onnx/operands.h"

lip_status lip_onnx_conv(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_conv_transpose(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_max_pool(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_average_pool(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_global_average_pool(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_global_max_pool(lip_onnx_call *call, lip_error *err);

#endif
