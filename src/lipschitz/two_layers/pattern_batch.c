/* pattern_batch.c - many slopes s of the neurons at once, each with the vectors u and v between
   which A diag(s) W is largest. */
#include "lipschitz/two_layers/pattern_batch.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"

#include <math.h>
#include <string.h>

lip_norm_kind lip_dual_norm(lip_norm_kind norm)
{
  return norm == LIP_NORM_1 ? LIP_NORM_INF : norm == LIP_NORM_INF ? LIP_NORM_1 : LIP_NORM_2;
}

void lip_dual_vector(lip_norm_kind norm, size_t n, const double *g, double *v)
{
  double length = norm == LIP_NORM_2 ? lip_norm(n, g) : 1;
  size_t largest = 0;

  for (size_t i = 0; i < n; i++) {
    if (fabs(g[i]) > fabs(g[largest])) largest = i;
    v[i] = norm == LIP_NORM_INF ? (g[i] < 0 ? -1 : 1) : norm == LIP_NORM_1 ? 0 : g[i] / length;
  }
  if (norm == LIP_NORM_1) v[largest] = g[largest] < 0 ? -1 : 1;
  if (norm == LIP_NORM_2 && !(length > 0)) {
    memset(v, 0, n * sizeof *v);
    v[0] = 1;
  }
}

lip_status lip_pattern_batch_create(const lip_claim *claim, size_t rows, lip_pattern_batch *batch,
                                    lip_error *err)
{
  size_t k = claim->k, d = claim->d, m = claim->m;
  double *at = lip_alloc(rows, (4 * k + 2 * d + 2 * m + 1) * sizeof *at);
  lip_pattern_batch made = {.claim = claim, .rows = rows, .slopes = at};

  if (!at) return lip_fail(err, LIP_ENOMEM, "%zu patterns of %zu neurons", rows, k);
  made.Q = made.slopes + rows * k;
  made.P = made.Q + rows * k;
  made.scratch = made.P + rows * k;
  made.v = made.scratch + rows * (k + m);
  made.g = made.v + rows * d;
  made.u = made.g + rows * d;
  made.value = made.u + rows * m;
  *batch = made;
  return LIP_OK;
}

void lip_pattern_batch_clear(lip_pattern_batch *batch)
{
  lip_free(batch->slopes);
  memset(batch, 0, sizeof *batch);
}

/* Q <- u A */
static void weigh_outputs(lip_pattern_batch *batch)
{
  const lip_claim *claim = batch->claim;

  if (claim->m > 1)
    lip_dgemm(false, false, batch->rows, claim->k, claim->m, 1, batch->u, claim->m, claim->A,
              claim->k, 0, batch->Q, claim->k);
}

/* P <- v W' */
static void weigh_inputs(lip_pattern_batch *batch)
{
  const lip_claim *claim = batch->claim;

  lip_dgemm(false, true, batch->rows, claim->k, claim->d, 1, batch->v, claim->d, claim->W, claim->d,
            0, batch->P, claim->k);
}

void lip_pattern_batch_begin(lip_pattern_batch *batch, uint64_t seed)
{
  const lip_claim *claim = batch->claim;
  size_t rows = batch->rows, d = claim->d, m = claim->m;
  lip_stream stream = {seed, LIP_FOR_STARTS};
  uint64_t at = 1ULL << 62; /* away from the climbs' */

  lip_random_normal(stream, at, rows * d, batch->g);
  for (size_t i = 0; i < rows; i++)
    lip_dual_vector(claim->norm, d, batch->g + i * d, batch->v + i * d);
  if (m > 1) lip_random_normal(stream, at + rows * d, rows * m, batch->u);
  for (size_t i = 0; i < rows; i++) {
    if (m == 1) memcpy(batch->Q + i * claim->k, claim->A, claim->k * sizeof *batch->Q);
    if (m == 1) batch->u[i] = 1;
    memcpy(batch->scratch, batch->u + i * m, m * sizeof *batch->u);
    if (m > 1) lip_dual_vector(lip_dual_norm(claim->norm), m, batch->scratch, batch->u + i * m);
  }
  weigh_outputs(batch);
  weigh_inputs(batch);
}

void lip_pattern_batch_evaluate(lip_pattern_batch *batch)
{
  const lip_claim *claim = batch->claim;
  size_t rows = batch->rows, k = claim->k, d = claim->d;

  for (size_t i = 0; i < rows * k; i++) batch->scratch[i] = batch->Q[i] * batch->slopes[i];
  lip_dgemm(false, false, rows, d, k, 1, batch->scratch, k, claim->W, d, 0, batch->g, d);
  for (size_t i = 0; i < rows; i++)
    batch->value[i] = lip_dual_length(claim->norm, d, batch->g + i * d);
}

void lip_pattern_batch_align(lip_pattern_batch *batch)
{
  const lip_claim *claim = batch->claim;
  size_t rows = batch->rows, k = claim->k, d = claim->d, m = claim->m;

  for (size_t i = 0; i < rows; i++)
    lip_dual_vector(claim->norm, d, batch->g + i * d, batch->v + i * d);
  weigh_inputs(batch);
  if (m == 1) return;
  for (size_t i = 0; i < rows * k; i++) batch->scratch[i] = batch->P[i] * batch->slopes[i];
  lip_dgemm(false, true, rows, m, k, 1, batch->scratch, k, claim->A, k, 0, batch->u, m);
  for (size_t i = 0; i < rows; i++) {
    memcpy(batch->scratch, batch->u + i * m, m * sizeof *batch->u);
    lip_dual_vector(lip_dual_norm(claim->norm), m, batch->scratch, batch->u + i * m);
  }
  weigh_outputs(batch);
}
