/* dgemm.c - double-precision products (OpenBLAS), on the calling thread. */
#include "linalg/dgemm.h"

#include <cblas.h>

static CBLAS_TRANSPOSE stored(bool transpose)
{
  return transpose ? CblasTrans : CblasNoTrans;
}

void lip_dgemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, double alpha,
               const double *A, size_t lda, const double *B, size_t ldb, double beta, double *C,
               size_t ldc)
{
  cblas_dgemm(CblasRowMajor, stored(transpose_a), stored(transpose_b), (blasint)m, (blasint)n,
              (blasint)k, alpha, A, (blasint)lda, B, (blasint)ldb, beta, C, (blasint)ldc);
}

void lip_dsyrk(bool transpose, size_t n, size_t k, double alpha, const double *A, size_t lda,
               double beta, double *C, size_t ldc)
{
  cblas_dsyrk(CblasRowMajor, CblasLower, stored(transpose), (blasint)n, (blasint)k, alpha, A,
              (blasint)lda, beta, C, (blasint)ldc);
}

void lip_dgemv(bool transpose, size_t m, size_t n, double alpha, const double *A, size_t lda,
               const double *x, double beta, double *y)
{
  cblas_dgemv(CblasRowMajor, stored(transpose), (blasint)m, (blasint)n, alpha, A, (blasint)lda, x,
              1, beta, y, 1);
}
