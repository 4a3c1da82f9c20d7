/* window.h - the windows of convolutions and pools in ONNX graphs. */
#ifndef LIP_NET_ONNX_WINDOW_H
#define LIP_NET_ONNX_WINDOW_H

#include "net/onnx/operands.h"

/* value <- the call's first input in row-major order; node->in_... : read as channels x height x
   width (height 1 where there is one dimension), all images' channels one after the other. */
LIP_MUST_CHECK lip_status lip_onnx_read_image(lip_onnx_call *call, lip_node *node,
                                              lip_onnx_value *value, lip_error *err);

/* The attribute's one number for each of `axes` dimensions, in [least, 2^31), into the last of
   to[2]; as it was where there is none. */
LIP_MUST_CHECK lip_status lip_onnx_read_pair(const lip_onnx_call *call, const char *name,
                                             size_t axes, int64_t least, size_t to[2],
                                             lip_error *err);

/* Strides, dilations and padding; kernel and in_... are set. */
LIP_MUST_CHECK lip_status lip_onnx_read_window(const lip_onnx_call *call, lip_node *node,
                                               lip_error *err);

/* Over how many entries a window spans. */
size_t lip_onnx_reach(const lip_node *node, size_t axis);

/* The call's output <- the value of node `at`, which has windows, in the shape that ONNX gives it.
 */
LIP_MUST_CHECK lip_status lip_onnx_set_image(lip_onnx_call *call, size_t at, lip_error *err);

/* node->b <- input 2, where there is one: a constant for each of node->channels. */
LIP_MUST_CHECK lip_status lip_onnx_read_biases(lip_onnx_call *call, lip_node *node, lip_error *err);

#endif
