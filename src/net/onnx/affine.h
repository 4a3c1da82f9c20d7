/* affine.h - the ONNX operators that are affine maps; see operators.h. */
#ifndef LIP_NET_ONNX_AFFINE_H
#define LIP_NET_ONNX_AFFINE_H

#include "net/onnx/operands.h"

lip_status lip_onnx_gemm(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_matmul(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_add(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_sum(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_mean(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_sub(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_mul(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_div(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_neg(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_batch_norm(lip_onnx_call *call, lip_error *err);

/* out <- w o from + b. w and b are as many numbers as `from` has, in the order in which they stand
   at its node, or NULL: ones, zeros; taken over even on failure. */
LIP_MUST_CHECK lip_status lip_onnx_scale(lip_onnx_call *call, const lip_onnx_value *from, double *w,
                                         double *b, lip_onnx_value *out, lip_error *err);

/* The same with one number for all. */
LIP_MUST_CHECK lip_status lip_onnx_scale_all(lip_onnx_call *call, const lip_onnx_value *from,
                                             double w, double b, lip_onnx_value *out,
                                             lip_error *err);

/* out <- one + factor two; one of them may be a constant. */
LIP_MUST_CHECK lip_status lip_onnx_plus(lip_onnx_call *call, const lip_onnx_value *one,
                                        const lip_onnx_value *two, double factor,
                                        lip_onnx_value *out, lip_error *err);

#endif
