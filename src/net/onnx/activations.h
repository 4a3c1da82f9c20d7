/* activations.h - the ONNX operators that are activations; see operators.h. */
#ifndef LIP_NET_ONNX_ACTIVATIONS_H
#define LIP_NET_ONNX_ACTIVATIONS_H

#include "net/onnx/operands.h"

lip_status lip_onnx_relu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_abs(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_tanh(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_softplus(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_sigmoid(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_erf(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_gelu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_leaky_relu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_elu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_selu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_celu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_prelu(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_pow(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_clip(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_shrink(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_hard_sigmoid(lip_onnx_call *call, lip_error *err);

/* out <- psi(from). */
LIP_MUST_CHECK lip_status lip_onnx_activate(lip_onnx_call *call, const lip_onnx_value *from,
                                            lip_activation_kind kind, double slope,
                                            lip_onnx_value *out, lip_error *err);

#endif
