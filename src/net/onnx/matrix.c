/* matrix.c - the ONNX operators Gemm and MatMul where one factor is constant, as the
   specification defines them for operator sets 7 to 20. */
#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/affine.h"
#include "net/onnx/shape.h"

#include <string.h>

/* M (in x out where `transposed`, else out x in) as W, out x in; or where a point is a list of
   `blocks` vectors, all of which M multiplies, as the matrix with so many W on its diagonal. */
static lip_status read_matrix(lip_onnx_call *call, const lip_onnx_array *M, bool transposed,
                              size_t blocks, double **W, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t out = M->dims[transposed ? 1 : 0], in = M->dims[transposed ? 0 : 1], all = 0;
  double *block = lip_alloc(M->count, sizeof *block), *diagonal = NULL;

  if (!block) FAIL(LIP_ENOMEM, "no memory for a matrix of %zu x %zu", out, in);
  if (transposed)
    TRY(lip_onnx_array_transposed(M, block, err));
  else
    TRY(lip_onnx_array_values(M, block, err));
  if (blocks > 1) {
    if (__builtin_mul_overflow(M->count, blocks, &all) || __builtin_mul_overflow(all, blocks, &all))
      all = SIZE_MAX;
    TRY(lip_onnx_reserve(call->import, all, err));
    diagonal = lip_alloc_zero(all, sizeof *diagonal);
    if (!diagonal) FAIL(LIP_ENOMEM, "no memory for a matrix of %zu numbers", all);
    for (size_t r = 0; r < blocks * out; r++)
      memcpy(diagonal + r * blocks * in + r / out * in, block + r % out * in,
             in * sizeof *diagonal);
  }
  *W = diagonal ? diagonal : block;
  if (!diagonal) block = NULL;
done:
  lip_free(block);
  return st;
}

/* The same for many vectors: as a convolution with windows of one place, the vectors' entries being
   the channels. */
static lip_status multiply_many(lip_onnx_call *call, const lip_onnx_value *from,
                                const lip_onnx_array *matrix, bool transposed, lip_onnx_value *out,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t last = from->array.rank - 1, columns = from->array.dims[last], at, turn[LIP_ONNX_RANK];
  lip_node node = {.kind = LIP_NODE_CONVOLUTION,
                   .channels = matrix->count / columns,
                   .weights = matrix->count,
                   .in_channels = columns,
                   .in_height = 1,
                   .in_width = from->array.count / columns,
                   .kernel = {1, 1}};
  lip_onnx_value turned;
  lip_onnx_array shape = {0};
  size_t dims[LIP_ONNX_RANK];

  for (size_t k = 0; k <= last; k++) {
    turn[k] = k == 0 ? last : k - 1;
    dims[k] = k == 0 ? node.channels : from->array.dims[k - 1];
  }
  TRY(lip_onnx_turn(call, from, turn, &turned, err));
  TRY(lip_onnx_order(call, &turned, &turned, err));
  TRY(read_matrix(call, matrix, transposed, 1, &node.W, err));
  TRY(lip_onnx_emit(call, turned.node, &node, &at, err));
  TRY(lip_onnx_set_shape(&shape, last + 1, dims, err));
  lip_onnx_of_node(&shape, from->batched, at, &turned);
  for (size_t k = 0; k <= last; k++) turn[k] = k == last ? 0 : k + 1;
  TRY(lip_onnx_turn(call, &turned, turn, out, err));
done:
  return st;
}

/* out <- each vector along the last dimension times a constant matrix, stored as W or,
   `transposed`, as W^T. A few vectors make one matrix, with W along its diagonal. */
static lip_status multiply(lip_onnx_call *call, const lip_onnx_value *from,
                           const lip_onnx_array *matrix, bool transposed, lip_onnx_value *out,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  enum { LARGE = 1 << 22 };
  size_t columns, rows, blocks, last, at;
  lip_onnx_value ordered;
  lip_node node = {.kind = LIP_NODE_LINEAR};

  if (matrix->rank != 2)
    FAIL(LIP_EINPUT, "its constant has %zu dimensions, a matrix has 2", matrix->rank);
  rows = matrix->dims[transposed ? 1 : 0];
  columns = matrix->dims[transposed ? 0 : 1];
  if (from->array.rank < 1) FAIL(LIP_EINPUT, "its input has no dimension");
  last = from->array.rank - 1;
  if (from->array.dims[last] != columns || (last == 0 && from->batched))
    FAIL(LIP_EINPUT, "its matrix takes %zu numbers, its input has %zu", columns,
         from->array.dims[last]);
  blocks = from->array.count / columns;
  if (blocks > 1 && matrix->count > LARGE / blocks / blocks)
    return multiply_many(call, from, matrix, transposed, out, err);
  TRY(lip_onnx_order(call, from, &ordered, err));
  TRY(read_matrix(call, matrix, transposed, blocks, &node.W, err));
  node.channels = blocks * rows;
  node.weights = matrix->count * blocks * blocks;
  TRY(lip_onnx_emit(call, ordered.node, &node, &at, err));
  ordered.array.dims[last] = rows;
  TRY(lip_onnx_set_shape(&ordered.array, last + 1, ordered.array.dims, err));
  lip_onnx_of_node(&ordered.array, from->batched, at, out);
done:
  return st;
}

/* The last two dimensions change places. */
static lip_status turn_last(lip_onnx_call *call, const lip_onnx_value *from, lip_onnx_value *out,
                            lip_error *err)
{
  size_t turn[LIP_ONNX_RANK], rank = from->array.rank;

  for (size_t k = 0; k < rank; k++) turn[k] = k;
  turn[rank - 2] = rank - 1;
  turn[rank - 1] = rank - 2;
  return lip_onnx_turn(call, from, turn, out, err);
}

/* Gemm: alpha A B + beta C, A or B the value; A B = (B^T A^T)^T where B is the value. */
lip_status lip_onnx_gemm(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t transA, transB;
  double alpha, beta;
  bool left = !call->in[0]->constant;
  lip_onnx_value value = *call->in[left ? 0 : 1];
  size_t count;

  TRY(lip_onnx_int_attribute(call->node, "transA", 0, &transA, err));
  TRY(lip_onnx_int_attribute(call->node, "transB", 0, &transB, err));
  TRY(lip_onnx_float_attribute(call->node, "alpha", 1, &alpha, err));
  TRY(lip_onnx_float_attribute(call->node, "beta", 1, &beta, err));
  if (!call->in[left ? 1 : 0]->constant)
    FAIL(LIP_EINPUT, "it multiplies two values that depend on the network's input (as attention "
                     "does), which has no Lipschitz constant in general");
  if (value.array.rank != 2)
    FAIL(LIP_EINPUT, "its input has %zu dimensions instead of 2", value.array.rank);
  if (value.batched && (transA != 0 || !left))
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
  if (left ? transA != 0 : transB == 0) TRY(turn_last(call, &value, &value, err));
  TRY(multiply(call, &value, &call->in[left ? 1 : 0]->array, left ? transB == 0 : transA != 0,
               &value, err));
  if (!left) TRY(turn_last(call, &value, &value, err));
  TRY(lip_onnx_scale_all(call, &value, alpha, 0, &value, err));
  count = value.array.count;
  if (lip_onnx_has_input(call, 2)) TRY(lip_onnx_plus(call, &value, call->in[2], beta, &value, err));
  if (value.array.count != count)
    FAIL(LIP_EINPUT, "its third input C would make %zu numbers of the product's %zu",
         value.array.count, count);
  *call->out[0] = value;
done:
  return st;
}

/* A constant vector beside a value is a matrix of one row or column, whose dimension goes again. */
static lip_status multiply_vector(lip_onnx_call *call, const lip_onnx_value *from,
                                  const lip_onnx_array *vector, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array row = *vector;
  lip_onnx_value made;

  TRY(lip_onnx_set_shape(&row, 2, (size_t[]){1, vector->count}, err));
  TRY(multiply(call, from, &row, false, &made, err));
  made.array.rank--;
  TRY(lip_onnx_reshape(call, &made, &made.array, call->out[0], err));
done:
  return st;
}

/* MatMul: value . B or A . value; of more than two dimensions the last two. */
lip_status lip_onnx_matmul(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  bool left = !call->in[0]->constant;
  const lip_onnx_value *from = call->in[left ? 0 : 1];
  lip_onnx_array matrix = call->in[left ? 1 : 0]->array;
  lip_onnx_value value = *from;
  size_t in_front = matrix.rank > 2 ? matrix.rank - 2 : 0;

  if (!call->in[left ? 1 : 0]->constant)
    FAIL(LIP_EINPUT, "it multiplies two values that depend on the network's input (as attention "
                     "does), which has no Lipschitz constant in general");
  for (size_t k = 0; k < in_front; k++)
    if (matrix.dims[k] != 1) FAIL(LIP_EINPUT, "its constant holds %zu matrices", matrix.dims[k]);
  if (in_front > 0 && in_front + 2 > from->array.rank)
    FAIL(LIP_EINPUT, "its constant has %zu dimensions, its input %zu", matrix.rank,
         from->array.rank);
  if (in_front > 0) {
    memmove(matrix.dims, matrix.dims + in_front, 2 * sizeof *matrix.dims);
    matrix.rank = 2;
  }
  if (!left && from->batched && from->array.rank < 3)
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
  if (!left && from->array.rank > 1) TRY(turn_last(call, from, &value, err));
  if (matrix.rank == 1) {
    TRY(multiply_vector(call, &value, &matrix, err));
    goto done;
  }
  TRY(multiply(call, &value, &matrix, left, &value, err));
  if (!left && from->array.rank > 1) TRY(turn_last(call, &value, &value, err));
  *call->out[0] = value;
done:
  return st;
}
