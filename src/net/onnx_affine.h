/* onnx_affine.h - the ONNX operators that are affine maps; see onnx_operators.h for the arguments.
 */
#ifndef LIP_NET_ONNX_AFFINE_H
#define LIP_NET_ONNX_AFFINE_H

#include "net/onnx_operands.h"

lip_status lip_onnx_gemm(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                         lip_error *err);
lip_status lip_onnx_matmul(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                           lip_error *err);
lip_status lip_onnx_add(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err);
lip_status lip_onnx_sub(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err);
lip_status lip_onnx_mul(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err);
lip_status lip_onnx_div(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err);
lip_status lip_onnx_batch_norm(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                               lip_error *err);

#endif
