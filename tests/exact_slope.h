/* exact_slope.h - activations and slopes of two-layer networks in ball arithmetic (arb), to compare
   with what is called proved. */
#ifndef LIP_TESTS_EXACT_SLOPE_H
#define LIP_TESTS_EXACT_SLOPE_H

#include "certificate/claim.h"

#include <arb.h>
#include <arb_hypgeom.h>

#include <math.h>

/* Above the 2 x 1074 + 2 x 53 bits that a product of doubles may span, and their sums. */
enum { BITS = 2500, FEWER_BITS = 300 };

/* 1 / (1 + e^-t) */
static inline void arb_logistic(arb_t y, const arb_t t)
{
  arb_neg(y, t);
  arb_exp(y, y, FEWER_BITS);
  arb_add_ui(y, y, 1, FEWER_BITS);
  arb_inv(y, y, FEWER_BITS);
}

/* Phi(t) and phi(t) of the standard normal distribution. */
static inline void arb_normal(arb_t below, arb_t density, const arb_t t)
{
  arb_t root;

  arb_init(root);
  arb_set_ui(root, 2);
  arb_sqrt(root, root, FEWER_BITS);
  arb_div(below, t, root, FEWER_BITS);
  arb_neg(below, below);
  arb_hypgeom_erfc(below, below, FEWER_BITS);
  arb_div_ui(below, below, 2, FEWER_BITS);
  arb_sqr(density, t, FEWER_BITS);
  arb_div_si(density, density, -2, FEWER_BITS);
  arb_exp(density, density, FEWER_BITS);
  arb_div(density, density, root, FEWER_BITS);
  arb_const_pi(root, FEWER_BITS);
  arb_sqrt(root, root, FEWER_BITS);
  arb_div(density, density, root, FEWER_BITS);
  arb_clear(root);
}

/* y = psi(t) of the activations whose values are not compared elsewhere. */
static inline void exact_activation_value(lip_activation psi, const arb_t t, arb_t y)
{
  arb_t rest;

  arb_init(rest);
  if (psi.kind == LIP_ERF)
    arb_hypgeom_erf(y, t, FEWER_BITS);
  else if (psi.kind == LIP_SILU)
    arb_logistic(y, t);
  else
    arb_normal(y, rest, t);
  if (psi.kind != LIP_ERF) arb_mul(y, y, t, FEWER_BITS);
  arb_clear(rest);
}

/* y = psi'(t), t not at a kink. */
static inline void exact_activation_slope(lip_activation psi, const arb_t t, arb_t y)
{
  bool left = arb_is_negative(t);
  arb_t rest;

  arb_init(rest);
  switch (psi.kind) {
  case LIP_IDENTITY:
    arb_one(y);
    break;
  case LIP_RELU:
    arb_set_d(y, left ? 0 : 1);
    break;
  case LIP_LEAKY_RELU:
    arb_set_d(y, left ? psi.slope : 1);
    break;
  case LIP_ABS:
    arb_set_d(y, left ? -1 : 1);
    break;
  case LIP_TANH:
    arb_sech(y, t, FEWER_BITS);
    arb_sqr(y, y, FEWER_BITS);
    break;
  case LIP_SOFTPLUS:
    arb_logistic(y, t);
    break;
  case LIP_SQUARE:
    arb_mul_ui(y, t, 2, BITS);
    break;
  case LIP_SIGMOID: /* sigma(t) sigma(-t) */
    arb_neg(rest, t);
    arb_logistic(rest, rest);
    arb_logistic(y, t);
    arb_mul(y, y, rest, FEWER_BITS);
    break;
  case LIP_ERF:
    arb_sqr(y, t, FEWER_BITS);
    arb_neg(y, y);
    arb_exp(y, y, FEWER_BITS);
    arb_mul_ui(y, y, 2, FEWER_BITS);
    arb_const_pi(rest, FEWER_BITS);
    arb_sqrt(rest, rest, FEWER_BITS);
    arb_div(y, y, rest, FEWER_BITS);
    break;
  case LIP_SILU: /* sigma(t) (1 + t sigma(-t)) */
    arb_neg(rest, t);
    arb_logistic(rest, rest);
    arb_mul(rest, rest, t, FEWER_BITS);
    arb_add_ui(rest, rest, 1, FEWER_BITS);
    arb_logistic(y, t);
    arb_mul(y, y, rest, FEWER_BITS);
    break;
  case LIP_GELU:
    arb_normal(y, rest, t);
    arb_addmul(y, rest, t, FEWER_BITS);
    break;
  case LIP_ELU:
    arb_set_d(rest, psi.slope);
    arb_exp(y, t, FEWER_BITS);
    arb_mul(y, y, rest, FEWER_BITS);
    if (!left) arb_one(y);
    break;
  case LIP_POWER:
    arb_pow_ui(y, t, (ulong)psi.slope - 1, BITS);
    arb_mul_ui(y, y, (ulong)psi.slope, BITS);
    break;
  }
  arb_clear(rest);
}

static inline void arb_dot_doubles(arb_t sum, size_t n, const double *x, const double *y)
{
  arb_t a, b;

  arb_init(a), arb_init(b);
  arb_zero(sum);
  for (size_t i = 0; i < n; i++) {
    arb_set_d(a, x[i]), arb_set_d(b, y[i]);
    arb_addmul(sum, a, b, BITS);
  }
  arb_clear(a), arb_clear(b);
}

/* |v|_p of exact numbers */
static inline void exact_norm(lip_norm_kind norm, size_t n, arb_srcptr v, arb_t length)
{
  arb_t a;

  arb_init(a);
  arb_zero(length);
  for (size_t i = 0; i < n; i++) {
    arb_abs(a, v + i);
    if (norm == LIP_NORM_2)
      arb_addmul(length, a, a, BITS);
    else if (norm == LIP_NORM_1)
      arb_add(length, length, a, BITS);
    else
      arb_max(length, length, a, BITS);
  }
  if (norm == LIP_NORM_2) arb_sqrt(length, length, BITS);
  arb_clear(a);
}

/* |J(x) P v|_p / |v|_p of the claim's function, from the network's own weights; on the sphere at
   radius x / |x|. */
static inline void exact_slope(const lip_claim *claim, const double *x, const double *v,
                               arb_t slope)
{
  size_t d = claim->d, k = claim->k, m = claim->m;
  bool sphere = claim->domain.kind == LIP_ON_SPHERE;
  const double *A = claim->net->layer[1].W;
  arb_t z, b, s, a, along, square;
  arb_ptr y = _arb_vec_init((slong)m), direction = _arb_vec_init((slong)d);

  arb_init(z), arb_init(b), arb_init(s), arb_init(a), arb_init(along), arb_init(square);
  arb_dot_doubles(along, d, x, v);
  arb_dot_doubles(square, d, x, x);
  if (sphere) arb_div(along, along, square, BITS);
  arb_sqrt(square, square, BITS);
  for (size_t l = 0; l < k; l++) {
    const double *w = claim->W_true + l * d;

    arb_dot_doubles(z, d, w, x);
    arb_dot_doubles(s, d, w, v);
    if (sphere) arb_submul(s, along, z, BITS);
    arb_set_d(b, claim->domain.radius);
    if (sphere) arb_mul(z, z, b, BITS), arb_div(z, z, square, BITS);
    arb_set_d(b, claim->b[l]);
    arb_add(z, z, b, BITS);
    exact_activation_slope(claim->psi, z, a);
    arb_mul(s, s, a, BITS);
    for (size_t j = 0; j < m; j++) {
      arb_set_d(a, A[(claim->output.kind == LIP_ALL_OUTPUTS ? j : claim->output.plus) * k + l]);
      arb_set_d(b,
                claim->output.kind == LIP_OUTPUT_DIFFERENCE ? A[claim->output.minus * k + l] : 0);
      arb_sub(a, a, b, BITS);
      arb_addmul(y + j, a, s, BITS);
    }
  }
  for (size_t i = 0; i < d; i++) arb_set_d(direction + i, v[i]);
  exact_norm(claim->norm, m, y, slope);
  exact_norm(claim->norm, d, direction, a);
  arb_div(slope, slope, a, BITS);
  _arb_vec_clear(y, (slong)m), _arb_vec_clear(direction, (slong)d);
  arb_clear(z), arb_clear(b), arb_clear(s), arb_clear(a), arb_clear(along), arb_clear(square);
}

/* Is the exact number certainly below / above the double? */
static inline bool is_below(const arb_t exact, double x)
{
  arb_t t;
  bool below;

  arb_init(t);
  arb_set_d(t, x);
  below = arb_lt(exact, t);
  arb_clear(t);
  return below;
}

static inline bool is_above(const arb_t exact, double x)
{
  arb_t t;
  bool above;

  arb_init(t);
  arb_set_d(t, x);
  above = arb_gt(exact, t);
  arb_clear(t);
  return above;
}

static inline double rounded(const arb_t exact)
{
  return arf_get_d(arb_midref(exact), ARF_RND_NEAR);
}

#endif
