/* proof.c - the kinds of proof by name, their arrays, and the claim that a proof settles for. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"

#include <stdio.h>
#include <string.h>

const lip_proof_kind *const lip_proof_kinds[] = {
    &lip_proof_path_norm,         &lip_proof_product,
    &lip_proof_multipliers,       &lip_proof_cones,
    &lip_proof_moments,           &lip_proof_patterns,
    &lip_proof_quadratic,         &lip_proof_flattening,
    &lip_proof_bilinear,          &lip_proof_graph_product,
    &lip_proof_sectors,           &lip_proof_chain,
    &lip_proof_interval_jacobian, &lip_proof_regions,
    &lip_proof_norm_equivalence,  NULL,
};

const lip_proof_kind *lip_proof_kind_named(const char *name)
{
  for (size_t i = 0; lip_proof_kinds[i]; i++)
    if (strcmp(lip_proof_kinds[i]->name, name) == 0) return lip_proof_kinds[i];
  return NULL;
}

void lip_proof_clear(lip_proof *proof)
{
  for (size_t i = 0; i < proof->count; i++) lip_free(proof->item[i].array.values);
  memset(proof, 0, sizeof *proof);
}

lip_status lip_proof_add(lip_proof *proof, const char *name, size_t rank, const size_t *shape,
                         double **values, lip_error *err)
{
  lip_array array = {.rank = rank, .count = 1};

  if (proof->count == LIP_PROOF_ARRAYS)
    return lip_fail(err, LIP_ENOMEM, "more than %d arrays in a proof", LIP_PROOF_ARRAYS);
  for (size_t i = 0; i < rank; i++) {
    array.shape[i] = shape[i];
    if (shape[i] > 0 && array.count > SIZE_MAX / shape[i])
      return lip_fail(err, LIP_ENOMEM, "%s: too many numbers", name);
    array.count *= shape[i];
  }
  array.values = lip_alloc_zero(array.count, sizeof *array.values);
  if (!array.values) return lip_fail(err, LIP_ENOMEM, "%s: %zu numbers", name, array.count);
  (void)snprintf(proof->item[proof->count].name, sizeof proof->item[proof->count].name, "%s", name);
  proof->item[proof->count++].array = array;
  *values = array.values;
  return LIP_OK;
}

const lip_array *lip_proof_array(const lip_proof *proof, const char *name)
{
  for (size_t i = 0; i < proof->count; i++)
    if (strcmp(proof->item[i].name, name) == 0) return &proof->item[i].array;
  return NULL;
}

lip_status lip_proof_verify(const lip_claim *claim, const lip_proof *proof, double upper,
                            lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  if (proof->kind->deep == claim->deep)
    return proof->kind->verify(claim, proof, upper, verdict, control, err);
  *verdict = (lip_verdict){.proved = false};
  (void)snprintf(verdict->reason, sizeof verdict->reason, "a proof for networks of %s layers",
                 claim->deep ? "two" : "more");
  return LIP_OK;
}

/* Tries value (1 + spare) + unit spare, with spares that grow eightfold, or to the margin of a test
   that failed. claimed  out  what verdict speaks of */
static lip_status approach(const lip_claim *claim, const lip_proof *proof, double value,
                           double unit, double *claimed, lip_verdict *verdict,
                           const lip_control *control, lip_error *err)
{
  static const double LEAST = 1e-15, MOST = 1e-3;
  lip_status st = LIP_OK;

  for (double spare = LEAST; !verdict->proved && spare <= MOST;) {
    *claimed = lip_add_up(lip_mul_up(value, 1 + spare), lip_mul_up(unit, spare));
    TRY(lip_proof_verify(claim, proof, *claimed, verdict, control, err));
    spare *= 8;
    if (!verdict->proved && verdict->margin > spare && verdict->margin <= MOST)
      spare = verdict->margin;
  }
done:
  return st;
}

/* First relative to the value; where that is nothing beside the weights (they cancel), their own
   size counts. What was proved is claimed with twice its own margin on top, where that verifies too
   (it does, but for accidents), so that another machine's rounding does not matter. */
lip_status lip_proof_settle(const lip_claim *claim, const lip_proof *proof, double value,
                            double *upper, bool *proved, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_verdict verdict = {.proved = false};
  double claimed = value, wider, unit = lip_claim_unscale_up(claim, 1);

  *proved = false;
  if (!(value >= 0) || !isfinite(value)) goto done;
  if (value == 0) TRY(lip_proof_verify(claim, proof, 0, &verdict, control, err));
  if (!verdict.proved && value > 0)
    TRY(approach(claim, proof, value, 0, &claimed, &verdict, control, err));
  if (!verdict.proved && value < 1e-12 * unit)
    TRY(approach(claim, proof, value, unit, &claimed, &verdict, control, err));
  if (!verdict.proved) goto done;
  *upper = claimed;
  *proved = true;
  if (verdict.margin == 0) goto done;
  wider = claimed > 0 ? lip_mul_up(claimed, 1 + fmin(2 * verdict.margin, 1e-3)) : 0;
  TRY(lip_proof_verify(claim, proof, wider, &verdict, control, err));
  if (verdict.proved) *upper = wider;
done:
  return st;
}
