/* resize.h - the ONNX operators Resize and Upsample; see operators.h. */
#ifndef LIP_NET_ONNX_RESIZE_H
#define LIP_NET_ONNX_RESIZE_H

#include "net/onnx/operands.h"

/* Both of them. */
lip_status lip_onnx_resize(lip_onnx_call *call, lip_error *err);

#endif
