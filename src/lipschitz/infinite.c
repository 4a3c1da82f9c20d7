/* infinite.c - whether a constant is infinite, proved: squares and powers on the whole space.

   For psi(t) = t^p the leading form of f is f_p(x) = sum a_l (w_l.x)^p, f without its biases, and
   J(t x) = t^(p-1) J_p(x) + lower powers of t. So where J_p is not 0 at some x and p > 1, the slope
   along the ray of x is unbounded. That J_p(x) is not 0 is proved at a random point as any slope is
   (witness.h). Cost: a few slopes in interval arithmetic.
   Of other graphs the leading terms along a random ray are enclosed (graphs/leading_terms.h).
   limits  where the leading forms cancel, or W is so far from 1 in size that its powers are no
           doubles, nothing is said */
#include "lipschitz/infinite.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/witness.h"
#include "lipschitz/graphs/leading_terms.h"

#include <math.h>

enum { TRIALS = 3 };

static bool may_grow(const lip_claim *claim)
{
  if (claim->domain.kind != LIP_SPACE) return false;
  return claim->psi.kind == LIP_SQUARE || (claim->psi.kind == LIP_POWER && claim->psi.slope > 1);
}

size_t lip_unbounded_node(const lip_net *net)
{
  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_ACTIVATION &&
        isinf(lip_activation_lipschitz(net->node[i].activation)))
      return i;
  return LIP_NOWHERE;
}

static lip_status two_layers_are_infinite(const lip_claim *claim, bool *infinite, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_claim leading = *claim;
  double *zeros = lip_alloc_zero(claim->k, sizeof *zeros);
  double *x = lip_alloc(claim->d, sizeof *x), slope = 0;

  if (!zeros || !x) FAIL(LIP_ENOMEM, "a point with %zu coordinates", claim->d);
  leading.b = zeros;
  for (uint64_t i = 0; i < TRIALS && may_grow(claim) && !(slope > 0); i++) {
    lip_random_normal((lip_stream){0, LIP_FOR_PROBES}, i * claim->d, claim->d, x);
    for (size_t j = 0; j < claim->d; j++) x[j] = ldexp(x[j], -claim->W_exponent); /* |Wx| near 1 */
    TRY(lip_witness_slope(&leading, x, NULL, &slope, NULL, err));
  }
  *infinite = slope > 0;
done:
  lip_free(zeros);
  lip_free(x);
  return st;
}

static lip_status graph_is_infinite(const lip_claim *claim, bool *infinite, lip_error *err)
{
  lip_status st = LIP_OK;
  double *x = lip_alloc(claim->d, sizeof *x);
  bool may = claim->domain.kind == LIP_SPACE && lip_unbounded_node(claim->net) != LIP_NOWHERE;

  *infinite = false;
  if (!x) FAIL(LIP_ENOMEM, "a point with %zu coordinates", claim->d);
  for (uint64_t i = 0; i < TRIALS && may && !*infinite; i++) {
    lip_random_normal((lip_stream){0, LIP_FOR_PROBES}, i * claim->d, claim->d, x);
    TRY(lip_grows_along(claim, x, infinite, err));
  }
done:
  lip_free(x);
  return st;
}

lip_status lip_constant_is_infinite(const lip_claim *claim, bool *infinite, lip_error *err)
{
  return claim->deep ? graph_is_infinite(claim, infinite, err)
                     : two_layers_are_infinite(claim, infinite, err);
}
