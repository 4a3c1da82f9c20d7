/* multipliers.c - the semidefinite test of slope_box.h on the whole domain.

   Array `multipliers` (k,), about the scaled W and A. Around data: `ball` (n,), ascending, and
   `multipliers` (n, k): the balls listed are proved by their multipliers; each other one by
   |M|_F + sum r_l |A_l| |w_l|, M = A diag(c) W. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/two_layers/slope_box.h"
#include "certificate/slope_range.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <stdio.h>

typedef struct balls {
  const lip_claim *claim;
  lip_slope_box *box;
  double *low, *high, *weight; /* k each; weight_l = |A_l| |w_l|, rounded up */
} balls;

static lip_status balls_create(const lip_claim *claim, balls *b, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;

  b->claim = claim;
  b->low = lip_alloc(3 * k, sizeof *b->low);
  if (!b->low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", k);
  b->high = b->low + k;
  b->weight = b->high + k;
  lip_row_norms_up(k, claim->d, claim->W, b->weight);
  for (size_t l = 0; l < k; l++) {
    double squares = 0;

    for (size_t i = 0; i < claim->m; i++) {
      double a = lip_add_up(fabs(claim->A[i * k + l]), claim->A_radius[i * k + l]);

      squares = lip_add_up(squares, lip_mul_up(a, a));
    }
    b->weight[l] = lip_mul_up(lip_add_up(b->weight[l], 1e-290), lip_sqrt_up(squares));
  }
  TRY(lip_slope_box_create(claim, &b->box, err));
done:
  return st;
}

static void balls_clear(balls *b)
{
  lip_slope_box_free(b->box);
  lip_free(b->low);
}

/* |M| + sum r_l |A_l| |w_l| <= upper? Asked as |M| <= upper - sum, with every slope at its middle.
 */
static lip_status test_plainly(balls *b, double upper, bool *proved, lip_error *err)
{
  double sum = 0;

  for (size_t l = 0; l < b->claim->k; l++) {
    double c = b->low[l] / 2 + b->high[l] / 2;
    double r = fmax(lip_add_up(b->high[l], -c), lip_add_up(c, -b->low[l]));

    if (b->low[l] == b->high[l]) continue;
    if (b->weight[l] > 0) sum = lip_add_up(sum, lip_mul_up(r, b->weight[l]));
    b->low[l] = b->high[l] = c;
  }
  upper = lip_add_down(upper, -lip_claim_unscale_up(b->claim, sum));
  *proved = false;
  if (!(upper >= 0)) return LIP_OK;
  return lip_slope_box_test(b->box, b->low, b->high, NULL, upper, proved, NULL, err);
}

static const char *misfit(const lip_claim *claim, const lip_proof *proof)
{
  const lip_array *tau = lip_proof_array(proof, "multipliers");
  const lip_array *ball = lip_proof_array(proof, "ball");
  bool around = claim->domain.kind == LIP_AROUND_DATA;

  if (claim->norm != LIP_NORM_2) return "the multipliers are for norm 2";
  if (around && proof->count == 0) return NULL;
  if (proof->count != (around ? 2 : 1) || !tau || (around && !ball))
    return "the arrays are not those of this proof";
  if (!around && (tau->rank != 1 || tau->count != claim->k))
    return "the multipliers are not one for each neuron";
  if (around && (ball->rank != 1 || tau->rank != 2 || tau->shape[0] != ball->count ||
                 tau->shape[1] != claim->k))
    return "the multipliers are not one for each ball listed and each neuron";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *tau = lip_proof_array(proof, "multipliers");
  const lip_array *ball = lip_proof_array(proof, "ball");
  const char *wrong = misfit(claim, proof);
  bool around = claim->domain.kind == LIP_AROUND_DATA;
  size_t count = around ? claim->domain.count : 1, at = 0, listed = around ? 0 : 1;
  balls b = {.claim = NULL};

  *verdict = (lip_verdict){.proved = false};
  if (wrong) goto refuse;
  if (around && ball) listed = ball->count;
  TRY(balls_create(claim, &b, err));
  wrong = "the multipliers do not prove the claim";
  for (size_t i = 0; i < count; i++) {
    bool own = at < listed && (!around || ball->values[at] == (double)i), proved = false;
    double margin = 0;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    lip_claim_slopes(claim, i, b.low, b.high);
    if (own)
      TRY(lip_slope_box_test(b.box, b.low, b.high, tau->values + at * claim->k, upper, &proved,
                             &margin, err));
    else
      TRY(test_plainly(&b, upper, &proved, err));
    verdict->margin = fmax(verdict->margin, margin);
    at += own;
    if (!proved) goto refuse;
  }
  wrong = "the balls are not listed in ascending order";
  if (at != listed) goto refuse;
  verdict->proved = true;
  goto done;
refuse:
  (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", wrong);
done:
  balls_clear(&b);
  return st;
}

const lip_proof_kind lip_proof_multipliers = {
    "multipliers", "LipSDP-Neuron; theory.md: the multiplier bound", false, verify};
