/* sgemm.c - the single-precision matrix product of training (oneDNN), on the calling thread. */
#include "linalg/sgemm.h"

#include "base/error.h"

#include <dnnl.h>
#include <signal.h>

/* oneDNN runs on GNU OpenMP; clang's omp.h would bring another runtime. */
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

lip_status lip_sgemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                     const float *A, size_t lda, const float *B, size_t ldb, float beta, float *C,
                     size_t ldc, lip_error *err)
{
  int threads = omp_get_max_threads(); /* a setting of this thread alone, put back below */
  dnnl_status_t status;
  sigset_t all, before;

  /* A signal handler that runs on this thread's stack while oneDNN 2.6 multiplies corrupts memory:
     its kernels keep data where the handler's frame goes. So signals wait for the end of the
     product; the two calls take 0.4 microseconds. */
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  omp_set_num_threads(1);
  status = dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', (dnnl_dim_t)m,
                      (dnnl_dim_t)n, (dnnl_dim_t)k, 1.0F, A, (dnnl_dim_t)lda, B, (dnnl_dim_t)ldb,
                      beta, C, (dnnl_dim_t)ldc);
  omp_set_num_threads(threads);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (status == dnnl_out_of_memory)
    return lip_fail(err, LIP_ENOMEM, "workspace of a matrix product");
  if (status != dnnl_success)
    return lip_fail(err, LIP_ENUMERIC, "matrix product %zu x %zu x %zu failed (oneDNN status %d)",
                    m, n, k, (int)status);
  return LIP_OK;
}
