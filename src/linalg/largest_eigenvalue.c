/* largest_eigenvalue.c - Lanczos for a symmetric map: one product a step, the largest eigenvalue of
   the tridiagonal matrix of the recurrence, restarts when the basis is full.

   The residual of the Ritz vector is beta |last entry of its coordinates|; the value is wrong by at
   most the residual, and by residual^2 / gap where the next eigenvalue is a gap away. Cost: a
   product and 4 n j operations at step j. */
#include "linalg/largest_eigenvalue.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BASIS = 80, RESTARTS = 20, CHECK_EVERY = 4 };

/* LAPACK: eigenvalues il..iu, and their vectors, of a symmetric tridiagonal matrix. */
extern void dstevx_(const char *jobz, const char *range, const int *n, double *d, double *e,
                    const double *vl, const double *vu, const int *il, const int *iu,
                    const double *abstol, int *found, double *w, double *z, const int *ldz,
                    double *work, int *iwork, int *ifail, int *info);

typedef struct lanczos {
  size_t n, most;                    /* most: how long the basis may be */
  double *basis;                     /* (most + 1) x n, orthonormal rows */
  double *parts;                     /* most: components along the basis */
  double alpha[BASIS], beta[BASIS];  /* the tridiagonal matrix */
  double vector[BASIS], theta, next; /* its top eigenvector and its two largest eigenvalues */
} lanczos;

static bool normalise(size_t n, double *v)
{
  double length = lip_norm(n, v);

  for (size_t i = 0; i < n; i++) v[i] /= length;
  return length > 0 && isfinite(length);
}

/* Takes the components along basis rows 0 .. count - 1 out of v; twice is enough (Kahan). */
static void orthogonalise(const lanczos *it, size_t count, double *v)
{
  for (int pass = 0; pass < 2; pass++) {
    lip_dgemv(false, count, it->n, 1, it->basis, it->n, v, 0, it->parts);
    lip_dgemv(true, count, it->n, -1, it->basis, it->n, it->parts, 1, v);
  }
}

/* The two largest eigenvalues of the leading size x size part, and the top eigenvector. */
static bool top_pair(lanczos *it, size_t size)
{
  double diagonal[BASIS], off[BASIS], work[5 * BASIS], values[BASIS], vectors[2 * BASIS];
  int order = (int)size, low = size > 1 ? (int)size - 1 : 1, found = 0, info = 0;
  int integers[5 * BASIS], failed[BASIS];
  double unused = 0, tolerance = 0;

  memcpy(diagonal, it->alpha, size * sizeof *diagonal);
  memcpy(off, it->beta, size * sizeof *off);
  dstevx_("V", "I", &order, diagonal, off, &unused, &unused, &low, &order, &tolerance, &found,
          values, vectors, &order, work, integers, failed, &info);
  if (info != 0 || found < 1) return false;
  it->theta = values[found - 1];
  it->next = found > 1 ? values[found - 2] : it->theta;
  memcpy(it->vector, vectors + (size_t)(found - 1) * size, size * sizeof *it->vector);
  return true;
}

/* How much of the value may be missing: the residual, or its square over the gap. */
static double missing(const lanczos *it, size_t size, double beta)
{
  double residual = beta * fabs(it->vector[size - 1]), gap = it->theta - it->next - residual;

  return gap > residual ? residual * residual / gap : residual;
}

/* From basis row 0 until the value is settled or the basis is full.
   size  out  the length of the basis */
static bool expand(lanczos *it, lip_symmetric_map *map, void *context, double tolerance,
                   size_t *size, double *error)
{
  for (size_t j = 0; j < it->most; j++) {
    double *v = it->basis + j * it->n, *w = v + it->n, beta;

    map(context, v, w);
    it->alpha[j] = lip_dot(it->n, v, w);
    orthogonalise(it, j + 1, w);
    beta = lip_norm(it->n, w);
    if (!isfinite(beta)) return false;
    it->beta[j] = beta;
    *size = j + 1;
    if (beta <= 4 * DBL_EPSILON * fabs(it->alpha[0]) || j + 1 == it->most ||
        j % CHECK_EVERY == CHECK_EVERY - 1) {
      if (!top_pair(it, j + 1)) return false;
      *error = j + 1 == it->n ? 0 : missing(it, j + 1, beta);
      if (*error <= tolerance * fabs(it->theta) || j + 1 == it->most) return true;
    }
    for (size_t i = 0; i < it->n; i++) w[i] /= beta;
  }
  return true;
}

lip_status lip_largest_eigenvalue(size_t n, lip_symmetric_map *map, void *context, double tolerance,
                                  double *vector, double *value, double *error,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lanczos it = {.n = n, .most = n < BASIS ? n : BASIS};
  double left = INFINITY;
  size_t size = 0;

  it.basis = lip_alloc(it.most + 1, n * sizeof *it.basis);
  it.parts = lip_alloc(it.most, sizeof *it.parts);
  if (!it.basis || !it.parts) FAIL(LIP_ENOMEM, "an eigenvalue of a map of order %zu", n);
  memcpy(it.basis, vector, n * sizeof *vector);
  if (!normalise(n, it.basis)) {
    lip_random_normal((lip_stream){1, LIP_FOR_STARTS}, 0, n, it.basis);
    if (!normalise(n, it.basis)) FAIL(LIP_ENUMERIC, "the start of an iteration");
  }
  for (size_t restart = 0; restart < RESTARTS; restart++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "an eigenvalue");
    if (!expand(&it, map, context, tolerance, &size, &left))
      FAIL(LIP_ENUMERIC, "an eigenvalue of a map of order %zu: not a number", n);
    lip_dgemv(true, size, n, 1, it.basis, n, it.vector, 0, vector);
    if (left <= tolerance * fabs(it.theta)) break;
    memcpy(it.basis, vector, n * sizeof *vector);
    if (!normalise(n, it.basis)) break;
  }
  *value = it.theta;
  if (error) *error = left;
done:
  lip_free(it.basis);
  lip_free(it.parts);
  return st;
}
