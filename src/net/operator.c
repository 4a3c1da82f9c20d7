/* operator.c - products with the linear parts of nodes in double precision: dense matrices and
   convolutions by BLAS, windows and moves by loops (operator_loops.h). */
#include "net/operator.h"

#include "linalg/dgemm.h"

#include <math.h>

bool lip_window_entry(const lip_node *node, size_t axis, size_t in, size_t out, size_t u,
                      size_t *entry)
{
  size_t at = out * node->stride[axis] + u * node->dilation[axis];

  if (at < node->before[axis] || at - node->before[axis] >= in) return false;
  *entry = at - node->before[axis];
  return true;
}

/* C <- A B + beta C. One row is a product with a vector. */
static lip_status gemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                       const double *A, size_t lda, const double *B, size_t ldb, double beta,
                       double *C, size_t ldc, lip_error *err)
{
  (void)err;
  if (m == 1 && (!transpose_a || lda == 1)) {
    for (size_t i = 0; beta == 0 && i < n; i++) C[i] = 0;
    lip_dgemv(!transpose_b, transpose_b ? n : k, transpose_b ? k : n, 1, B, ldb, A, 1, C);
  } else {
    lip_dgemm(transpose_a, transpose_b, m, n, k, 1, A, lda, B, ldb, beta, C, ldc);
  }
  return LIP_OK;
}

#define REAL double
#define GEMM gemm
#include "net/operator_loops.h"

/* With |W| in the place of W. */
static lip_status multiply_sizes(const lip_net *net, size_t at, size_t p, product with,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &net->node[at];
  double *sizes = lip_alloc(node->weights, sizeof *sizes);

  if (!sizes) FAIL(LIP_ENOMEM, "%zu weights", node->weights);
  for (size_t i = 0; i < node->weights; i++) sizes[i] = fabs(node->W[i]);
  with.W = sizes;
  TRY(multiply(net, at, p, with, err));
done:
  lip_free(sizes);
  return st;
}

lip_status lip_operator_multiply(const lip_net *net, size_t node, size_t p, bool transposed,
                                 bool fresh, size_t rows, const double *from, double *to,
                                 lip_error *err)
{
  return multiply(net, node, p,
                  (product){.rows = rows,
                            .from = from,
                            .to = to,
                            .W = net->node[node].W,
                            .transposed = transposed,
                            .fresh = fresh},
                  err);
}

lip_status lip_operator_apply(const lip_net *net, size_t node, size_t p, bool absolute, size_t rows,
                              const double *X, double *Y, lip_error *err)
{
  if (!absolute || net->node[node].weights == 0)
    return lip_operator_multiply(net, node, p, false, false, rows, X, Y, err);
  return multiply_sizes(net, node, p, (product){.rows = rows, .from = X, .to = Y}, err);
}

lip_status lip_operator_transpose(const lip_net *net, size_t node, size_t p, bool absolute,
                                  size_t rows, const double *Y, double *X, lip_error *err)
{
  if (!absolute || net->node[node].weights == 0)
    return lip_operator_multiply(net, node, p, true, false, rows, Y, X, err);
  return multiply_sizes(net, node, p,
                        (product){.rows = rows, .from = Y, .to = X, .transposed = true}, err);
}

void lip_operator_constant(const lip_net *net, size_t at, size_t rows, double *Y)
{
  const lip_node *node = &net->node[at];
  size_t places = node->biases > 0 ? node->size / node->biases : node->size;

  for (size_t r = 0; r < rows; r++)
    for (size_t l = 0; l < node->size / places; l++)
      for (size_t j = 0; j < places; j++)
        Y[r * node->size + l * places + j] = node->biases > 0 ? node->b[l] : 0;
}

size_t lip_operator_terms(const lip_net *net, size_t at)
{
  const lip_node *node = &net->node[at];
  size_t windows = node->kernel[0] * node->kernel[1];

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return net->node[node->parent[0]].size + 1;
  case LIP_NODE_CONVOLUTION:
    return node->in_channels / node->groups * windows + 1;
  case LIP_NODE_AVERAGE_POOL:
    return windows + 2; /* the share is rounded too */
  case LIP_NODE_ADD:
    return node->parents;
  default:
    return 2;
  }
}

size_t lip_operator_terms_transposed(const lip_net *net, size_t at)
{
  const lip_node *node = &net->node[at];
  size_t windows = node->kernel[0] * node->kernel[1];

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return node->size;
  case LIP_NODE_CONVOLUTION:
    return node->channels / node->groups * windows;
  case LIP_NODE_AVERAGE_POOL:
    return windows + 1;
  case LIP_NODE_SELECT:
    return node->size; /* one entry may be selected often */
  default:
    return 1;
  }
}
