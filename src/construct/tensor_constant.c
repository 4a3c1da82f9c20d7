/* tensor_constant.c - how steep f(x) = sum_i alpha_i (x_i.x)^p can be on the unit sphere, p >= 3.

   For a tangent v at x, f's derivative is p sum alpha_i (x_i.x)^(p-1) (x_i.v). Two bounds (proofs
   in docs/theory.md, "Tensor networks"), the smaller one counts: p (l_1 + l_2) / 2, the two largest
   eigenvalues of sum |alpha_i| x_i x_i', for points in the unit ball; p = 2q: sqrt(q) (l_max -
   l_min) of F = sum alpha_i z_i z_i', z_i = x_i^(tensor q), a flattening of the tensor: from F
   itself for q = 2 and few dimensions, or from the n x n matrix L' diag(alpha) L, L L' =
   ((x_i.x_j)^q), for few points. cost    n d^2; n D^2 + D^3 for D = d (d + 1) / 2 <= MOST, or n^3
   for n <= MOST */
#include "construct/tensor_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/gram_blocks.h"
#include "construct/moment.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"

#include <math.h>
#include <string.h>

enum { MOST = 2100 };

static const double most_work = 4e11;

static lip_status by_moment(const lip_construct_job *job, const double *alpha, double *bound,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t n = data->n, d = data->d;
  double *M = lip_alloc(d, d * sizeof *M), *values = lip_alloc(d, sizeof *values);
  double *size = lip_alloc(n, sizeof *size);

  if (!M || !values || !size) FAIL(LIP_ENOMEM, "no memory for a %zu x %zu matrix", d, d);
  for (size_t i = 0; i < n; i++) size[i] = fabs(alpha[i]);
  TRY(lip_moment(job, n, d, data->X, size, M, err));
  TRY(lip_symmetric_eigen(d, M, values, false, err));
  *bound = (double)job->options->power * (values[d - 1] + fmax(values[d - 2], 0)) / 2;
done:
  lip_free(M);
  lip_free(values);
  lip_free(size);
  return st;
}

/* The spread of the eigenvalues of the N x N matrix F, and of 0 where `zero`. */
static lip_status spread(size_t N, double *F, bool zero, double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  double *values = lip_alloc(N, sizeof *values), low, high;

  if (!values) FAIL(LIP_ENOMEM, "no memory for %zu eigenvalues", N);
  TRY(lip_symmetric_eigen(N, F, values, false, err));
  low = zero ? fmin(values[0], 0) : values[0];
  high = zero ? fmax(values[N - 1], 0) : values[N - 1];
  *bound = high - low;
done:
  lip_free(values);
  return st;
}

/* F in coordinates: x_a^2, and sqrt(2) x_a x_b for a < b. */
static lip_status by_products(const lip_construct_job *job, const double *alpha, double *bound,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t n = data->n, d = data->d, D = d * (d + 1) / 2;
  double *Z = lip_alloc(n, D * sizeof *Z), *F = lip_alloc(D, D * sizeof *F);

  if (!Z || !F) FAIL(LIP_ENOMEM, "no memory for %zu x %zu products", n, D);
  for (size_t i = 0; i < n; i++) {
    const double *x = data->X + i * d;
    double *z = Z + i * D;

    for (size_t a = 0; a < d; a++)
      for (size_t b = 0; b <= a; b++) *z++ = a == b ? x[a] * x[a] : sqrt(2) * x[a] * x[b];
  }
  TRY(lip_moment(job, n, D, Z, alpha, F, err));
  TRY(spread(D, F, false, bound, err));
done:
  lip_free(Z);
  lip_free(F);
  return st;
}

typedef struct powers {
  size_t n, q;
  double *K;
} powers;

static void store(void *context, const lip_gram_block *block)
{
  powers *in = context;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++)
      in->K[(block->row + i) * in->n + block->column + j] = lip_whole_power(
          block->G[i * block->columns + j], in->q);
}

/* Infinite where the powers of the points depend on each other. */
static lip_status by_points(const lip_construct_job *job, const double *alpha, double *bound,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t n = data->n;
  powers in = {n, job->options->power / 2, lip_alloc(n, n * sizeof *in.K)};
  double *scaled = lip_alloc(n, n * sizeof *scaled), *F = lip_alloc(n, n * sizeof *F);

  *bound = INFINITY;
  if (!in.K || !scaled || !F) FAIL(LIP_ENOMEM, "no memory for %zu x %zu matrices", n, n);
  TRY(lip_gram_blocks(job, n, data->X, n, data->X, data->d, false, store, &in, err));
  if (!lip_cholesky(n, in.K)) goto done;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      if (j > i) in.K[i * n + j] = 0;
      scaled[i * n + j] = alpha[i] * in.K[i * n + j];
    }
  lip_dgemm(true, false, n, n, n, 1, in.K, n, scaled, n, 0, F, n);
  TRY(spread(n, F, true, bound, err));
done:
  lip_free(in.K);
  lip_free(scaled);
  lip_free(F);
  return st;
}

lip_status lip_tensor_constant(const lip_construct_job *job, const double *alpha, double *bound,
                               const char **how, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = job->data->n, d = job->data->d, p = job->options->power;
  double first = INFINITY, second = INFINITY, D = (double)d * (double)(d + 1) / 2;

  TRY(by_moment(job, alpha, &first, err));
  if (p == 4 && D <= MOST && (n > MOST || (double)n > D) && (double)n * D * D <= most_work)
    TRY(by_products(job, alpha, &second, err));
  else if (p % 2 == 0 && n <= MOST)
    TRY(by_points(job, alpha, &second, err));
  second *= sqrt((double)(p / 2));
  *bound = fmin(first, second);
  *how = second < first
             ? "two-layer paper, Theorem 2 (B8); sqrt(p/2) (l_max - l_min) of a flattening [D]"
             : "two-layer paper, Theorem 2 (B8); p (l_1 + l_2) / 2 of sum |alpha| x x' [D]";
done:
  return st;
}
