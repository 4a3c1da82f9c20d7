/* gates.h - products of a value with a gate of itself: SiLU and GELU as exporters write them. */
#ifndef LIP_NET_ONNX_GATES_H
#define LIP_NET_ONNX_GATES_H

#include "net/onnx/value.h"

/* out <- one times two where that is c h sigmoid(s h) or c h (1 + erf(s h)) of some value h, in
   either order; with its constants wherever exporters put them.
   found  out  false: it is no such product, and out is as it was */
LIP_MUST_CHECK lip_status lip_onnx_gate(lip_onnx_call *call, const lip_onnx_value *one,
                                        const lip_onnx_value *two, lip_onnx_value *out, bool *found,
                                        lip_error *err);

#endif
