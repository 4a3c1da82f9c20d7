/* fold.h - arithmetic of constants in an ONNX graph; see operators.h. Reals in f64,
   whatever the file's type; integers exactly, or refused. */
#ifndef LIP_NET_ONNX_FOLD_H
#define LIP_NET_ONNX_FOLD_H

#include "net/onnx/operands.h"

lip_status lip_onnx_fold_unary(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_fold_binary(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_fold_where(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_fold_matmul(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_fold_filled(lip_onnx_call *call, lip_error *err); /* ConstantOfShape */
lip_status lip_onnx_fold_range(lip_onnx_call *call, lip_error *err);

#endif
