/* bilinear.c - the norms 1 and inf: bilinear forms in signs, bounded by Grothendieck's
   relaxation.

   From inf to inf |J| is the largest l1 norm of a row (m blocks of d entries), from 1 to 1 that of
   a column (d blocks of m entries). Each block is proved by bilinear_box.h over the slopes of the
   whole domain (around data: of all its balls): by multipliers where it is listed, else by the sum
   of all sizes or, where there are few, by all signs. Arrays: `block` (n,) ascending,
   `row_multipliers` (n, k + 1) with neurons that do not matter to the block last and ignored,
   `column_multipliers` (n, q); or none of them.
   Cost: that of lip_bilinear_box_test for each block listed. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/two_layers/bilinear_box.h"
#include "certificate/slope_range.h"
#include "linalg/round.h"

#include <stdio.h>

static const char *misfit(const lip_claim *claim, const lip_proof *proof, size_t n)
{
  const lip_array *block = lip_proof_array(proof, "block");
  const lip_array *row = lip_proof_array(proof, "row_multipliers");
  const lip_array *column = lip_proof_array(proof, "column_multipliers");
  size_t q = claim->norm == LIP_NORM_INF ? claim->d : claim->m;

  if (claim->norm == LIP_NORM_2) return "the proof is for the norms 1 and inf";
  if (proof->count != (n > 0 ? 3 : 0)) return "the arrays are not those of this proof";
  if (n == 0) return NULL;
  if (!row || !column || block->rank != 1 || row->rank != 2 || column->rank != 2 ||
      row->shape[0] != n || row->shape[1] != claim->k + 1 || column->shape[0] != n ||
      column->shape[1] != q)
    return "the multipliers have other shapes than the network asks for";
  return NULL;
}

static lip_status test_unlisted(lip_bilinear_box *box, double limit, bool *proved, lip_error *err)
{
  lip_status st = LIP_OK;
  double bound = lip_bilinear_box_sizes(box);

  if (!(bound <= limit)) TRY(lip_bilinear_box_signs(box, &bound, err));
  *proved = bound <= limit;
done:
  return st;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *block = lip_proof_array(proof, "block");
  const lip_array *row = lip_proof_array(proof, "row_multipliers");
  const lip_array *column = lip_proof_array(proof, "column_multipliers");
  size_t n = block ? block->count : 0, at = 0, k = claim->k;
  const char *wrong = misfit(claim, proof, n);
  double limit = lip_claim_scale_down(claim, upper), margin;
  double *low = lip_alloc(k, 2 * sizeof *low);
  lip_bilinear_box box = {.q = 0};
  bool proved = false;

  *verdict = (lip_verdict){.proved = false};
  if (!low) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", k);
  if (wrong) goto done;
  TRY(lip_bilinear_box_create(claim, &box, err));
  lip_claim_all_slopes(claim, low, low + k);
  for (size_t i = 0; i < box.blocks; i++) {
    bool listed = at < n && block->values[at] == (double)i;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    wrong = "the slopes are not bounded on the domain";
    if (!lip_bilinear_box_form(&box, i, low, low + k)) goto done;
    if (listed) {
      TRY(lip_bilinear_box_test(&box, row->values + at * (k + 1), column->values + at * box.q,
                                limit, &proved, &margin, err));
      verdict->margin = fmax(verdict->margin, margin);
    } else
      TRY(test_unlisted(&box, limit, &proved, err));
    at += listed;
    wrong = "the multipliers of a block do not prove the bound";
    if (!proved) goto done;
  }
  wrong = at == n ? NULL : "blocks are not in ascending order";
  verdict->proved = !wrong;
  verdict->margin = lip_add_up(verdict->margin, 1e-15);
done:
  if (wrong) (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", wrong);
  lip_bilinear_box_clear(&box);
  lip_free(low);
  return st;
}

const lip_proof_kind lip_proof_bilinear = {
    "bilinear", "Grothendieck's semidefinite relaxation of bilinear forms in signs", false, verify};
