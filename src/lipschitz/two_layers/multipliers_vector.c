/* multipliers_vector.c - multipliers for several outputs: in coordinates of the row space of W, by
   Newton's method for some hundred neurons, else by an ascent.

   With unit rows w_l / |w_l|, columns B_l |w_l| and tau_l |w_l|^2 in place of the given ones all
   numbers are near 1 whatever the weights are. Where k < d, W W' = V diag(D) V' makes the rows of
   V sqrt(D) those of W in an orthonormal basis of their span. */
#include "lipschitz/two_layers/multipliers_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/multipliers_barrier.h"

#include <math.h>
#include <string.h>

enum { MOST_FOR_NEWTON = 700 };
static const double SMALLEST_EIGENVALUE = 1e-14; /* relative: less is no direction of its own */

struct lip_multipliers_vector {
  size_t p;
  double *rows;  /* k x p: w_l / |w_l| in the basis */
  double *basis; /* p x k: direction x (p) stands for sum_l (basis' x)_l w_l / |w_l|; NULL: p = d */
  double *L, *B; /* free x p, m x free */
  double *M;     /* m x p */
  double *tau;   /* free */
  double *x, *z; /* p, k */
  lip_barrier *barrier;
};

/* The rows of W, unit, times an orthonormal basis of their span. */
static lip_status make_basis(lip_multipliers *s, lip_error *err)
{
  lip_multipliers_vector *v = s->vector;
  size_t k = s->claim->k, d = s->claim->d;
  double *unit = lip_alloc(k, d * sizeof *unit), *gram = NULL, *values = NULL;
  lip_status st = LIP_OK;

  if (!unit) FAIL(LIP_ENOMEM, "the rows of %zu neurons", k);
  for (size_t l = 0; l < k; l++)
    for (size_t i = 0; i < d; i++)
      unit[l * d + i] = s->length[l] > 0 ? s->claim->W[l * d + i] / s->length[l] : 0;
  v->p = d;
  if (d <= k) {
    v->rows = unit;
    unit = NULL;
    goto done;
  }
  gram = lip_alloc(k, k * sizeof *gram);
  values = lip_alloc(k, sizeof *values);
  v->rows = lip_alloc(k, k * sizeof *v->rows);
  v->basis = lip_alloc(k, k * sizeof *v->basis);
  if (!gram || !values || !v->rows || !v->basis) FAIL(LIP_ENOMEM, "the rows of %zu neurons", k);
  lip_dgemm(false, true, k, k, d, 1, unit, d, unit, d, 0, gram, k);
  TRY(lip_symmetric_eigen(k, gram, values, true, err));
  v->p = 0;
  for (size_t i = 0; i < k; i++)
    if (values[i] > SMALLEST_EIGENVALUE * values[k - 1]) v->p++;
  if (v->p == 0) v->p = 1;
  for (size_t i = 0; i < v->p; i++) {
    double root = sqrt(fmax(values[k - v->p + i], 0));
    const double *vector = gram + (k - v->p + i) * k;

    for (size_t l = 0; l < k; l++) {
      v->rows[l * v->p + i] = vector[l] * root;
      v->basis[i * k + l] = root > 0 ? vector[l] / root : 0;
    }
  }
done:
  lip_free(unit);
  lip_free(gram);
  lip_free(values);
  return st;
}

lip_status lip_multipliers_vector_create(lip_multipliers *s, lip_error *err)
{
  size_t k = s->claim->k, m = s->claim->m;
  lip_status st = LIP_OK;
  lip_multipliers_vector *v;

  if (k > MOST_FOR_NEWTON) return lip_multipliers_ascent_create(s, err);
  v = s->vector = lip_alloc_zero(1, sizeof *v);
  if (!v) FAIL(LIP_ENOMEM, "a solver for multipliers");
  TRY(make_basis(s, err));
  v->L = lip_alloc(k, v->p * sizeof *v->L);
  v->B = lip_alloc(m, k * sizeof *v->B);
  v->M = lip_alloc(m, v->p * sizeof *v->M);
  v->tau = lip_alloc(k, sizeof *v->tau);
  v->x = lip_alloc(v->p, sizeof *v->x);
  v->z = lip_alloc(k, sizeof *v->z);
  if (!v->L || !v->B || !v->M || !v->tau || !v->x || !v->z)
    FAIL(LIP_ENOMEM, "a solver for %zu multipliers", k);
  TRY(lip_barrier_create(k, v->p, m, &v->barrier, err));
done:
  return st;
}

void lip_multipliers_vector_clear(lip_multipliers *s)
{
  lip_multipliers_vector *v = s->vector;

  lip_multipliers_ascent_clear(s);
  if (!v) return;
  lip_barrier_free(v->barrier);
  lip_free(v->rows);
  lip_free(v->basis);
  lip_free(v->L);
  lip_free(v->B);
  lip_free(v->M);
  lip_free(v->tau);
  lip_free(v->x);
  lip_free(v->z);
  lip_free(v);
  s->vector = NULL;
}

/* L, B and M of this box, and a start for tau. */
static void state_problem(lip_multipliers *s, bool warm, const double *tau)
{
  lip_multipliers_vector *v = s->vector;
  size_t k = s->claim->k, m = s->claim->m, p = v->p;

  memset(v->M, 0, m * p * sizeof *v->M);
  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < m; j++)
      if (s->mid[l] != 0 && s->length[l] > 0)
        lip_add_multiple(p, s->A[j * k + l] * s->length[l] * s->mid[l], v->rows + l * p,
                         v->M + j * p);
  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];
    double start = ldexp(sqrt(warm ? tau[l] : 0) * s->length[l], -s->exponent);

    memcpy(v->L + i * p, v->rows + l * p, p * sizeof *v->L);
    for (size_t j = 0; j < m; j++)
      v->B[j * s->free + i] = s->half[l] * s->A[j * k + l] * s->length[l];
    start *= start;
    v->tau[i] = start > 0 && isfinite(start) ? start : s->half[l] * s->reach[l] * s->length[l];
  }
}

lip_status lip_multipliers_vector_find(lip_multipliers *s, lip_multipliers_goal goal, bool warm,
                                       double *tau, double *value, double *direction,
                                       const lip_control *control, lip_error *err)
{
  lip_multipliers_vector *v = s->vector;
  const lip_claim *claim = s->claim;
  double rho = 0;
  lip_status st = LIP_OK;

  if (!v) return lip_multipliers_ascent_find(s, goal, warm, tau, value, direction, control, err);
  state_problem(s, warm, tau);
  TRY(lip_barrier_solve(
      v->barrier,
      &(lip_barrier_problem){
          .n = s->free, .p = v->p, .m = claim->m, .L = v->L, .B = v->B, .M = v->M},
      2 * goal.accuracy, goal.below * goal.below, goal.above * goal.above, v->tau, &rho,
      direction ? v->x : NULL, control, err));
  for (size_t i = 0; i < s->free; i++) {
    double root = sqrt(v->tau[i]) / s->length[s->neuron[i]];

    tau[s->neuron[i]] = root * root;
  }
  *value = sqrt(rho);
  if (!direction) return LIP_OK;
  if (!v->basis) {
    memcpy(direction, v->x, claim->d * sizeof *direction);
    return LIP_OK;
  }
  lip_dgemv(true, v->p, claim->k, 1, v->basis, claim->k, v->x, 0, v->z);
  memset(direction, 0, claim->d * sizeof *direction);
  for (size_t l = 0; l < claim->k; l++)
    if (s->length[l] > 0)
      lip_add_multiple(claim->d, v->z[l] / s->length[l], claim->W + l * claim->d, direction);
done:
  return st;
}
