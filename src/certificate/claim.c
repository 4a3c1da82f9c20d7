/* claim.c - what a bracket speaks of: a function of a network, a norm and a domain. */
#include "certificate/claim.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/claim_memory.h"
#include "linalg/round.h"
#include "linalg/vector.h"
#include "net/maps.h"

#include <float.h>
#include <string.h>

/* Are the methods for two layers made for it? */
static bool is_older(lip_activation_kind kind)
{
  return kind != LIP_ERF && kind != LIP_SILU && kind != LIP_GELU;
}

bool lip_claim_is_two_layer(const lip_net *net)
{
  return net->depth == 2 && net->layer[1].activation.kind == LIP_IDENTITY &&
         is_older(net->layer[0].activation.kind);
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

static lip_status check_question(const lip_claim *claim, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t outputs = lip_net_outputs(claim->net);
  lip_output output = claim->output;

  if (output.kind != LIP_ALL_OUTPUTS && output.plus >= outputs)
    FAIL(LIP_EINPUT, "there is no output %zu: the network has %zu, counted from 0", output.plus,
         outputs);
  if (output.kind == LIP_OUTPUT_DIFFERENCE && output.minus >= outputs)
    FAIL(LIP_EINPUT, "there is no output %zu: the network has %zu, counted from 0", output.minus,
         outputs);
  if (claim->domain.kind == LIP_AROUND_DATA && claim->domain.d != claim->d)
    FAIL(LIP_EINPUT, "the domain's points have %zu inputs, the network takes %zu", claim->domain.d,
         claim->d);
  if (claim->domain.kind == LIP_ON_SPHERE && claim->norm != LIP_NORM_2)
    FAIL(LIP_EINPUT, "on the sphere the constant is for arc length: norm 2 only");
done:
  return st;
}

static lip_status check_numbers(const lip_net *net, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < net->parameters; i++)
    if (!isfinite(net->block[i])) FAIL(LIP_ENUMERIC, "a weight of the network is not finite");
  for (size_t i = 0; i < net->nodes; i++)
    if (!isfinite(net->node[i].activation.slope))
      FAIL(LIP_ENUMERIC, "the activation's slope is not finite");
done:
  return st;
}

/* The matrices of a network of two layers. */
static lip_status take_layers(lip_claim *claim, lip_error *err)
{
  lip_status st = LIP_OK;

  claim->psi = claim->net->layer[0].activation;
  claim->k = claim->net->layer[0].out;
  claim->b = lip_alloc_zero(claim->k, sizeof *claim->b);
  claim->W = lip_alloc(claim->k, claim->d * sizeof *claim->W);
  claim->A = lip_alloc(claim->m, claim->k * sizeof *claim->A);
  claim->A_radius = lip_alloc_zero(claim->m, claim->k * sizeof *claim->A_radius);
  if (!claim->b || !claim->W || !claim->A || !claim->A_radius)
    FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", claim->k, claim->d);
  scale_hidden(claim);
  choose_rows(claim);
done:
  return st;
}

lip_status lip_claim_create(const lip_net *net, lip_output output, lip_norm_kind norm,
                            lip_domain domain, lip_claim **claim, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_claim *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a claim");
  TRY(lip_net_require_affine(net, "a certificate", err));
  *made = (lip_claim){.net = net,
                      .deep = !lip_claim_is_two_layer(net),
                      .output = output,
                      .norm = norm,
                      .domain = domain,
                      .d = lip_net_inputs(net),
                      .m = output.kind == LIP_ALL_OUTPUTS ? lip_net_outputs(net) : 1};
  TRY(check_question(made, err));
  TRY(check_numbers(net, err));
  made->memory = lip_claim_memory_create();
  if (!made->memory) FAIL(LIP_ENOMEM, "a claim");
  if (!made->deep) TRY(take_layers(made, err));
  *claim = made;
  made = NULL;
done:
  lip_claim_free(made);
  return st;
}

void lip_claim_free(lip_claim *claim)
{
  if (!claim) return;
  lip_claim_memory_free(claim->memory);
  lip_free(claim->b);
  lip_free(claim->W);
  lip_free(claim->A);
  lip_free(claim->A_radius);
  lip_free(claim);
}

double lip_claim_unscale_up(const lip_claim *claim, double value)
{
  return lip_ldexp_up(value, claim->W_exponent + claim->A_exponent);
}

double lip_claim_unscale_down(const lip_claim *claim, double value)
{
  return lip_ldexp_down(value, claim->W_exponent + claim->A_exponent);
}

double lip_claim_scale_down(const lip_claim *claim, double value)
{
  return lip_ldexp_down(value, -claim->W_exponent - claim->A_exponent);
}
