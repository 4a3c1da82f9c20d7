/* views.h - the ONNX operators that change a value's shape, or tell it; see operators.h.
 */
#ifndef LIP_NET_ONNX_VIEWS_H
#define LIP_NET_ONNX_VIEWS_H

#include "net/onnx/operands.h"

lip_status lip_onnx_identity(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_cast(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_flatten(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_reshape_to(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_transpose(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_squeeze(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_unsqueeze(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_shape_of(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_size_of(lip_onnx_call *call, lip_error *err);

#endif
