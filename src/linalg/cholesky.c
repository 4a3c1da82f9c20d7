/* cholesky.c - LAPACK's dpotrf, dpotri and dpotrs, BLAS's dtrsm. Their columns are our rows, so our
   lower triangle is their upper one. A matrix of order 0, which LAPACK reports on standard output,
   is left alone. */
#include "linalg/cholesky.h"

#include <cblas.h>
#include <math.h>

extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
extern void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info);
extern void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a,
                    const int *lda, double *b, const int *ldb, int *info);

bool lip_cholesky(size_t n, double *A)
{
  int order = (int)n, info = 0;

  if (n == 0) return true;
  dpotrf_("U", &order, A, &order, &info);
  return info == 0;
}

double lip_cholesky_logdet(size_t n, const double *L)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) sum += log(L[i * n + i]);
  return 2 * sum;
}

void lip_cholesky_inverse(size_t n, double *L)
{
  int order = (int)n, info = 0;

  if (n == 0) return;
  dpotri_("U", &order, L, &order, &info);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) L[j * n + i] = L[i * n + j];
}

void lip_cholesky_solve(size_t n, const double *L, size_t count, double *X)
{
  int order = (int)n, columns = (int)count, info = 0;

  if (n == 0 || count == 0) return;
  dpotrs_("U", &order, &columns, L, &order, X, &order, &info);
}

void lip_cholesky_whiten(size_t n, const double *L, size_t count, double *X)
{
  if (n == 0 || count == 0) return;
  cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (blasint)count,
              (blasint)n, 1, L, (blasint)n, X, (blasint)n);
}

void lip_cholesky_color(size_t n, const double *L, size_t count, double *X)
{
  if (n == 0 || count == 0) return;
  cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (blasint)count,
              (blasint)n, 1, L, (blasint)n, X, (blasint)n);
}
