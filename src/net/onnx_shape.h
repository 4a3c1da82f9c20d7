/* onnx_shape.h - the shape of a value on its way through an ONNX graph. A first dimension that the
   file leaves open counts points; all others, or all of a file that fixes every one, are those of
   one point. */
#ifndef LIP_NET_ONNX_SHAPE_H
#define LIP_NET_ONNX_SHAPE_H

#include "net/onnx_tensor.h"

typedef struct lip_onnx_shape {
  bool batched;                     /* a dimension that counts points comes first */
  size_t rank, dims[LIP_ONNX_RANK]; /* of one point; rank at least 1 */
} lip_onnx_shape;

/* Numbers in one point. */
size_t lip_onnx_shape_width(const lip_onnx_shape *shape);

/* From the declaration of the graph's input: FLOAT or DOUBLE, at most 2^24 numbers a point. */
LIP_MUST_CHECK lip_status lip_onnx_shape_declared(const Onnx__ValueInfoProto *value,
                                                  lip_onnx_shape *shape, lip_error *err);

/* The Flatten operator: the dimensions before `axis` (which counts the points' too, from the end
   where negative) become one, those from it on the other; refused where it would mix points. */
LIP_MUST_CHECK lip_status lip_onnx_shape_flatten(lip_onnx_shape *shape, int64_t axis,
                                                 lip_error *err);

/* The Reshape operator; refused where it would mix points. */
LIP_MUST_CHECK lip_status lip_onnx_shape_reshape(lip_onnx_shape *shape,
                                                 const lip_onnx_array *target, lip_error *err);

/* A constant as one number for each of a point's, by ONNX's (numpy's) broadcasting; refused where
   it differs between points, or would change the shape. values  out  released with lip_free */
LIP_MUST_CHECK lip_status lip_onnx_shape_broadcast(const lip_onnx_shape *shape,
                                                   const lip_onnx_array *constant, double **values,
                                                   lip_error *err);

#endif
