/* symmetric_eigen.c - eigenvalues and eigenvectors of a symmetric matrix: LAPACK's divide and
   conquer (dsyevd) with vectors, QR without. */
#include "linalg/symmetric_eigen.h"

#include "base/error.h"
#include "base/memory.h"

extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                    double *w, double *work, const int *lwork, int *iwork, const int *liwork,
                    int *info);

lip_status lip_symmetric_eigen(size_t n, double *A, double *values, bool vectors, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *job = vectors ? "V" : "N";
  const char *upper = "U"; /* column-major: our lower triangle */
  int order = (int)n, ask = -1, info = 0, integers_needed = 0, doubles = 0;
  int *integers = NULL;
  double doubles_needed = 0, *work = NULL;

  if (n > 30000) FAIL(LIP_ENOMEM, "a symmetric matrix of order %zu", n);
  dsyevd_(job, upper, &order, A, &order, values, &doubles_needed, &ask, &integers_needed, &ask,
          &info);
  doubles = (int)doubles_needed;
  work = lip_alloc((size_t)doubles, sizeof *work);
  integers = lip_alloc((size_t)integers_needed, sizeof *integers);
  if (!work || !integers) FAIL(LIP_ENOMEM, "the eigenvalues of a matrix of order %zu", n);
  dsyevd_(job, upper, &order, A, &order, values, work, &doubles, integers, &integers_needed, &info);
  if (info != 0) FAIL(LIP_ENUMERIC, "the eigenvalues of a matrix of order %zu", n);
done:
  lip_free(work);
  lip_free(integers);
  return st;
}
