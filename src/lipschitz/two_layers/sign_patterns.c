/* sign_patterns.c - the steepest sign patterns, whether or not any point has them.

   All starts at once, so that the work is in products of matrices: s_l <- the end of [low_l,
   high_l] that u'A_l (w_l.v) prefers, then v and u anew; where that changes nothing, the one slope
   is changed whose change gains most: |g + c w|^2 = |g|^2 + 2 c g.w + c^2 |w|^2.

   cost    two products with W a step, usually 10 to 60 steps
   limits  a local search; below the semidefinite bound by a few per cent at most, in trials */
#include "lipschitz/two_layers/sign_patterns.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"
#include "lipschitz/method.h"

#include <math.h>
#include <string.h>

static const double GAIN = 1e-12; /* relative, of value^2: less is rounding */
enum { PATIENCE = 4 };            /* steps that gain nothing: equals that take turns */

/* The rows take the slopes that they prefer. Returns whether row i changed. */
static bool prefer(lip_pattern_batch *batch, size_t i, const double *low, const double *high)
{
  size_t k = batch->claim->k;
  double *s = batch->slopes + i * k, *Q = batch->Q + i * k, *P = batch->P + i * k;
  bool changed = false;

  for (size_t l = 0; l < k; l++) {
    double product = Q[l] * P[l], better = product > 0 ? high[l] : low[l];

    if (product == 0 || s[l] == better) continue;
    s[l] = better;
    changed = true;
  }
  return changed;
}

/* Changes the slope of row i that gains most. False where none does. */
static bool change_one(lip_pattern_batch *batch, size_t i, const double *low, const double *high,
                       const double *square)
{
  size_t k = batch->claim->k, best = 0;
  double *s = batch->slopes + i * k, *Q = batch->Q + i * k, *P = batch->P + i * k;
  double value = batch->value[i], most = GAIN * value * value;
  bool found = false;

  for (size_t l = 0; l < k; l++) {
    double c = (s[l] == high[l] ? low[l] - high[l] : high[l] - low[l]) * Q[l];
    double gain = c * (2 * value * P[l] + c * square[l]);

    if (!(gain > most)) continue;
    most = gain;
    best = l;
    found = true;
  }
  if (found) s[best] = s[best] == high[best] ? low[best] : high[best];
  return found;
}

lip_status lip_sign_patterns_find(lip_pattern_batch *batch, const double *low, const double *high,
                                  uint64_t seed, double passes, size_t *best,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = batch->claim;
  size_t k = claim->k, rows = batch->rows;
  double *square = lip_alloc(k, sizeof *square);
  double before = 0;
  size_t idle = 0;
  bool moving = true;

  if (!square) FAIL(LIP_ENOMEM, "%zu neurons", k);
  for (size_t l = 0; l < k; l++) {
    double length = lip_norm(claim->d, claim->W + l * claim->d);

    square[l] = length * length;
  }
  lip_pattern_batch_begin(batch, seed);
  for (size_t i = 0; i < rows; i++) memcpy(batch->slopes + i * k, high, k * sizeof *high);
  for (size_t i = 0; i < rows; i++) (void)prefer(batch, i, low, high);
  lip_pattern_batch_evaluate(batch);
  while (moving && idle < PATIENCE && passes > 0 && !lip_stopped(control)) {
    double sum = 0;

    lip_pattern_batch_align(batch);
    moving = false;
    for (size_t i = 0; i < rows; i++) {
      bool moved = prefer(batch, i, low, high);

      if (!moved && claim->norm == LIP_NORM_2) moved = change_one(batch, i, low, high, square);
      moving = moving || moved;
    }
    lip_pattern_batch_evaluate(batch);
    for (size_t i = 0; i < rows; i++) sum += batch->value[i];
    idle = sum > before * (1 + GAIN) ? 0 : idle + 1;
    before = fmax(before, sum);
    passes -= 2 * (double)rows;
  }
  *best = 0;
  for (size_t i = 1; i < rows; i++)
    if (batch->value[i] > batch->value[*best]) *best = i;
done:
  lip_free(square);
  return st;
}
