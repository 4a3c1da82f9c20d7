/* pencil.c - the largest eigenvalues of -M y = rho E y by LOBPCG.

   In the variables sqrt(diagonal) y the preconditioner is 1. Of the basis [X, R, P] - vectors,
   residuals, last steps - an orthonormal one is made by the eigenvectors of its Gram matrix; in it
   M + r E is positive definite for a large r, and with its Cholesky factor the pencil is an
   ordinary eigenproblem. Where it is not definite for any r, M itself is not. */
#include "linalg/pencil.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"

#include <math.h>
#include <string.h>

enum { K = LIP_COLUMNS, MOST = 3 * K, FRESH = 4, LEAST_STEPS = 8, STILL = 3 };
static const double DEPENDENT = 1e-11, LARGEST_RATIO = 1e6;

struct lip_pencil_work {
  size_t n;
  uint64_t state;       /* of random numbers */
  double *X[3], *MX[3]; /* vectors, residuals, last steps and their products: n x K */
  double *next, *scale; /* n x K; n */
  double *block;        /* owned: all of it */
};

/* In [-1/2, 1/2); no statistics are needed. */
static double random_number(lip_pencil_work *work)
{
  work->state = work->state * 6364136223846793005u + 1442695040888963407u;
  return (double)(work->state >> 11) * 0x1p-53 - 0.5;
}

lip_status lip_pencil_work_create(size_t n, lip_pencil_work **work, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pencil_work *made = lip_alloc_zero(1, sizeof *made);
  double *at;

  if (!made) FAIL(LIP_ENOMEM, "a pencil");
  made->n = n;
  at = made->block = lip_alloc_zero(7 * K + 8, n * sizeof *made->block);
  if (!at) FAIL(LIP_ENOMEM, "a pencil of order %zu", n);
  for (size_t i = 0; i < 3; i++) {
    made->X[i] = at + 2 * i * n * K;
    made->MX[i] = at + (2 * i + 1) * n * K;
  }
  made->next = at + 6 * n * K;
  made->scale = at + 7 * n * K;
  lip_pencil_work_shuffle(made);
  *work = made;
  made = NULL;
done:
  lip_pencil_work_free(made);
  return st;
}

void lip_pencil_work_free(lip_pencil_work *work)
{
  if (!work) return;
  lip_free(work->block);
  lip_free(work);
}

void lip_pencil_work_shuffle(lip_pencil_work *work)
{
  for (size_t i = 0; i < work->n * K; i++) work->X[0][i] = random_number(work);
}

double *lip_pencil_vectors(lip_pencil_work *work)
{
  return work->X[0];
}

/* ---- products ---- */

static void scale_rows(size_t n, const double *scale, bool by, double *X)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < K; j++) X[i * K + j] *= by ? scale[i] : 1 / scale[i];
}

/* MX <- S M S X, S = diag(scale). */
static void multiply(const lip_pencil *pencil, lip_pencil_work *work, const double *X, double *MX)
{
  size_t n = pencil->n;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < K; j++) work->next[i * K + j] = work->scale[i] * X[i * K + j];
  pencil->map(pencil->context, work->next, MX);
  scale_rows(n, work->scale, true, MX);
}

/* Columns of X of length 1, of MX with them. */
static void normalise(size_t n, double *X, double *MX)
{
  double square[K] = {0};

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < K; j++) square[j] += X[i * K + j] * X[i * K + j];
  for (size_t j = 0; j < K; j++) square[j] = square[j] > 0 ? 1 / sqrt(square[j]) : 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < K; j++) {
      X[i * K + j] *= square[j];
      if (MX) MX[i * K + j] *= square[j];
    }
}

/* ---- the small problem ---- */

typedef struct small {
  size_t parts, size; /* of the basis: 1, 2 or 3 blocks */
  double T[MOST * MOST], G[MOST * MOST], H[MOST * MOST];
  double C[MOST * K]; /* size x K: the vectors sought, over the basis */
} small;

/* G_ab = X_a' Y_b over n rows, for the block (a, b) of a matrix of `size` rows, and its transpose.
 */
static void put_product(size_t n, double factor, const double *X, const double *Y, size_t a,
                        size_t b, size_t size, double *G)
{
  double own[K * K];

  lip_dgemm(true, false, K, K, n, factor, X, K, Y, K, 0, own, K);
  for (size_t i = 0; i < K; i++)
    for (size_t j = 0; j < K; j++)
      G[(a * K + i) * size + b * K + j] = G[(b * K + j) * size + a * K + i] = own[i * K + j];
}

/* S'S, S'MS, S'ES. */
static void gram(const lip_pencil *pencil, const lip_pencil_work *work, small *s)
{
  double unit = work->scale[0] * work->scale[0], elsewhere = pencil->elsewhere;

  for (size_t a = 0; a < s->parts; a++)
    for (size_t b = 0; b <= a; b++) {
      put_product(pencil->n, 1, work->X[a], work->X[b], a, b, s->size, s->T);
      put_product(pencil->n, 1, work->X[a], work->MX[b], a, b, s->size, s->G);
      put_product(pencil->d, unit - elsewhere, work->X[a], work->X[b], a, b, s->size, s->H);
    }
  for (size_t i = 0; i < s->size * s->size; i++) s->H[i] += elsewhere * s->T[i];
}

/* A <- Q A Q', rows of Q: rank x n. */
static void congruent(size_t rank, size_t n, const double *Q, double *A, double *scratch)
{
  lip_dgemm(false, false, rank, n, n, 1, Q, n, A, n, 0, scratch, n);
  lip_dgemm(false, true, rank, rank, n, 1, scratch, n, Q, n, 0, A, rank);
}

/* The largest rho, and C. */
static lip_status solve_small(small *s, double guess, lip_pencil_values *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = s->size, rank = 0;
  double values[MOST], *Q = s->T, scratch[MOST * MOST], L[MOST * MOST], reference = 2 * guess;
  bool runs = false;

  found->definite = false;
  for (size_t i = 0; i < n * n; i++)
    if (!isfinite(s->T[i]) || !isfinite(s->G[i])) FAIL(LIP_ENUMERIC, "numbers overflow");
  TRY(lip_symmetric_eigen(n, s->T, values, true, err));
  for (size_t i = 0; i < n; i++) {
    if (!(values[i] > DEPENDENT * values[n - 1])) continue;
    for (size_t j = 0; j < n; j++) Q[rank * n + j] = s->T[i * n + j] / sqrt(values[i]);
    rank++;
  }
  congruent(rank, n, Q, s->G, scratch);
  congruent(rank, n, Q, s->H, scratch);
  for (; !runs && reference < LARGEST_RATIO * guess; reference *= runs ? 1 : 8) {
    for (size_t i = 0; i < rank * rank; i++) L[i] = s->G[i] + reference * s->H[i];
    runs = lip_cholesky(rank, L);
  }
  if (!runs || rank < K) goto done;
  /* H in the coordinates in which G + reference H is 1: nu = 1 / (reference - rho). */
  for (size_t i = 0; i < rank; i++)
    for (size_t j = 0; j < rank; j++) scratch[i * rank + j] = s->H[i * rank + j];
  lip_cholesky_whiten(rank, L, rank, scratch);
  for (size_t i = 0; i < rank; i++)
    for (size_t j = 0; j < rank; j++) s->H[i * rank + j] = scratch[j * rank + i];
  lip_cholesky_whiten(rank, L, rank, s->H);
  TRY(lip_symmetric_eigen(rank, s->H, values, true, err));
  for (size_t j = 0; j < K; j++) {
    double nu = values[rank - 1 - j];

    found->rho[j] = nu > 0 ? reference - 1 / nu : -INFINITY;
    memcpy(scratch + j * rank, s->H + (rank - 1 - j) * rank, rank * sizeof *scratch);
  }
  lip_cholesky_color(rank, L, K, scratch);
  lip_dgemm(true, true, n, K, rank, 1, Q, n, scratch, rank, 0, s->C, K);
  found->definite = true;
done:
  return st;
}

/* X <- S C, P <- S C without the part of X; products likewise. */
static void combine(lip_pencil_work *work, const small *s)
{
  size_t n = work->n, bytes = n * K * sizeof(double);
  double **pair[2] = {work->X, work->MX};

  for (size_t p = 0; p < 2; p++) {
    double **X = pair[p];

    memset(work->next, 0, bytes);
    for (size_t a = 1; a < s->parts; a++)
      lip_dgemm(false, false, n, K, K, 1, X[a], K, s->C + a * K * K, K, 1, work->next, K);
    memcpy(X[2], work->next, bytes);
    lip_dgemm(false, false, n, K, K, 1, X[0], K, s->C, K, 1, work->next, K);
    memcpy(X[0], work->next, bytes);
  }
  normalise(n, work->X[0], work->MX[0]);
  normalise(n, work->X[2], work->MX[2]);
}

/* R = (M + rho E) X. */
static void residuals(const lip_pencil *pencil, lip_pencil_work *work, const double *rho)
{
  double unit = work->scale[0] * work->scale[0];

  memcpy(work->X[1], work->MX[0], work->n * K * sizeof(double));
  for (size_t i = 0; i < pencil->n; i++)
    for (size_t j = 0; j < K; j++)
      if (isfinite(rho[j]))
        work->X[1][i * K + j] += rho[j] * (i < pencil->d ? unit : pencil->elsewhere) *
                                 work->X[0][i * K + j];
  normalise(work->n, work->X[1], NULL);
}

static void begin(const lip_pencil *pencil, const double *diagonal, double guess,
                  lip_pencil_work *work)
{
  for (size_t i = 0; i < pencil->n; i++)
    work->scale[i] = 1 / sqrt(i < pencil->d ? guess : diagonal[i - pencil->d]);
  scale_rows(pencil->n, work->scale, false, work->X[0]);
  for (size_t i = 0; i < pencil->n; i++)
    for (size_t j = K - FRESH; j < K; j++)
      work->X[0][i * K + j] = i < pencil->d ? random_number(work) : 0;
  normalise(pencil->n, work->X[0], NULL);
  multiply(pencil, work, work->X[0], work->MX[0]);
}

lip_status lip_pencil_largest(const lip_pencil *pencil, const double *diagonal, double guess,
                              double tolerance, size_t most, lip_pencil_work *work,
                              lip_pencil_values *found, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  small *s = lip_alloc_zero(1, sizeof *s);
  double before = INFINITY;
  size_t still = 0;

  *found = (lip_pencil_values){.definite = false};
  if (!s) FAIL(LIP_ENOMEM, "a small pencil");
  begin(pencil, diagonal, guess, work);
  for (size_t step = 0; step < most && still < STILL; step++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    s->parts = step == 0 ? 1 : step == 1 ? 2 : 3;
    s->size = s->parts * K;
    gram(pencil, work, s);
    TRY(solve_small(s, guess, found, err));
    found->steps = step + 1;
    if (!found->definite) break;
    combine(work, s);
    still = step >= LEAST_STEPS - STILL &&
                    fabs(found->rho[0] - before) <= tolerance * fabs(found->rho[0])
                ? still + 1
                : 0;
    before = found->rho[0];
    if (step + 1 == most || still == STILL) break;
    residuals(pencil, work, found->rho);
    multiply(pencil, work, work->X[1], work->MX[1]);
  }
done:
  scale_rows(work->n, work->scale, true, work->X[0]);
  lip_free(s);
  return st;
}
