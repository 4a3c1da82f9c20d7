/* largest_eigenvalue.c - Lanczos for a symmetric map: one product a step, the largest eigenvalue of
   the tridiagonal matrix of the recurrence, restarts when the basis is full.

   The residual of the Ritz vector is beta |last entry of its coordinates|; the value misses an
   eigenvalue by at most the residual, and by residual^2 / gap where the next eigenvalue is a gap
   away (Parlett, The Symmetric Eigenvalue Problem, 11.7). Cost: a product and 4 n j operations at
   step j. */
#include "linalg/largest_eigenvalue.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BASIS = 120, RESTARTS = 20, CHECK_EVERY = 5, SMALL = 32 };

/* LAPACK: eigenvalues il..iu, and their vectors, of a symmetric tridiagonal matrix. */
extern void dstevx_(const char *jobz, const char *range, const int *n, double *d, double *e,
                    const double *vl, const double *vu, const int *il, const int *iu,
                    const double *abstol, int *found, double *w, double *z, const int *ldz,
                    double *work, int *iwork, int *ifail, int *info);

typedef struct lanczos {
  size_t n, most, size;              /* size: of the basis; most: how long it may be */
  size_t steps;                      /* products so far */
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

static double residual_of(const lanczos *it)
{
  return it->beta[it->size - 1] * fabs(it->vector[it->size - 1]);
}

/* How much of the value may be missing: nothing, where the basis is all of the space. */
static double missing(const lanczos *it)
{
  double residual = residual_of(it), gap = it->theta - it->next - residual;

  if (it->size == it->n) return 0;
  return gap > residual ? residual * residual / gap : residual;
}

/* Is it time to look at the value? Of a small map not before the basis is all of the space: where
   the largest eigenvalues lie closely together, an error is estimated about one of them. */
static bool is_due(const lanczos *it, double beta)
{
  if (it->size == it->most || beta <= 4 * DBL_EPSILON * fabs(it->alpha[0])) return true;
  return it->n > SMALL && it->size % CHECK_EVERY == 0;
}

/* From basis row 0 until the value is settled or the basis is full. */
static lip_status expand(lanczos *it, lip_symmetric_map *map, void *context, double tolerance,
                         const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t j = 0; j < it->most; j++) {
    double *v = it->basis + j * it->n, *w = v + it->n, beta;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "an eigenvalue: stopped");
    map(context, v, w);
    it->steps++;
    it->alpha[j] = lip_dot(it->n, v, w);
    orthogonalise(it, j + 1, w);
    it->beta[j] = beta = lip_norm(it->n, w);
    it->size = j + 1;
    if (!isfinite(beta)) FAIL(LIP_ENUMERIC, "an eigenvalue of order %zu: not a number", it->n);
    if (is_due(it, beta)) {
      if (!top_pair(it, j + 1)) FAIL(LIP_ENUMERIC, "a tridiagonal matrix of order %zu", j + 1);
      if (missing(it) <= tolerance * fabs(it->theta) || it->size == it->most) goto done;
    }
    for (size_t i = 0; i < it->n; i++) w[i] /= beta;
  }
done:
  return st;
}

lip_status lip_largest_eigenvalue(size_t n, lip_symmetric_map *map, void *context, double tolerance,
                                  double *vector, lip_eigenvalue *found, const lip_control *control,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  lanczos it = {.n = n, .most = n < BASIS ? n : BASIS};

  it.basis = lip_alloc(it.most + 1, n * sizeof *it.basis);
  it.parts = lip_alloc(it.most, sizeof *it.parts);
  if (!it.basis || !it.parts) FAIL(LIP_ENOMEM, "an eigenvalue of a map of order %zu", n);
  memcpy(it.basis, vector, n * sizeof *vector);
  if (!normalise(n, it.basis)) {
    lip_random_normal((lip_stream){1, LIP_FOR_STARTS}, 0, n, it.basis);
    if (!normalise(n, it.basis)) FAIL(LIP_ENUMERIC, "the start of an iteration");
  }
  for (size_t restart = 0; restart < RESTARTS; restart++) {
    TRY(expand(&it, map, context, tolerance, control, err));
    lip_dgemv(true, it.size, n, 1, it.basis, n, it.vector, 0, vector);
    if (missing(&it) <= tolerance * fabs(it.theta)) break;
    memcpy(it.basis, vector, n * sizeof *vector);
    if (!normalise(n, it.basis)) break;
  }
  *found = (lip_eigenvalue){it.theta, residual_of(&it), missing(&it), it.steps};
done:
  lip_free(it.basis);
  lip_free(it.parts);
  return st;
}
