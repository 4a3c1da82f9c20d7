/* sgemm.h - the single-precision matrix product of training, on one thread (oneDNN). */
#ifndef LIP_LINALG_SGEMM_H
#define LIP_LINALG_SGEMM_H

#include <liplaw/status.h>

/* C <- A B + beta C, row-major. transpose_a: A is stored k x m, else m x k; transpose_b: B is
   stored n x k, else k x n; lda, ldb, ldc are the lengths of the stored rows. Runs in the calling
   thread alone, with signals held back meanwhile; the bits of the result depend on the shapes and
   the machine only. */
lip_status lip_sgemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                     const float *A, size_t lda, const float *B, size_t ldb, float beta, float *C,
                     size_t ldc, lip_error *err);

#endif
