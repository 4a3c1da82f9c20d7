/* multipliers_scalar.c - multipliers for one output: the sign relaxation of the rows M and
   r_l a_l w_l.

   lambda_l = r_l^2 a_l^2 / tau_l with lambda_0 + sum lambda_l = 1 turns the test of slope_box.h
   into upper^2 I >= M' M / lambda_0 + sum v_l' v_l / lambda_l, v_l = r_l a_l w_l: U' diag(1/lambda)
   U for the rows U = [M; v]. With few neurons their products are made once, and a call costs a pass
   over k^2 numbers whatever d is. */
#include "lipschitz/two_layers/multipliers_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* Products cost k^2 d once and k^2 a sweep, rows 2 k d a sweep. */
static bool products_pay(size_t k, size_t d)
{
  return k <= 128 || (k <= d && k <= 1024);
}

static lip_status make_gram(lip_multipliers *s, lip_error *err)
{
  const lip_claim *claim = s->claim;
  size_t k = claim->k, d = claim->d;
  double *rows = NULL;
  lip_status st = LIP_OK;

  s->gram = lip_alloc(k, k * sizeof *s->gram);
  s->products = lip_alloc(k + 1, (k + 1) * sizeof *s->products);
  if (!s->gram || !s->products) FAIL(LIP_ENOMEM, "the products of %zu neurons", k);
  rows = lip_alloc(k, d * sizeof *rows);
  if (!rows) FAIL(LIP_ENOMEM, "the products of %zu neurons", k);
  for (size_t l = 0; l < k; l++)
    for (size_t i = 0; i < d; i++) rows[l * d + i] = s->A[l] * claim->W[l * d + i];
  lip_dgemm(false, true, k, k, d, 1, rows, d, rows, d, 0, s->gram, k);
done:
  lip_free(rows);
  return st;
}

lip_status lip_multipliers_scalar_create(lip_multipliers *s, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = s->claim->k + 1;

  s->scale = lip_alloc(rows, sizeof *s->scale);
  s->row_squares = lip_alloc(rows, sizeof *s->row_squares);
  s->lambda = lip_alloc(rows, sizeof *s->lambda);
  s->gram_mid = lip_alloc(rows, sizeof *s->gram_mid);
  s->which = lip_alloc(rows, sizeof *s->which);
  s->name = lip_alloc(rows, sizeof *s->name);
  if (!s->scale || !s->row_squares || !s->lambda || !s->gram_mid || !s->which || !s->name)
    FAIL(LIP_ENOMEM, "a solver for %zu multipliers", s->claim->k);
  if (products_pay(s->claim->k, s->claim->d)) TRY(make_gram(s, err));
  TRY(lip_sign_relaxation_create(rows, s->claim->d, s->gram != NULL, &s->signs, err));
done:
  return st;
}

void lip_multipliers_scalar_clear(lip_multipliers *s)
{
  lip_sign_relaxation_free(s->signs);
  lip_free(s->gram);
  lip_free(s->products);
  lip_free(s->scale);
  lip_free(s->row_squares);
  lip_free(s->lambda);
  lip_free(s->gram_mid);
  lip_free(s->which);
  lip_free(s->name);
}

/* The products of M and the free v_l, from those of all a_l w_l. */
static void make_products(lip_multipliers *s)
{
  size_t k = s->claim->k, n = s->free + 1;

  lip_dgemv(false, k, k, 1, s->gram, k, s->mid, 0, s->gram_mid);
  s->products[0] = fmax(lip_dot(k, s->mid, s->gram_mid), 0);
  for (size_t i = 1; i < n; i++) {
    size_t l = s->neuron[i - 1];
    double *row = s->products + i * n;

    row[0] = s->products[i] = s->half[l] * s->gram_mid[l];
    for (size_t j = 1; j < n; j++)
      row[j] = s->half[l] * s->half[s->neuron[j - 1]] * s->gram[l * k + s->neuron[j - 1]];
  }
}

lip_status lip_multipliers_scalar(lip_multipliers *s, lip_multipliers_goal goal, bool warm,
                                  double *tau, double *value, double *direction,
                                  const lip_control *control, lip_error *err)
{
  const lip_claim *claim = s->claim;
  size_t n = s->free + 1;
  lip_sign_rows rows = {.n = n,
                        .d = claim->d,
                        .first = s->M,
                        .W = claim->W,
                        .which = s->which,
                        .scale = s->scale,
                        .squares = s->row_squares,
                        .products = s->products};
  lip_sign_goal sought = {goal.accuracy, goal.below, goal.above};
  lip_status st;

  s->name[0] = 0;
  for (size_t i = 1; i < n; i++) {
    size_t l = s->neuron[i - 1];

    s->which[i] = l;
    s->name[i] = l + 1;
    s->scale[i] = s->half[l] * s->A[l];
    s->row_squares[i] = s->scale[i] * s->length[l] * s->scale[i] * s->length[l];
  }
  if (s->products) make_products(s);
  if (!s->products || direction) lip_multipliers_middle(s);
  s->row_squares[0] = s->products ? s->products[0] : lip_dot(claim->d, s->M, s->M);
  st = lip_sign_relaxation_solve(s->signs, &rows, s->name, sought, warm, s->lambda, value,
                                 direction, control, err);
  if (st != LIP_OK) return st;
  for (size_t i = 1; i < n; i++) tau[s->neuron[i - 1]] = s->scale[i] / s->lambda[i] * s->scale[i];
  return LIP_OK;
}
