/* tensor.h - the numbers of an ONNX tensor, checked. */
#ifndef LIP_NET_ONNX_TENSOR_H
#define LIP_NET_ONNX_TENSOR_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

enum { LIP_ONNX_RANK = 8 };

/* A row-major array of numbers whose shape and size have been checked against each other: a view of
   a tensor, or numbers of its own. */
typedef struct lip_onnx_array {
  const char *name;                 /* of the tensor or value, for messages */
  size_t rank, dims[LIP_ONNX_RANK]; /* each at least 1 */
  size_t count;
  int32_t type; /* FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64, INT32 or BOOL of TensorProto's types */
  size_t width; /* bytes of an entry */
  const uint8_t *data; /* count entries, not aligned */
  void *owned;         /* what data points to, or NULL: somebody else's */
} lip_onnx_array;

/* Texts of this header's functions begin with "tensor 'NAME'".
   folder  in   where data in other files are sought: the model's */
LIP_MUST_CHECK lip_status lip_onnx_array_view(const Onnx__TensorProto *tensor, const char *folder,
                                              lip_onnx_array *array, lip_error *err);
void lip_onnx_array_clear(lip_onnx_array *array);

/* FLOAT, DOUBLE, FLOAT16 or BFLOAT16. */
bool lip_onnx_array_is_real(const lip_onnx_array *array);

/* out  out  count doubles; LIP_EINPUT where one is not finite, or the tensor is of integers */
LIP_MUST_CHECK lip_status lip_onnx_array_values(const lip_onnx_array *array, double *out,
                                                lip_error *err);

/* The same for a matrix, transposed. */
LIP_MUST_CHECK lip_status lip_onnx_array_transposed(const lip_onnx_array *array, double *out,
                                                    lip_error *err);

/* Entry i of an array of reals, as it is; of one of integers. */
double lip_onnx_array_real(const lip_onnx_array *array, size_t i);
int64_t lip_onnx_array_integer(const lip_onnx_array *array, size_t i);

#endif
