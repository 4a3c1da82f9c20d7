/* pattern_bound_climb.c - steep patterns of one node of the search over patterns.

   Patterns are climbed by flipping signs (lip_pattern_climb); with several outputs the output
   direction u is the leading one of the pattern and is renewed between climbs. Rounding takes the
   sides of random hyperplanes (Goemans and Williamson, 1995) of the relaxation's rows. */
#include "lipschitz/two_layers/pattern_bound_parts.h"

#include "base/error.h"
#include "base/random.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

void lip_pattern_bound_multiply(lip_pattern_bound *bound)
{
  size_t k = bound->k, m = bound->m;

  for (size_t l = 0; l < k; l++)
    for (size_t i = 0; i < m; i++) bound->p[i * k + l] = bound->at[l] * bound->claim->A[i * k + l];
  for (size_t i = 0; i < m; i++)
    for (size_t l = 0; l < k; l++)
      bound->Kp[i * k + l] = lip_dot(k, bound->gram + l * k, bound->p + i * k);
}

lip_status lip_pattern_bound_value(lip_pattern_bound *bound, const signed char *ends,
                                   const signed char *t, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = bound->k, m = bound->m;

  for (size_t l = 0; l < k; l++) bound->at[l] = bound->middle[l] + ends[l] * bound->half[l];
  for (size_t r = 0; r < bound->free; r++)
    bound->at[bound->neuron[r]] += t[bound->neuron[r]] * bound->half[bound->neuron[r]];
  lip_pattern_bound_multiply(bound);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      bound->square[i * m + j] = lip_dot(k, bound->p + i * k, bound->Kp + j * k);
  TRY(lip_symmetric_eigen(m, bound->square, bound->values, true, err));
  *value = fmax(bound->values[m - 1], 0);
  memset(bound->along, 0, k * sizeof *bound->along);
  for (size_t i = 0; i < m; i++)
    lip_add_multiple(k, bound->square[(m - 1) * m + i], bound->claim->A + i * k, bound->along);
done:
  return st;
}

/* For the output direction of `along`: the best signs near t. */
static void climb_along(lip_pattern_bound *bound, const signed char *ends, signed char *t)
{
  size_t k = bound->k, n = bound->free + 1;
  double *G = bound->G, *p = bound->p, *Kp = bound->Kp;

  for (size_t l = 0; l < k; l++)
    p[l] = (bound->middle[l] + ends[l] * bound->half[l]) * bound->along[l];
  for (size_t l = 0; l < k; l++) Kp[l] = lip_dot(k, bound->gram + l * k, p);
  G[0] = lip_dot(k, p, Kp);
  bound->t[0] = 1;
  for (size_t i = 1; i < n; i++) {
    size_t l = bound->neuron[i - 1];
    double scale = bound->half[l] * bound->along[l];

    bound->t[i] = t[l];
    G[i] = G[i * n] = scale * Kp[l];
    for (size_t j = 1; j < n; j++) {
      size_t other = bound->neuron[j - 1];

      G[i * n + j] = scale * (bound->half[other] * bound->along[other]) *
                     bound->gram[l * k + other];
    }
  }
  (void)lip_pattern_climb(n, G, bound->t, bound->h);
  for (size_t i = 1; i < n; i++) t[bound->neuron[i - 1]] = bound->t[i] * bound->t[0] > 0 ? 1 : -1;
}

lip_status lip_pattern_bound_climb(lip_pattern_bound *bound, const signed char *ends,
                                   signed char *t, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  double before = -1;

  if (bound->signs) {
    bound->t[0] = 1;
    for (size_t r = 0; r < bound->free; r++) bound->t[r + 1] = t[bound->neuron[r]];
    *value = lip_pattern_climb(bound->free + 1, bound->signs->G, bound->t, bound->h);
    for (size_t r = 0; r < bound->free; r++)
      t[bound->neuron[r]] = bound->t[r + 1] * bound->t[0] > 0 ? 1 : -1;
    return LIP_OK;
  }
  TRY(lip_pattern_bound_value(bound, ends, t, value, err));
  while (*value > before * (1 + 1e-12)) {
    before = *value;
    climb_along(bound, ends, t);
    TRY(lip_pattern_bound_value(bound, ends, t, value, err));
  }
done:
  return st;
}

lip_status lip_pattern_bound_round(lip_pattern_bound *bound, const signed char *ends, size_t tries,
                                   uint64_t seed, signed char *best, signed char *t, double *value,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t stride = lip_pattern_bound_stride(bound);
  double climbed;

  *value = -1;
  for (size_t try = 0; try < tries; try++) {
    if (control && control->stop && control->stop(control->context)) break;
    double *direction = bound->signs ? bound->signs->row : bound->outputs->row;
    const double *V = lip_pattern_bound_V(bound);
    double *q = direction + stride; /* only of several outputs */

    lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, try * stride, stride, direction);
    for (size_t r = 0; r < bound->free; r++) {
      double seen, own = lip_dot(stride, direction, V + (bound->m + r) * stride);

      if (bound->signs) {
        seen = lip_dot(stride, direction, V);
      } else {
        lip_pattern_outputs_seen(bound->outputs, r, q);
        seen = lip_dot(stride, direction, q);
      }
      t[bound->neuron[r]] = own * seen >= 0 ? 1 : -1;
    }
    TRY(lip_pattern_bound_climb(bound, ends, t, &climbed, err));
    if (climbed <= *value) continue;
    *value = climbed;
    memcpy(best, t, bound->k);
  }
done:
  return st;
}
