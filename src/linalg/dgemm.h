/* dgemm.h - double-precision products, on one thread (OpenBLAS). */
#ifndef LIP_LINALG_DGEMM_H
#define LIP_LINALG_DGEMM_H

#include <liplaw/status.h>

/* C <- alpha A B + beta C, row-major, as lip_sgemm. */
void lip_dgemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, double alpha,
               const double *A, size_t lda, const double *B, size_t ldb, double beta, double *C,
               size_t ldc);

/* The lower triangle of C, n x n row-major, <- alpha A A' + beta C, A n x k row-major; transposed:
   alpha A' A, A k x n. */
void lip_dsyrk(bool transpose, size_t n, size_t k, double alpha, const double *A, size_t lda,
               double beta, double *C, size_t ldc);

/* y <- alpha A x + beta y, A m x n row-major, or its transpose. */
void lip_dgemv(bool transpose, size_t m, size_t n, double alpha, const double *A, size_t lda,
               const double *x, double beta, double *y);

/* The name of the kernel that the library chose for this machine, e.g. "SkylakeX". Static text. */
const char *lip_blas_kernel(void);

/* Ends the BLAS library's own threads: all parallelism is ours, over independent tasks; and lets it
   choose its kernel again where it did not know the CPU. A program calls it once, before any other
   thread exists (the library never changes global state itself). */
void lip_blas_single_thread(void);

#endif
