/* arrangement.c - the neurons' hyperplanes, and what each adds to the gradient. */
#include "lipschitz/two_layers/arrangement.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

lip_status lip_arrangement_create(const lip_claim *claim, lip_arrangement *to, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d;
  double left = lip_activation_slope(claim->psi, -1), right = lip_activation_slope(claim->psi, 1);
  double weights = 0, biases = 0;
  lip_arrangement made = {.d = d};

  for (size_t l = 0; l < claim->k; l++) {
    weights = fmax(weights, lip_norm(d, claim->W_true + l * d));
    biases = fmax(biases, fabs(claim->b[l]));
  }
  made.D = biases > 0 ? d + 1 : d;
  made.s_scale = biases > 0 && weights > 0 ? weights / biases : 1;
  made.H = lip_alloc(claim->k * made.D + (claim->k + 1) * d, sizeof *made.H);
  if (!made.H) FAIL(LIP_ENOMEM, "%zu hyperplanes in %zu dimensions", claim->k, made.D);
  made.v = made.H + claim->k * made.D;
  made.rest = made.v + claim->k * d;
  memset(made.rest, 0, d * sizeof *made.rest);
  for (size_t l = 0; l < claim->k; l++) {
    const double *w = claim->W_true + l * d;
    double *h = made.H + made.k * made.D, *v = made.v + made.k * d, length = lip_norm(d, w);
    double bias = claim->b[l] * made.s_scale, jump = claim->A[l] * (right - left);

    lip_add_multiple(d, claim->A[l] * left, claim->W + l * d, made.rest);
    length = hypot(length, bias);
    if (jump == 0 || lip_largest(d, w) == 0 || !isfinite(length)) continue;
    for (size_t i = 0; i < d; i++) h[i] = w[i] / length;
    if (made.D > d) h[d] = bias / length;
    for (size_t i = 0; i < d; i++) v[i] = jump * claim->W[l * d + i];
    made.k++;
  }
  *to = made;
  made = (lip_arrangement){0};
done:
  lip_arrangement_clear(&made);
  return st;
}

void lip_arrangement_clear(lip_arrangement *of)
{
  lip_free(of->H);
  *of = (lip_arrangement){0};
}
