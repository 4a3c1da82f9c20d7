/* operator_norm.c - the largest singular value of a matrix, by iteration.

   Lanczos on A'A with full reorthogonalisation: a random unit vector, one product with A'A a step,
   the largest eigenvalue of the tridiagonal matrix of the recurrence; restarted from its
   eigenvector when the basis is full (Golub and Van Loan, Matrix Computations, 10.1 and 10.3).
   A'A is never formed: A is read once a step, in bands of rows that stay in cache. Squaring costs
   nothing here, since the largest eigenvalue keeps its relative accuracy. A value whose singular
   vectors are all orthogonal to the random start would be missed: probability 0. */
#include "linalg/operator_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { BASIS = 120, RESTARTS = 20, CHECK_EVERY = 5, BAND_DOUBLES = 16384 };
static const double TOLERANCE = 1e-10;

/* LAPACK: eigenvalues il..iu, and their vectors, of a symmetric tridiagonal matrix. */
extern void dstevx_(const char *jobz, const char *range, const int *n, double *d, double *e,
                    const double *vl, const double *vu, const int *il, const int *iu,
                    const double *abstol, int *found, double *w, double *z, const int *ldz,
                    double *work, int *iwork, int *ifail, int *info);

typedef struct lanczos {
  size_t m, n;
  const double *A;
  double scale;                      /* a power of two: the iteration sees A / scale */
  double *basis;                     /* (BASIS + 1) x n, orthonormal rows */
  double *product;                   /* A v on a band of rows */
  double alpha[BASIS], beta[BASIS];  /* the tridiagonal matrix */
  double vector[BASIS], theta, next; /* its top eigenvector and its two largest eigenvalues */
} lanczos;

static size_t band_rows(size_t m, size_t n)
{
  size_t rows = BAND_DOUBLES / n;

  return rows < 1 ? 1 : rows < m ? rows : m;
}

/* out <- (A / scale)' (A / scale) v */
static void apply(const lanczos *it, const double *v, double *out)
{
  size_t rows = band_rows(it->m, it->n);

  memset(out, 0, it->n * sizeof *out);
  for (size_t i = 0; i < it->m; i += rows) {
    size_t height = it->m - i < rows ? it->m - i : rows;
    const double *band = it->A + i * it->n;

    lip_dgemv(false, height, it->n, 1 / it->scale, band, it->n, v, 0, it->product);
    lip_dgemv(true, height, it->n, 1 / it->scale, band, it->n, it->product, 1, out);
  }
}

/* Takes the components along basis rows 0 .. count - 1 out of v; twice is enough (Kahan). */
static void orthogonalise(const lanczos *it, size_t count, double *v)
{
  for (int pass = 0; pass < 2; pass++)
    for (size_t j = 0; j < count; j++) {
      const double *q = it->basis + j * it->n;

      lip_add_multiple(it->n, -lip_dot(it->n, q, v), q, v);
    }
}

/* The two largest eigenvalues of the leading size x size part, and the top eigenvector. */
static lip_status top_pair(lanczos *it, size_t size, lip_error *err)
{
  double diagonal[BASIS], off[BASIS], work[5 * BASIS], values[BASIS], vectors[2 * BASIS];
  int order = (int)size, low = size > 1 ? (int)size - 1 : 1, found = 0, info = 0;
  int iwork[5 * BASIS], failed[BASIS];
  double unused = 0, tolerance = 0;

  memcpy(diagonal, it->alpha, size * sizeof *diagonal);
  memcpy(off, it->beta, size * sizeof *off);
  dstevx_("V", "I", &order, diagonal, off, &unused, &unused, &low, &order, &tolerance, &found,
          values, vectors, &order, work, iwork, failed, &info);
  if (info != 0 || found < 1)
    return lip_fail(err, LIP_ENUMERIC,
                    "eigenvalues of a %d x %d tridiagonal matrix: LAPACK says %d", order, order,
                    info);
  it->theta = values[found - 1];
  it->next = found > 1 ? values[0] : 0;
  memcpy(it->vector, vectors + (size_t)(found - 1) * size, size * sizeof *vectors);
  return LIP_OK;
}

/* The Ritz value misses an eigenvalue by at most r, and by r^2 / gap where the gap is known
   (Parlett, The Symmetric Eigenvalue Problem, 11.7); half of that relative error in its root. */
static void judge(const lanczos *it, size_t size, lip_operator_norm *norm)
{
  double r = it->beta[size - 1] * fabs(it->vector[size - 1]);
  double gap = it->theta - it->next - r;
  double miss = gap > r ? r * r / gap : r;

  norm->value = it->scale * sqrt(it->theta);
  norm->residual = r / it->theta;
  norm->error = 0.5 * miss / it->theta;
}

/* One Lanczos run from basis row 0; leaves the best vector there for the next one. */
static lip_status run(lanczos *it, lip_operator_norm *norm, bool *ended, const lip_control *control,
                      lip_error *err)
{
  size_t limit = it->n < BASIS ? it->n : BASIS;
  lip_status st = LIP_OK;
  size_t size = 0;

  while (size < limit) {
    const double *q = it->basis + size * it->n;
    double *w = it->basis + (size + 1) * it->n;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "operator norm: stopped");
    apply(it, q, w);
    norm->steps++;
    it->alpha[size] = lip_dot(it->n, q, w);
    if (!isfinite(it->alpha[size])) FAIL(LIP_ENUMERIC, "operator norm overflows");
    orthogonalise(it, ++size, w);
    it->beta[size - 1] = lip_norm(it->n, w);
    *ended = !(it->beta[size - 1] > 1e-15 * it->alpha[0]); /* the space is invariant */
    if (*ended || size == limit || size % CHECK_EVERY == 0) {
      TRY(top_pair(it, size, err));
      judge(it, size, norm);
      *ended = *ended || norm->error <= TOLERANCE || size == it->n;
    }
    if (*ended) break;
    for (size_t i = 0; i < it->n; i++) w[i] /= it->beta[size - 1];
  }
  if (!*ended) {
    double *best = it->basis + limit * it->n;

    lip_dgemv(true, limit, it->n, 1, it->basis, it->n, it->vector, 0, best);
    memcpy(it->basis, best, it->n * sizeof *best);
  }
done:
  return st;
}

/* A / scale has entries of order 1; 1 / scale must not overflow for subnormal entries. */
static double scale_of(double largest)
{
  int exponent = ilogb(largest);

  return ldexp(1, exponent > -1000 ? exponent : -1000);
}

static lip_status iterate(size_t m, size_t n, const double *A, double scale,
                          lip_operator_norm *norm, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lanczos *it = lip_alloc_zero(1, sizeof *it);
  double *basis = lip_alloc(((n < BASIS ? n : BASIS) + 1) * n, sizeof *basis);
  double *product = lip_alloc(band_rows(m, n), sizeof *product);
  bool ended = false;
  double length;

  if (!it || !basis || !product) FAIL(LIP_ENOMEM, "operator norm of %zu x %zu", m, n);
  *it = (lanczos){.m = m, .n = n, .A = A, .scale = scale, .basis = basis, .product = product};
  lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, 0, n, basis);
  length = lip_norm(n, basis);
  for (size_t i = 0; i < n; i++) basis[i] /= length;
  for (int i = 0; i < RESTARTS && !ended; i++) TRY(run(it, norm, &ended, control, err));
done:
  lip_free(product);
  lip_free(basis);
  lip_free(it);
  return st;
}

lip_status lip_operator_norm_of(size_t m, size_t n, const double *A, lip_operator_norm *norm,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_operator_norm found = {0, 0, 0, 0};
  double largest = lip_largest(m * n, A);

  if (!isfinite(largest)) FAIL(LIP_ENUMERIC, "operator norm: an entry is not finite");
  if (m == 1 || n == 1)
    found.value = lip_norm(m * n, A);
  else if (largest > 0)
    TRY(iterate(m, n, A, scale_of(largest), &found, control, err));
  if (!isfinite(found.value)) FAIL(LIP_ENUMERIC, "operator norm of %zu x %zu overflows", m, n);
  *norm = found;
done:
  return st;
}
