/* multipliers.c - multipliers for the semidefinite test: what one output and several have in
   common.

   Slopes are divided by a power of two that brings the largest into [1/2, 1), as the weights of the
   claim are; multipliers go with its square. Neurons that are fixed go into M. */
#include "lipschitz/two_layers/multipliers_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* The test divides by 1 - sum r^2 a^2 / tau, of several outputs by S: multipliers this much larger
   keep that certainly positive where M is next to nothing, and cost half as much of the bound. */
static const double SPARE = 1e-11;

/* A times the power of two that makes the largest |A_l| |w_l| about 1, and the lengths. */
static void scale_outputs(lip_multipliers *s)
{
  const lip_claim *claim = s->claim;
  double largest = 0;

  for (size_t l = 0; l < claim->k; l++) {
    s->length[l] = lip_norm(claim->d, claim->W + l * claim->d);
    s->reach[l] = 0;
    for (size_t j = 0; j < claim->m; j++)
      s->reach[l] = hypot(s->reach[l], claim->A[j * claim->k + l]);
    largest = fmax(largest, s->reach[l] * s->length[l]);
  }
  (void)frexp(largest, &s->A_exponent);
  for (size_t i = 0; i < claim->m * claim->k; i++) s->A[i] = ldexp(claim->A[i], -s->A_exponent);
  for (size_t l = 0; l < claim->k; l++) s->reach[l] = ldexp(s->reach[l], -s->A_exponent);
}

lip_status lip_multipliers_create(const lip_claim *claim, lip_multipliers **solver, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;
  lip_multipliers *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a solver for multipliers");
  made->claim = claim;
  made->mid = lip_alloc(k, sizeof *made->mid);
  made->half = lip_alloc(k, sizeof *made->half);
  made->neuron = lip_alloc(k, sizeof *made->neuron);
  made->M = lip_alloc(claim->m, claim->d * sizeof *made->M);
  made->A = lip_alloc(claim->m, k * sizeof *made->A);
  made->length = lip_alloc(k, sizeof *made->length);
  made->reach = lip_alloc(k, sizeof *made->reach);
  if (!made->mid || !made->half || !made->neuron || !made->M || !made->A || !made->length ||
      !made->reach)
    FAIL(LIP_ENOMEM, "a solver for %zu multipliers", k);
  scale_outputs(made);
  if (claim->m == 1)
    TRY(lip_multipliers_scalar_create(made, err));
  else
    TRY(lip_multipliers_vector_create(made, err));
  *solver = made;
  made = NULL;
done:
  lip_multipliers_free(made);
  return st;
}

void lip_multipliers_free(lip_multipliers *solver)
{
  if (!solver) return;
  lip_multipliers_scalar_clear(solver);
  lip_multipliers_vector_clear(solver);
  lip_free(solver->mid);
  lip_free(solver->half);
  lip_free(solver->neuron);
  lip_free(solver->M);
  lip_free(solver->A);
  lip_free(solver->length);
  lip_free(solver->reach);
  lip_free(solver);
}

/* The middles and half widths, scaled, and who is free (what is below 1e-280 does not matter).
 * False where an end is not finite. */
static bool read_slopes(lip_multipliers *s, const double *low, const double *high)
{
  double largest = 0;
  int exponent;

  for (size_t l = 0; l < s->claim->k; l++) {
    if (!isfinite(low[l]) || !isfinite(high[l])) return false;
    largest = fmax(largest, fmax(fabs(low[l]), fabs(high[l])));
  }
  (void)frexp(largest, &exponent);
  s->exponent = exponent + s->A_exponent;
  s->free = 0;
  for (size_t l = 0; l < s->claim->k; l++) {
    double below = ldexp(low[l], -exponent), above = ldexp(high[l], -exponent);

    s->mid[l] = below + (above - below) / 2;
    s->half[l] = fmax((above - below) / 2, 0);
    if (s->half[l] * s->reach[l] * s->length[l] > 0) s->neuron[s->free++] = l;
  }
  return true;
}

/* M = A diag(mid) W */
void lip_multipliers_middle(lip_multipliers *s)
{
  const lip_claim *claim = s->claim;

  memset(s->M, 0, claim->m * claim->d * sizeof *s->M);
  for (size_t l = 0; l < claim->k; l++)
    for (size_t j = 0; j < claim->m; j++)
      if (s->mid[l] != 0 && s->A[j * claim->k + l] != 0)
        lip_add_multiple(claim->d, s->A[j * claim->k + l] * s->mid[l], claim->W + l * claim->d,
                         s->M + j * claim->d);
}

/* All neurons are fixed: |M|. */
static lip_status without_free(lip_multipliers *s, double *value, double *direction,
                               const lip_control *control, lip_error *err)
{
  const lip_claim *claim = s->claim;
  lip_operator_norm norm = {.value = 0};
  lip_status st = LIP_OK;
  size_t longest = 0;

  lip_multipliers_middle(s);
  if (lip_largest(claim->m * claim->d, s->M) > 0)
    st = lip_operator_norm_of(claim->m, claim->d, s->M, &norm, control, err);
  if (st != LIP_OK) return st;
  *value = norm.value;
  if (!direction) return LIP_OK;
  for (size_t j = 1; j < claim->m; j++)
    if (lip_norm(claim->d, s->M + j * claim->d) > lip_norm(claim->d, s->M + longest * claim->d))
      longest = j;
  memcpy(direction, s->M + longest * claim->d, claim->d * sizeof *direction);
  return LIP_OK;
}

/* A direction of length 1, whatever there was. */
static void make_unit(size_t d, double *direction)
{
  double length = lip_norm(d, direction);

  if (length > 0 && isfinite(length)) {
    for (size_t i = 0; i < d; i++) direction[i] /= length;
  } else {
    memset(direction, 0, d * sizeof *direction);
    direction[0] = 1;
  }
}

lip_status lip_multipliers_find(lip_multipliers *s, const double *low, const double *high,
                                lip_multipliers_goal goal, bool warm, double *tau, double *value,
                                double *direction, const lip_control *control, lip_error *err)
{
  const lip_claim *claim = s->claim;
  lip_status st = LIP_OK;
  int unit; /* of values, as a power of two */

  if (!read_slopes(s, low, high)) {
    for (size_t l = 0; l < claim->k; l++) tau[l] = 1;
    if (direction)
      memset(direction, 0, claim->d * sizeof *direction), make_unit(claim->d, direction);
    *value = INFINITY;
    return LIP_OK;
  }
  unit = claim->W_exponent + claim->A_exponent + s->exponent;
  goal.below = ldexp(goal.below, -unit);
  goal.above = ldexp(goal.above, -unit);
  if (s->free == 0)
    TRY(without_free(s, value, direction, control, err));
  else if (claim->m == 1)
    TRY(lip_multipliers_scalar(s, goal, warm, tau, value, direction, control, err));
  else
    TRY(lip_multipliers_vector_find(s, goal, warm, tau, value, direction, control, err));
  for (size_t l = 0, next = 0; l < claim->k; l++) {
    bool free = next < s->free && s->neuron[next] == l;

    /* Small enough not to matter, large enough not to be zero. */
    if (free)
      tau[l] = fmax(ldexp(tau[l] * (1 + SPARE), 2 * s->exponent), 1e-280);
    else
      tau[l] = s->length[l] > 0 ? 1e-30 : 1e30;
    if (free) next++;
    if (!isfinite(tau[l])) FAIL(LIP_ENUMERIC, "the multiplier of neuron %zu overflows", l);
  }
  if (s->free > 0) *value *= 1 + SPARE / 2;
  *value = ldexp(*value, unit);
  if (direction) make_unit(claim->d, direction);
done:
  return st;
}
