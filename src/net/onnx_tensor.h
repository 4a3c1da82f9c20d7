/* onnx_tensor.h - the numbers of an ONNX tensor, checked. */
#ifndef LIP_NET_ONNX_TENSOR_H
#define LIP_NET_ONNX_TENSOR_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

enum { LIP_ONNX_RANK = 8 };

/* A view of a tensor whose shape and size have been checked against each other. */
typedef struct lip_onnx_array {
  const Onnx__TensorProto *tensor;
  size_t rank, dims[LIP_ONNX_RANK]; /* each at least 1 */
  size_t count;
  int32_t type;        /* FLOAT, DOUBLE or INT64 */
  const uint8_t *data; /* count entries, not aligned */
} lip_onnx_array;

/* Texts of this header's functions begin with "tensor 'NAME'". Data in another file are refused. */
LIP_MUST_CHECK lip_status lip_onnx_array_view(const Onnx__TensorProto *tensor,
                                              lip_onnx_array *array, lip_error *err);

/* out  out  count doubles; LIP_EINPUT where one is not finite, or the tensor is of integers */
LIP_MUST_CHECK lip_status lip_onnx_array_values(const lip_onnx_array *array, double *out,
                                                lip_error *err);

/* The same for a matrix, transposed. */
LIP_MUST_CHECK lip_status lip_onnx_array_transposed(const lip_onnx_array *array, double *out,
                                                    lip_error *err);

/* Entry i of a tensor of 64-bit integers. */
int64_t lip_onnx_array_integer(const lip_onnx_array *array, size_t i);

#endif
