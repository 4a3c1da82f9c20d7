/* dgemm.c - double-precision products (OpenBLAS), on the calling thread. */
#include "linalg/dgemm.h"

#include <cblas.h>

static CBLAS_TRANSPOSE stored(bool transpose)
{
  return transpose ? CblasTrans : CblasNoTrans;
}

/* Of a matrix without entries too: BLAS reports a leading dimension of 0 on standard output. */
static blasint leading(size_t ld)
{
  return ld > 0 ? (blasint)ld : 1;
}

void lip_dgemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, double alpha,
               const double *A, size_t lda, const double *B, size_t ldb, double beta, double *C,
               size_t ldc)
{
  cblas_dgemm(CblasRowMajor, stored(transpose_a), stored(transpose_b), (blasint)m, (blasint)n,
              (blasint)k, alpha, A, leading(lda), B, leading(ldb), beta, C, leading(ldc));
}

void lip_dsyrk(bool transpose, size_t n, size_t k, double alpha, const double *A, size_t lda,
               double beta, double *C, size_t ldc)
{
  cblas_dsyrk(CblasRowMajor, CblasLower, stored(transpose), (blasint)n, (blasint)k, alpha, A,
              leading(lda), beta, C, leading(ldc));
}

void lip_dgemv(bool transpose, size_t m, size_t n, double alpha, const double *A, size_t lda,
               const double *x, double beta, double *y)
{
  cblas_dgemv(CblasRowMajor, stored(transpose), (blasint)m, (blasint)n, alpha, A, leading(lda), x,
              1, beta, y, 1);
}
