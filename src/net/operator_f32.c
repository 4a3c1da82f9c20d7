/* operator_f32.c - products with the linear parts of nodes in single precision: matrices by oneDNN.
 */
#include "linalg/sgemm.h"

#define REAL float
#define GEMM lip_sgemm
#include "net/operator_loops.h"

lip_status lip_operator_multiply_f32(const lip_net *net, size_t node, size_t p, const float *W,
                                     bool transposed, bool fresh, size_t rows, const float *from,
                                     float *to, lip_error *err)
{
  return multiply(
      net, node, p,
      (product){
          .rows = rows, .from = from, .to = to, .W = W, .transposed = transposed, .fresh = fresh},
      err);
}
