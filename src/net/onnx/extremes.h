/* extremes.h - the ONNX operators Max, Min and Softmax; see operators.h. */
#ifndef LIP_NET_ONNX_EXTREMES_H
#define LIP_NET_ONNX_EXTREMES_H

#include "net/onnx/operands.h"

lip_status lip_onnx_max(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_min(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_softmax(lip_onnx_call *call, lip_error *err);

#endif
