/* claim.c - what a bracket speaks of: a function of a two-layer network, a norm and a domain. */
#include "certificate/claim.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"
#include "linalg/vector.h"
#include "net/maps.h"

#include <float.h>
#include <string.h>

bool lip_claim_is_two_layer(const lip_net *net)
{
  return net->depth == 2 && net->layer[1].activation.kind == LIP_IDENTITY;
}

/* The power of two that brings `largest` into [1/2, 1); 0 for 0. */
static int exponent_of(double largest)
{
  int exponent = 0;

  (void)frexp(largest, &exponent);
  return exponent;
}

/* The rows of the last layer that are asked for, scaled. A difference is rounded once: x - y is
   exactly s + t with t the error of the rounded s (Knuth's two-sum), so |t| is the radius. */
static void choose_rows(lip_claim *claim)
{
  const lip_layer *last = &claim->net->layer[1];
  size_t k = claim->k;
  const double *plus = last->W, *minus = NULL;
  double largest;

  if (claim->output.kind != LIP_ALL_OUTPUTS) plus += claim->output.plus * k;
  if (claim->output.kind == LIP_OUTPUT_DIFFERENCE) minus = last->W + claim->output.minus * k;
  largest = lip_largest(claim->m * k, plus);
  if (minus) largest = fmax(largest, lip_largest(k, minus));
  claim->A_exponent = exponent_of(largest);
  if (minus) claim->A_exponent++; /* the difference may be twice as large */
  for (size_t i = 0; i < claim->m * k; i++) {
    double x = ldexp(plus[i], -claim->A_exponent), y, s, back;
    bool exact = ldexp(x, claim->A_exponent) == plus[i];

    claim->A[i] = x;
    claim->A_radius[i] = exact ? 0 : DBL_TRUE_MIN;
    if (!minus) continue;
    y = ldexp(minus[i], -claim->A_exponent);
    exact = exact && ldexp(y, claim->A_exponent) == minus[i];
    s = x - y;
    back = x - s;
    claim->A[i] = s;
    claim->A_radius[i] = fabs((x - (s + back)) + (back - y));
    if (!exact) claim->A_radius[i] = lip_add_up(claim->A_radius[i], 4 * DBL_TRUE_MIN);
  }
}

static void scale_hidden(lip_claim *claim)
{
  size_t count = claim->k * claim->d;

  claim->W_true = claim->net->layer[0].W;
  claim->W_exponent = exponent_of(lip_largest(count, claim->W_true));
  for (size_t i = 0; i < count; i++) {
    claim->W[i] = ldexp(claim->W_true[i], -claim->W_exponent);
    if (ldexp(claim->W[i], claim->W_exponent) != claim->W_true[i]) claim->W_radius = DBL_TRUE_MIN;
  }
  if (claim->net->layer[0].b) memcpy(claim->b, claim->net->layer[0].b, claim->k * sizeof *claim->b);
}

lip_status lip_claim_create(const lip_net *net, lip_output output, lip_norm_kind norm,
                            lip_domain domain, lip_claim **claim, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_claim *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a claim");
  TRY(lip_net_require_affine(net, "a certificate", err));
  if (!lip_claim_is_two_layer(net))
    FAIL(LIP_EINPUT, "the network has %zu layers; a certificate needs two, the second one linear",
         net->depth);
  *made = (lip_claim){.net = net,
                      .output = output,
                      .norm = norm,
                      .domain = domain,
                      .psi = net->layer[0].activation,
                      .d = net->layer[0].in,
                      .k = net->layer[0].out,
                      .m = output.kind == LIP_ALL_OUTPUTS ? net->layer[1].out : 1};
  if (output.kind != LIP_ALL_OUTPUTS && output.plus >= net->layer[1].out)
    FAIL(LIP_EINPUT, "there is no output %zu: the network has %zu, counted from 0", output.plus,
         net->layer[1].out);
  if (output.kind == LIP_OUTPUT_DIFFERENCE && output.minus >= net->layer[1].out)
    FAIL(LIP_EINPUT, "there is no output %zu: the network has %zu, counted from 0", output.minus,
         net->layer[1].out);
  if (domain.kind == LIP_AROUND_DATA && domain.d != made->d)
    FAIL(LIP_EINPUT, "the domain's points have %zu inputs, the network takes %zu", domain.d,
         made->d);
  if (domain.kind == LIP_ON_SPHERE && norm != LIP_NORM_2)
    FAIL(LIP_EINPUT, "on the sphere the constant is for arc length: norm 2 only");
  for (size_t i = 0; i < net->parameters; i++)
    if (!isfinite(net->block[i])) FAIL(LIP_ENUMERIC, "a weight of the network is not finite");
  if (!isfinite(made->psi.slope)) FAIL(LIP_ENUMERIC, "the activation's slope is not finite");
  made->b = lip_alloc_zero(made->k, sizeof *made->b);
  made->W = lip_alloc(made->k, made->d * sizeof *made->W);
  made->A = lip_alloc(made->m, made->k * sizeof *made->A);
  made->A_radius = lip_alloc_zero(made->m, made->k * sizeof *made->A_radius);
  if (!made->b || !made->W || !made->A || !made->A_radius)
    FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", made->k, made->d);
  scale_hidden(made);
  choose_rows(made);
  *claim = made;
  made = NULL;
done:
  lip_claim_free(made);
  return st;
}

void lip_claim_free(lip_claim *claim)
{
  if (!claim) return;
  lip_free(claim->b);
  lip_free(claim->W);
  lip_free(claim->A);
  lip_free(claim->A_radius);
  lip_free(claim);
}

/* value 2^exponent, rounded to the side of `toward`. ldexp is exact unless it overflows or
   underflows. */
static double scaled(double value, int exponent, double toward)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : nextafter(result, toward);
}

double lip_claim_unscale_up(const lip_claim *claim, double value)
{
  return scaled(value, claim->W_exponent + claim->A_exponent, INFINITY);
}

double lip_claim_unscale_down(const lip_claim *claim, double value)
{
  return scaled(value, claim->W_exponent + claim->A_exponent, 0);
}

double lip_claim_scale_down(const lip_claim *claim, double value)
{
  return scaled(value, -claim->W_exponent - claim->A_exponent, 0);
}
