/* shape.h - shapes of ONNX values: what the file declares, broadcasting, reshaping. A first
   dimension that the file leaves open counts points; all others, or all of a file that fixes every
   one, are those of one point. */
#ifndef LIP_NET_ONNX_SHAPE_H
#define LIP_NET_ONNX_SHAPE_H

#include "net/onnx/operands.h"

/* From the declaration of the graph's input: FLOAT or DOUBLE, at most 2^24 numbers a point. */
LIP_MUST_CHECK lip_status lip_onnx_shape_declared(const Onnx__ValueInfoProto *value,
                                                  lip_onnx_array *shape, bool *batched,
                                                  lip_error *err);

/* The common shape of values that ONNX (numpy) broadcasts; refused where points would be mixed.
   value  in  count values, at least one */
LIP_MUST_CHECK lip_status lip_onnx_shape_common(size_t count, const lip_onnx_value *const *value,
                                                lip_onnx_array *shape, bool *batched,
                                                lip_error *err);

/* out <- the value repeated so that it has the shape, which it broadcasts to. */
LIP_MUST_CHECK lip_status lip_onnx_shape_spread(lip_onnx_call *call, const lip_onnx_value *from,
                                                const lip_onnx_array *shape, bool batched,
                                                lip_onnx_value *out, lip_error *err);

/* A constant that broadcasts to the value's shape as one number for each of the value's, in the
   order in which they stand at its node. values  out  released with lip_free */
LIP_MUST_CHECK lip_status lip_onnx_shape_align(const lip_onnx_array *constant,
                                               const lip_onnx_value *value, double **values,
                                               lip_error *err);

/* The operators Flatten and Reshape; refused where they would mix points.
   target  in  a constant list of integers
   shape   out */
LIP_MUST_CHECK lip_status lip_onnx_shape_flatten(const lip_onnx_value *value, int64_t axis,
                                                 lip_onnx_array *shape, lip_error *err);
LIP_MUST_CHECK lip_status lip_onnx_shape_reshape(const lip_onnx_value *value,
                                                 const lip_onnx_list *target, bool zeros,
                                                 lip_onnx_array *shape, lip_error *err);

#endif
