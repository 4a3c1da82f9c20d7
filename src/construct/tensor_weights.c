/* tensor_weights.c - the exact fit by powers: K alpha = y, K_ij = (x_i.x_j)^p (theory.md B8b).

   Conjugate gradients on the residual, restarted from the true residual until it is small: steps of
   1 times the residual would diverge (theory.md 0.2, 12). A product with K is diag(X M X') with M =
   sum alpha_i x_i x_i' for p = 2, a stored matrix where n is small, else blocks of it each time.
   cost    each product 3 n d^2 flops for p = 2; 2 n^2, or 2 n^2 d, for other powers */
#include "construct/tensor_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/gram_blocks.h"
#include "construct/moment.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { STORED = 8000, STEPS = 1000, RESTARTS = 6 };

static const double enough = 1e-11, each_time = 1e-9;

typedef struct gram_matrix {
  const lip_construct_job *job;
  size_t n, d, p;
  double *M;        /* d x d, p = 2 */
  double *K;        /* n x n; NULL: not stored */
  const double *in; /* of the product under way */
  double *out;
} gram_matrix;

double lip_whole_power(double t, size_t p)
{
  double power = 1;

  for (; p; p /= 2, t *= t)
    if (p % 2) power *= t;
  return power;
}

double lip_monomials(size_t d, size_t p)
{
  double count = 1;

  for (size_t q = 1; q <= p; q++) count *= (double)(d - 1 + q) / (double)q;
  return round(count);
}

static void store_block(void *context, const lip_gram_block *block)
{
  gram_matrix *in = context;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++)
      in->K[(block->row + i) * in->n + block->column + j] = lip_whole_power(
          block->G[i * block->columns + j], in->p);
}

static void multiply_block(void *context, const lip_gram_block *block)
{
  gram_matrix *in = context;

  for (size_t i = 0; i < block->rows; i++) {
    double sum = 0;

    for (size_t j = 0; j < block->columns; j++)
      sum += lip_whole_power(block->G[i * block->columns + j], in->p) * in->in[block->column + j];
    in->out[block->row + i] += sum;
  }
}

/* out <- K in */
static lip_status multiply(gram_matrix *map, const double *in, double *out, lip_error *err)
{
  lip_status st = LIP_OK;
  const double *X = map->job->data->X;

  map->in = in;
  map->out = out;
  if (map->M) {
    TRY(lip_moment(map->job, map->n, map->d, X, in, map->M, err));
    TRY(lip_moment_values(map->job, map->n, map->d, X, map->M, out, err));
  } else if (map->K) {
    if (lip_construct_stopped(map->job)) FAIL(LIP_EINTERRUPT, "interrupted");
    lip_dgemv(false, map->n, map->n, 1, map->K, map->n, in, 0, out);
  } else {
    memset(out, 0, map->n * sizeof *out);
    TRY(lip_gram_blocks(map->job, map->n, X, map->n, X, map->d, false, multiply_block, map, err));
  }
done:
  return st;
}

static lip_status prepare(const lip_construct_job *job, gram_matrix *map, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;

  *map = (gram_matrix){.job = job, .n = data->n, .d = data->d, .p = job->options->power};
  if (map->p == 2 && map->n > map->d) {
    map->M = lip_alloc(map->d, map->d * sizeof *map->M);
    if (!map->M) FAIL(LIP_ENOMEM, "no memory for a %zu x %zu matrix", map->d, map->d);
  } else if (map->n <= STORED) {
    map->K = lip_alloc(map->n, map->n * sizeof *map->K);
    if (!map->K) FAIL(LIP_ENOMEM, "no memory for a %zu x %zu Gram matrix", map->n, map->n);
    TRY(lip_gram_blocks(job, map->n, data->X, map->n, data->X, map->d, false, store_block, map,
                        err));
  }
done:
  return st;
}

/* alpha <- alpha + delta, where |r - K delta| <= each_time |r|, or as near as STEPS come. Changes
   r. work  3 n */
static lip_status descend(gram_matrix *map, double *alpha, double *r, double *work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = map->n;
  double *direction = work, *image = work + n, square = lip_dot(n, r, r), first = square;

  memcpy(direction, r, n * sizeof *r);
  for (size_t step = 0; step < STEPS && square > each_time * each_time * first; step++) {
    double curvature, length, next;

    TRY(multiply(map, direction, image, err));
    curvature = lip_dot(n, direction, image);
    if (!(curvature > 0)) goto done;
    length = square / curvature;
    lip_add_multiple(n, length, direction, alpha);
    lip_add_multiple(n, -length, image, r);
    next = lip_dot(n, r, r);
    for (size_t i = 0; i < n; i++) direction[i] = r[i] + next / square * direction[i];
    square = next;
  }
done:
  return st;
}

/* The pair with the largest |x_i.x_j|. */
typedef struct nearest {
  size_t n, *with;
  double *value;
} nearest;

static void visit(void *context, const lip_gram_block *block)
{
  nearest *in = context;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++) {
      size_t row = block->row + i, column = block->column + j;
      double g = fabs(block->G[i * block->columns + j]);

      if (column <= row || !(g > in->value[row])) continue;
      in->value[row] = g;
      in->with[row] = column;
    }
}

static lip_status refuse(const lip_construct_job *job, double residual, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t i = 0;
  nearest in = {data->n, lip_alloc_zero(data->n, sizeof *in.with),
                lip_alloc_zero(data->n, sizeof *in.value)};

  if (!in.with || !in.value) FAIL(LIP_ENOMEM, "no memory for %zu products", data->n);
  TRY(lip_gram_blocks(job, data->n, data->X, data->n, data->X, data->d, true, visit, &in, err));
  for (size_t r = 1; r < data->n; r++)
    if (in.value[r] > in.value[i]) i = r;
  FAIL(LIP_EINPUT,
       "the powers (x_i.x)^%zu of the %zu points in %zu dimensions depend on each other too much "
       "for an exact fit: relative residual %.3g; the nearest points up to sign are %zu and %zu, "
       "|x_i.x_j| = %.10g",
       job->options->power, data->n, data->d, residual, i, in.with[i], in.value[i]);
done:
  lip_free(in.with);
  lip_free(in.value);
  return st;
}

lip_status lip_tensor_weights(const lip_construct_job *job, double *alpha, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t n = data->n;
  double room = lip_monomials(data->d, job->options->power), relative = 1, before = INFINITY;
  double *work = lip_alloc(3 * n, sizeof *work), *r = lip_alloc(n, sizeof *r);
  gram_matrix map = {0};

  if ((double)n > room)
    FAIL(LIP_EINPUT,
         "an exact fit needs n <= %.0f, the number of monomials of degree %zu in %zu variables: "
         "there are %zu points",
         room, job->options->power, data->d, n);
  if (!work || !r) FAIL(LIP_ENOMEM, "no memory for %zu weights", n);
  TRY(prepare(job, &map, err));
  memset(alpha, 0, n * sizeof *alpha);
  memcpy(r, data->y, n * sizeof *r);
  for (int restart = 0; restart < RESTARTS && relative > enough && relative < before / 2;
       restart++) {
    TRY(descend(&map, alpha, r, work, err));
    TRY(multiply(&map, alpha, r, err));
    for (size_t i = 0; i < n; i++) r[i] = data->y[i] - r[i];
    before = relative;
    relative = lip_norm(n, r) / fmax(lip_norm(n, data->y), 1e-300);
  }
  if (!(relative <= enough)) TRY(refuse(job, relative, err));
done:
  lip_free(map.M);
  lip_free(map.K);
  lip_free(work);
  lip_free(r);
  return st;
}
