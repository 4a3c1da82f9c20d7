/* wider.c - what a bracket on a wider domain tells about this one.

   An upper end on the wider domain is one here. Most proofs know the domain only through the slopes
   that each neuron may have on it; where these are the same on both domains (none of the networks
   of the experiments has a neuron that keeps its sign on the unit sphere), the methods would find
   the same multipliers again, and the verifier would do the same sums. Then the proof is taken over
   as it is. Cost: k d. */
#include "lipschitz/wider.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/certificate.h"
#include "certificate/domain.h"
#include "certificate/slope_range.h"

#include <string.h>

/* The kinds whose verifier looks at the domain in no other way. */
static bool knows_only_slopes(const lip_proof_kind *kind)
{
  return kind == &lip_proof_multipliers || kind == &lip_proof_path_norm ||
         kind == &lip_proof_product;
}

static lip_status have_same_slopes(const lip_claim *claim, lip_domain wider, bool *same,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;
  lip_claim there = *claim;
  double *low = lip_alloc(4 * k, sizeof *low), *high;

  if (!low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", k);
  high = low + 2 * k;
  there.domain = wider;
  lip_claim_slopes(claim, 0, low, high);
  lip_claim_slopes(&there, 0, low + k, high + k);
  *same = memcmp(low, low + k, k * sizeof *low) == 0 &&
          memcmp(high, high + k, k * sizeof *low) == 0;
done:
  lip_free(low);
  return st;
}

/* The same network, output and norm: the proof is taken over without a test. */
static lip_status is_same_question(const lip_claim *claim, const lip_certificate *wider, bool *same,
                                   lip_error *err)
{
  char network[LIP_HASH_TEXT];
  lip_status st = lip_network_hash(claim->net, network, err);

  *same = st == LIP_OK && strcmp(network, wider->network) == 0 && claim->norm == wider->norm &&
          claim->output.kind == wider->output.kind && claim->output.plus == wider->output.plus &&
          claim->output.minus == wider->output.minus;
  return st;
}

static lip_status copy_proof(const lip_proof *from, lip_proof *to, lip_error *err)
{
  lip_status st = LIP_OK;
  double *values;

  to->kind = from->kind;
  for (size_t i = 0; i < from->count; i++) {
    const lip_array *array = &from->item[i].array;

    TRY(lip_proof_add(to, from->item[i].name, array->rank, array->shape, &values, err));
    memcpy(values, array->values, array->count * sizeof *values);
  }
done:
  return st;
}

lip_status lip_wider_upper(const lip_problem *problem, const lip_measurement *wider,
                           lip_proposals *proposals, bool *taken, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  lip_proof proof = {.kind = NULL};
  bool same = false;

  *taken = false;
  if (!claim || !wider->certificate || !knows_only_slopes(wider->certificate->proof.kind))
    goto done;
  if (claim->domain.kind == LIP_AROUND_DATA || wider->domain.kind == LIP_AROUND_DATA) goto done;
  TRY(is_same_question(claim, wider->certificate, &same, err));
  if (same) TRY(have_same_slopes(claim, wider->domain, &same, err));
  if (!same) goto done;
  TRY(copy_proof(&wider->certificate->proof, &proof, err));
  lip_proposals_take(proposals, wider->upper, wider->upper_method, &proof, true);
  *taken = true;
done:
  lip_proof_clear(&proof);
  return st;
}

lip_status lip_wider_witness(const lip_problem *problem, const lip_measurement *wider,
                             double *point, double *slope, lip_error *err)
{
  lip_status st = LIP_OK;
  double *gradient = lip_alloc(problem->d, sizeof *gradient);

  if (!gradient) FAIL(LIP_ENOMEM, "a gradient with %zu entries", problem->d);
  memcpy(point, wider->witness, problem->d * sizeof *point);
  lip_domain_project(problem->domain, problem->d, point);
  TRY(lip_problem_slopes(problem, 1, point, gradient, slope, err));
done:
  lip_free(gradient);
  return st;
}
