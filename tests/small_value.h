/* small_value.h - the constant of a small network by other means than the library's: what is known
   of it from below and from above.

   Piecewise linear: all cells of the arrangement of kinks that meet the domain, each found by a
   linear program in quadruple precision and then shown to be there by a point inside
   (small_cells.h). Smooth, d <= 2: interval branch and bound (small_branches.h). Else a search by
   random points, which bounds the constant from below only. */
#ifndef LIP_TESTS_SMALL_VALUE_H
#define LIP_TESTS_SMALL_VALUE_H

#include "small_networks.h"

#include <float.h>

__extension__ typedef __float128 quad;
typedef long double real;

/* low <= constant <= high; high may be infinite: not known. */
typedef struct small_bounds {
  double low, high;
  bool exact; /* the two are the same number up to rounding */
} small_bounds;

typedef struct small_matrix {
  size_t m, d;
  quad at[SMALL_M][SMALL_D];
} small_matrix;

static inline quad quad_abs(quad x)
{
  return x < 0 ? -x : x;
}

static inline quad quad_sqrt(quad x)
{
  quad root = x > 0 ? (quad)sqrtl((real)x) : 0;

  return root > 0 ? (root + x / root) / 2 : 0;
}

/* psi'(z); at a kink the one that `z` is nearest to from its own side. */
static inline real small_slope(lip_activation psi, real z)
{
  real c;

  switch (psi.kind) {
  case LIP_IDENTITY:
    return 1;
  case LIP_RELU:
    return z > 0;
  case LIP_LEAKY_RELU:
    return z > 0 ? 1 : psi.slope;
  case LIP_ABS:
    return z > 0 ? 1 : -1;
  case LIP_TANH:
    c = coshl(z);
    return 1 / c / c;
  case LIP_SIGMOID:
    c = 2 * coshl(z / 2);
    return 1 / c / c;
  case LIP_SOFTPLUS:
    return 1 / (1 + expl(-z));
  case LIP_SQUARE:
    return 2 * z;
  case LIP_ELU:
    return z > 0 ? 1 : psi.slope * expl(z);
  case LIP_POWER:
    return psi.slope * powl(z, psi.slope - 1);
  case LIP_ERF: /* the methods for two layers are not for these */
  case LIP_SILU:
  case LIP_GELU:
    break;
  }
  return 0;
}

static inline bool small_is_linear(lip_activation psi)
{
  return psi.kind == LIP_IDENTITY || (psi.kind == LIP_POWER && psi.slope == 1) ||
         (psi.kind == LIP_LEAKY_RELU && psi.slope == 1);
}

static inline bool small_is_piecewise(lip_activation psi)
{
  return psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU || psi.kind == LIP_ABS ||
         small_is_linear(psi);
}

static inline quad small_output_weight(const small_question *q, size_t row, size_t l)
{
  const lip_layer *last = &q->net->layer[1];
  lip_output output = q->output;

  if (output.kind == LIP_ALL_OUTPUTS) return last->W[row * last->in + l];
  if (output.kind == LIP_ONE_OUTPUT) return last->W[output.plus * last->in + l];
  return (quad)last->W[output.plus * last->in + l] - last->W[output.minus * last->in + l];
}

static inline size_t small_rows(const small_question *q)
{
  return q->output.kind == LIP_ALL_OUTPUTS ? lip_net_outputs(q->net) : 1;
}

/* A diag(s) W */
static inline void small_jacobian(const small_question *q, const real *s, small_matrix *J)
{
  const lip_layer *first = &q->net->layer[0];

  *J = (small_matrix){.m = small_rows(q), .d = first->in};
  for (size_t l = 0; l < first->out; l++)
    for (size_t j = 0; j < J->m; j++) {
      quad a = small_output_weight(q, j, l) * s[l];

      for (size_t i = 0; i < J->d; i++) J->at[j][i] += a * first->W[l * J->d + i];
    }
}

/* The largest eigenvalue of a symmetric matrix, by Jacobi's rotations. */
static inline real small_largest_eigenvalue(size_t n, real (*G)[SMALL_M])
{
  real largest = 0;

  for (int sweep = 0; sweep < 30; sweep++)
    for (size_t p = 0; p < n; p++)
      for (size_t r = p + 1; r < n; r++) {
        real theta, t, c, s;

        if (G[p][r] == 0) continue;
        theta = (G[r][r] - G[p][p]) / (2 * G[p][r]);
        t = (theta < 0 ? -1 : 1) / (fabsl(theta) + sqrtl(theta * theta + 1));
        c = 1 / sqrtl(t * t + 1), s = t * c;
        for (size_t i = 0; i < n; i++) {
          real x = G[i][p], y = G[i][r];

          G[i][p] = c * x - s * y, G[i][r] = s * x + c * y;
        }
        for (size_t i = 0; i < n; i++) {
          real x = G[p][i], y = G[r][i];

          G[p][i] = c * x - s * y, G[r][i] = s * x + c * y;
        }
      }
  for (size_t i = 0; i < n; i++) largest = fmaxl(largest, G[i][i]);
  return largest;
}

/* |J|_p */
static inline real small_norm(lip_norm_kind norm, const small_matrix *J)
{
  real G[SMALL_M][SMALL_M] = {{0}}, sum[SMALL_M + SMALL_D] = {0}, largest = 0;

  for (size_t j = 0; j < J->m; j++)
    for (size_t i = 0; i < J->d; i++) {
      real entry = (real)quad_abs(J->at[j][i]);

      sum[norm == LIP_NORM_1 ? i : j] += entry;
      largest = fmaxl(largest, norm == LIP_NORM_2 ? entry : sum[norm == LIP_NORM_1 ? i : j]);
    }
  if (norm != LIP_NORM_2 || largest == 0) return largest;
  for (size_t i = 0; i < J->m; i++)
    for (size_t j = 0; j < J->m; j++) {
      quad dot = 0;

      for (size_t c = 0; c < J->d; c++) dot += J->at[i][c] / largest * (J->at[j][c] / largest);
      G[i][j] = (real)dot;
    }
  return largest * sqrtl(small_largest_eigenvalue(J->m, G));
}

static inline quad small_argument(const small_question *q, size_t l, const quad *x)
{
  const lip_layer *first = &q->net->layer[0];
  quad z = first->b ? first->b[l] : 0;

  for (size_t i = 0; i < first->in; i++) z += first->W[l * first->in + i] * x[i];
  return z;
}

static inline quad small_distance(size_t d, const quad *x, const double *center)
{
  quad sum = 0;

  for (size_t i = 0; i < d; i++)
    sum += (x[i] - (center ? center[i] : 0)) * (x[i] - (center ? center[i] : 0));
  return quad_sqrt(sum);
}

/* Moves x to radius x / |x|. */
static inline void small_to_sphere(size_t d, double radius, quad *x)
{
  quad length = small_distance(d, x, NULL);

  for (size_t i = 0; i < d; i++) x[i] = x[i] / length * radius;
}

static inline bool small_contains(const small_question *q, const quad *x, quad spare)
{
  const lip_domain *domain = &q->domain;
  size_t d = lip_net_inputs(q->net), balls = domain->kind == LIP_AROUND_DATA ? domain->count : 1;

  if (domain->kind == LIP_SPACE || domain->kind == LIP_ON_SPHERE) return true;
  for (size_t i = 0; domain->kind == LIP_BOX && i < d; i++)
    if (x[i] < domain->low || x[i] > domain->high) return false;
  if (domain->kind == LIP_BOX) return true;
  for (size_t c = 0; c < balls; c++)
    if (small_distance(d, x, domain->centers ? domain->centers + c * d : NULL) <=
        domain->radius * (1 + spare))
      return true;
  return false;
}

/* On the sphere J P, P = I - x x' / radius^2. */
static inline void small_tangential(const small_question *q, const quad *x, small_matrix *J)
{
  double radius = q->domain.radius;

  for (size_t j = 0; q->domain.kind == LIP_ON_SPHERE && j < J->m; j++) {
    quad along = 0;

    for (size_t i = 0; i < J->d; i++) along += J->at[j][i] * (x[i] / radius);
    for (size_t i = 0; i < J->d; i++) J->at[j][i] -= along * (x[i] / radius);
  }
}

/* J at x, of the sphere a point on it. False where x is on a kink, or not certainly beside it. */
static inline bool small_jacobian_at(const small_question *q, const quad *x, small_matrix *J)
{
  const lip_layer *first = &q->net->layer[0];
  bool kinks = small_is_piecewise(first->activation) && !small_is_linear(first->activation);
  real s[SMALL_K];

  for (size_t l = 0; l < first->out; l++) {
    quad z = small_argument(q, l, x), size = first->b ? quad_abs(first->b[l]) : 0;
    bool zero = true;

    for (size_t i = 0; i < first->in; i++) {
      size += quad_abs(first->W[l * first->in + i] * x[i]);
      if (first->W[l * first->in + i] != 0) zero = false;
    }
    if (kinks && !zero && quad_abs(z) <= size * 1e-30L) return false;
    s[l] = small_slope(first->activation, (real)z);
  }
  small_jacobian(q, s, J);
  small_tangential(q, x, J);
  return true;
}

static inline real small_slope_at(const small_question *q, const quad *x)
{
  small_matrix J;

  return small_jacobian_at(q, x, &J) ? small_norm(q->norm, &J) : 0;
}

/* |J(x) v|_p / |v|_p: what a witness claims (on the sphere x is moved there). 0 where x is not in
   the domain. */
static inline real small_slope_along(const small_question *q, const double *x, const double *v)
{
  size_t d = lip_net_inputs(q->net);
  quad at[SMALL_D];
  small_matrix J, image = {.m = small_rows(q), .d = 1};
  lip_norm_kind norm = q->norm;

  for (size_t i = 0; i < d; i++) at[i] = x[i];
  if (q->domain.kind == LIP_ON_SPHERE) small_to_sphere(d, q->domain.radius, at);
  if (!small_contains(q, at, 1e-30L) || !small_jacobian_at(q, at, &J)) return 0;
  real top = 0, bottom = 0;
  for (size_t j = 0; j < J.m; j++)
    for (size_t i = 0; i < d; i++) image.at[j][0] += J.at[j][i] * v[i];
  for (size_t j = 0; j < J.m; j++) {
    real entry = (real)quad_abs(image.at[j][0]);

    top = norm == LIP_NORM_2   ? hypotl(top, entry)
          : norm == LIP_NORM_1 ? top + entry
                               : fmaxl(top, entry);
  }
  for (size_t i = 0; i < d; i++) {
    real entry = fabsl((real)v[i]);

    bottom = norm == LIP_NORM_2   ? hypotl(bottom, entry)
             : norm == LIP_NORM_1 ? bottom + entry
                                  : fmaxl(bottom, entry);
  }
  return top / bottom;
}

/* A random point of the domain. */
static inline void small_point(const small_question *q, uint64_t *state, quad *x)
{
  size_t d = lip_net_inputs(q->net);
  const lip_domain *domain = &q->domain;
  const double *center = domain->kind == LIP_AROUND_DATA
                             ? domain->centers + small_pick(state, domain->count) * d
                             : NULL;
  double reach = small_pick(state, 3) ? 1 : small_uniform(state), radius = domain->radius;

  if (domain->kind == LIP_SPACE) radius = pow(10, 20 * small_uniform(state) - 10);
  for (size_t i = 0; i < d; i++)
    x[i] = domain->kind == LIP_BOX
               ? domain->low + ((quad)domain->high - domain->low) *
                                   (small_pick(state, 3) ? small_uniform(state)
                                                         : (double)small_pick(state, 2))
               : small_normal(state);
  if (domain->kind == LIP_BOX) return;
  small_to_sphere(d, domain->kind == LIP_ON_SPHERE ? radius : radius * reach, x);
  for (size_t i = 0; center && i < d; i++) x[i] += center[i];
}

/* Moves x back into the domain, about. */
static inline void small_project(const small_question *q, quad *x, const quad *from)
{
  size_t d = lip_net_inputs(q->net);
  const lip_domain *domain = &q->domain;

  if (domain->kind == LIP_ON_SPHERE) small_to_sphere(d, domain->radius, x);
  if (domain->kind == LIP_BALL && small_distance(d, x, NULL) > domain->radius)
    small_to_sphere(d, domain->radius, x);
  for (size_t i = 0; domain->kind == LIP_BOX && i < d; i++)
    x[i] = x[i] < domain->low ? domain->low : x[i] > domain->high ? domain->high : x[i];
  if (!small_contains(q, x, 1e-30L)) memcpy(x, from, d * sizeof *x);
}

/* Random points, and steps from the steepest one that grow and shrink: from below. */
static inline double small_sampled(const small_question *q, uint64_t seed, size_t points)
{
  size_t d = lip_net_inputs(q->net);
  uint64_t state = seed + 77;
  quad best[SMALL_D] = {0}, x[SMALL_D];
  real largest = 0, slope, step = 1;

  small_point(q, &state, best);

  for (size_t i = 0; i < 2 * points; i++) {
    if (i < points)
      small_point(q, &state, x);
    else {
      quad length = q->domain.kind == LIP_BOX     ? (quad)q->domain.high - q->domain.low
                    : q->domain.kind == LIP_SPACE ? small_distance(d, best, NULL)
                                                  : (quad)q->domain.radius;

      for (size_t j = 0; j < d; j++) x[j] = best[j] + step * length * small_normal(&state);
      small_project(q, x, best);
    }
    slope = small_slope_at(q, x);
    if (i >= points) step = slope > largest ? 2 * step : step < 1e-9L ? 0.3L : 0.9L * step;
    if (slope > largest) largest = slope, memcpy(best, x, sizeof best);
  }
  return (double)largest;
}

#endif
