/* onnx_affine.c - the ONNX operators that are affine maps of each point, as the specification
   defines them for operator sets 7 to 20. */
#include "net/onnx_affine.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx_maps.h"

#include <math.h>
#include <string.h>

/* M (in x out where `transposed`, else out x in) as W, out x in; or where a point is a list of
   `blocks` vectors, all of which M multiplies, as the matrix with so many W on its diagonal. */
static lip_status read_matrix(lip_onnx_import *import, const lip_onnx_array *M, bool transposed,
                              size_t blocks, double **W, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t out = M->dims[transposed ? 1 : 0], in = M->dims[transposed ? 0 : 1];
  double *block = lip_alloc(M->count, sizeof *block), *all = NULL;

  if (!block) FAIL(LIP_ENOMEM, "no memory for a matrix of %zu x %zu", out, in);
  if (transposed)
    TRY(lip_onnx_array_transposed(M, block, err));
  else
    TRY(lip_onnx_array_values(M, block, err));
  if (blocks > 1) {
    TRY(lip_chain_reserve(&import->chain, blocks * out, blocks * in, err));
    all = lip_alloc_zero(blocks * out, blocks * in * sizeof *all);
    if (!all) FAIL(LIP_ENOMEM, "no memory for a matrix of %zu x %zu", blocks * out, blocks * in);
    for (size_t r = 0; r < blocks * out; r++)
      memcpy(all + r * blocks * in + r / out * in, block + r % out * in, in * sizeof *all);
  }
  *W = all ? all : block;
  if (!all) block = NULL;
done:
  lip_free(block);
  return st;
}

/* value <- W value for a constant matrix, stored as W or, `transposed`, as W^T; by ONNX's rule it
   multiplies the last dimension. */
static lip_status apply_matrix(lip_onnx_import *import, const lip_onnx_array *array,
                               bool transposed, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t out, in, blocks, last = import->shape.rank - 1;
  double *W = NULL;

  if (array->rank != 2)
    FAIL(LIP_EINPUT, "its constant has %zu dimensions, a matrix has 2", array->rank);
  out = array->dims[transposed ? 1 : 0];
  in = array->dims[transposed ? 0 : 1];
  if (import->shape.dims[last] != in)
    FAIL(LIP_EINPUT, "its matrix takes %zu numbers, the value has %zu", in,
         import->shape.dims[last]);
  blocks = lip_onnx_shape_width(&import->shape) / in;
  TRY(read_matrix(import, array, transposed, blocks, &W, err));
  TRY(lip_chain_product(&import->chain, blocks * out, W, err));
  import->shape.dims[last] = out;
done:
  return st;
}

static lip_status scale_by(lip_onnx_import *import, double factor, lip_error *err)
{
  size_t width = import->chain.width;
  double *v;

  if (factor == 1) return LIP_OK;
  v = lip_alloc(width, sizeof *v);
  if (!v) return lip_fail(err, LIP_ENOMEM, "no memory for %zu factors", width);
  for (size_t i = 0; i < width; i++) v[i] = factor;
  return lip_chain_scale(&import->chain, v, err);
}

/* Gemm: alpha A B + beta C, A the value, B and C constants (transB: B is stored transposed). */
lip_status lip_onnx_gemm(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t transA, transB;
  double alpha, beta, *c = NULL;
  lip_onnx_array B;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_int_attribute(node, "transA", 0, &transA, err));
  TRY(lip_onnx_int_attribute(node, "transB", 0, &transB, err));
  TRY(lip_onnx_float_attribute(node, "alpha", 1, &alpha, err));
  TRY(lip_onnx_float_attribute(node, "beta", 1, &beta, err));
  if (transA != 0) FAIL(LIP_EINPUT, "transA would mix points");
  if (import->shape.rank + import->shape.batched != 2)
    FAIL(LIP_EINPUT, "the value before it has %zu dimensions instead of 2",
         import->shape.rank + import->shape.batched);
  TRY(lip_onnx_constant_input(import, node, 1, &B, err));
  TRY(apply_matrix(import, &B, transB == 0, err));
  TRY(scale_by(import, alpha, err));
  if (node->n_input < 3 || !node->input[2][0]) goto done;
  TRY(lip_onnx_vector_input(import, node, 2, &c, err));
  for (size_t i = 0; i < import->chain.width; i++) c[i] *= beta;
  TRY(lip_chain_shift(&import->chain, c, err));
done:
  return st;
}

/* MatMul: value . B, or A . value where the value is a single vector. */
lip_status lip_onnx_matmul(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array matrix;

  if (at == 1 && (import->shape.batched || import->shape.rank != 1))
    FAIL(LIP_EINPUT, "a constant comes before a value that is not one vector");
  TRY(lip_onnx_constant_input(import, node, 1 - at, &matrix, err));
  TRY(apply_matrix(import, &matrix, at == 0, err));
done:
  return st;
}

lip_status lip_onnx_add(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err)
{
  double *v = NULL;
  lip_status st = lip_onnx_vector_input(import, node, 1 - at, &v, err);

  return st == LIP_OK ? lip_chain_shift(&import->chain, v, err) : st;
}

/* Sub: value - c, or c - value; or the differences from all centers, which are read with the
   ReduceL2 after them. */
lip_status lip_onnx_sub(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  double *v = NULL;
  bool centers;

  TRY(lip_onnx_take_centers(import, node, 1 - at, &centers, err));
  if (centers) goto done;
  TRY(lip_onnx_vector_input(import, node, 1 - at, &v, err));
  if (at == 1) TRY(scale_by(import, -1, err));
  for (size_t i = 0; at == 0 && i < import->chain.width; i++) v[i] = -v[i];
  st = lip_chain_shift(&import->chain, v, err);
  v = NULL;
done:
  lip_free(v);
  return st;
}

/* Mul by a constant, or of the value with itself. */
lip_status lip_onnx_mul(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  double *v = NULL;

  if (strcmp(node->input[0], node->input[1]) == 0)
    return lip_chain_activate(&import->chain, (lip_activation){LIP_SQUARE, 0}, err);
  TRY(lip_onnx_vector_input(import, node, 1 - at, &v, err));
  TRY(lip_chain_scale(&import->chain, v, err));
done:
  return st;
}

lip_status lip_onnx_div(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  double *v = NULL;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_vector_input(import, node, 1, &v, err));
  for (size_t i = 0; i < import->chain.width; i++) v[i] = 1 / v[i];
  TRY(lip_chain_scale(&import->chain, v, err));
done:
  return st;
}

/* Input i of a BatchNormalization: one number for each channel, the second dimension. */
static lip_status channel_input(lip_onnx_import *import, const Onnx__NodeProto *node, size_t i,
                                double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_shape *shape = &import->shape;
  size_t channel = shape->batched ? 0 : 1;
  lip_onnx_array array;

  TRY(lip_onnx_constant_input(import, node, i, &array, err));
  if (array.rank != 1 || array.count != shape->dims[channel])
    FAIL(LIP_EINPUT, "its input %zu has not %zu numbers, one for each channel", i,
         shape->dims[channel]);
  array.rank = shape->rank - channel; /* C x 1 x ... x 1 */
  for (size_t k = 1; k < array.rank; k++) array.dims[k] = 1;
  TRY(lip_onnx_shape_broadcast(shape, &array, values, err));
done:
  return st;
}

/* BatchNormalization with its stored statistics: gamma (h - mean) / sqrt(variance + eps) + beta. */
lip_status lip_onnx_batch_norm(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  double epsilon, *v[4] = {NULL}; /* gamma, beta, mean, variance */
  int64_t training;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_float_attribute(node, "epsilon", 1e-5F, &epsilon, err));
  TRY(lip_onnx_int_attribute(node, "training_mode", 0, &training, err));
  if (training != 0) FAIL(LIP_EINPUT, "its statistics are those of each batch");
  if (import->shape.rank + import->shape.batched < 2)
    FAIL(LIP_EINPUT, "the value before it has one dimension");
  for (size_t i = 0; i < 4; i++) TRY(channel_input(import, node, i + 1, &v[i], err));
  for (size_t i = 0; i < import->chain.width; i++) {
    v[0][i] /= sqrt(v[3][i] + epsilon);
    v[2][i] = -v[2][i];
  }
  st = lip_chain_shift(&import->chain, v[2], err);
  v[2] = NULL;
  if (st != LIP_OK) goto done;
  st = lip_chain_scale(&import->chain, v[0], err);
  v[0] = NULL;
  if (st != LIP_OK) goto done;
  st = lip_chain_shift(&import->chain, v[1], err);
  v[1] = NULL;
done:
  for (size_t i = 0; i < 4; i++) lip_free(v[i]);
  return st;
}
