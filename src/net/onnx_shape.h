/* onnx_shape.h - the shape of a value on its way through an ONNX graph: rows of points, and the
   shape of one point. */
#ifndef LIP_NET_ONNX_SHAPE_H
#define LIP_NET_ONNX_SHAPE_H

#include "net/onnx_tensor.h"

typedef struct lip_onnx_shape {
  bool batched; /* the first dimension counts points; values of one dimension are one point */
  size_t rows;  /* if the file fixes their number; 0: it does not */
  size_t rank, dims[LIP_ONNX_RANK]; /* of one point */
} lip_onnx_shape;

/* Numbers in one point. */
size_t lip_onnx_shape_width(const lip_onnx_shape *shape);

/* From the declaration of the graph's input: FLOAT or DOUBLE, every dimension but that of the
   points fixed, at most 2^24 numbers a point. */
LIP_MUST_CHECK lip_status lip_onnx_shape_declared(const Onnx__ValueInfoProto *value,
                                                  lip_onnx_shape *shape, lip_error *err);

/* Keeps the points apart and joins each one's dimensions into one. */
void lip_onnx_shape_flatten(lip_onnx_shape *shape);

/* By the target of the Reshape operator; refused where it would mix points. */
LIP_MUST_CHECK lip_status lip_onnx_shape_reshape(lip_onnx_shape *shape,
                                                 const lip_onnx_array *target, lip_error *err);

/* A constant as one number for each of a point's, by ONNX's (numpy's) broadcasting; refused where
   it differs between points, or would change the shape. values  out  released with lip_free */
LIP_MUST_CHECK lip_status lip_onnx_shape_broadcast(const lip_onnx_shape *shape,
                                                   const lip_onnx_array *constant, double **values,
                                                   lip_error *err);

#endif
