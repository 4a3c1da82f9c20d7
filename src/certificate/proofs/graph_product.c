/* graph_product.c - products of operator norms along the paths of a graph (graph_product.h).

   Norms 1 and inf: no arrays, all norms are computed. Norm 2: array `norms` (nodes,), upper bounds
   of |L_i|_2 by node; each that is below what is known without a test is tested (node_norm.h).
   Array `everywhere` (1,), which is 1: slopes of the whole line in place of the domain's, whose
   bounds may take long. Cost: those tests. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"

#include <stdio.h>

/* norm <- what is proposed, where that needs a proof; else what is known. needs  out  nodes */
static lip_status take_norms(const lip_claim *claim, const lip_array *proposed, double *norm,
                             bool *needs, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < claim->net->nodes; i++) {
    norm[i] = 0;
    needs[i] = false;
    if (!lip_graph_product_reads(claim->net, i)) continue;
    TRY(lip_node_norm_up(claim->net, i, claim->norm, &norm[i], err));
    if (!proposed || !(proposed->values[i] < norm[i])) continue;
    norm[i] = proposed->values[i];
    needs[i] = true;
  }
done:
  return st;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = claim->net->nodes;
  const lip_array *norms = lip_proof_array(proof, "norms");
  const lip_array *everywhere = lip_proof_array(proof, "everywhere");
  double *norm = lip_alloc(nodes, sizeof *norm), bound;
  bool *needs = lip_alloc(nodes, sizeof *needs), proved = true;

  *verdict = (lip_verdict){.proved = false};
  (void)snprintf(verdict->reason, sizeof verdict->reason, "the norms do not prove the claim");
  if (!norm || !needs) FAIL(LIP_ENOMEM, "the norms of %zu nodes", nodes);
  if (everywhere && (everywhere->count != 1 || everywhere->values[0] != 1)) goto done;
  if (proof->count != (size_t)(norms != NULL) + (size_t)(everywhere != NULL) ||
      (norms && norms->count != nodes) || (norms && claim->norm != LIP_NORM_2))
    goto done;
  TRY(take_norms(claim, norms, norm, needs, err));
  TRY(lip_graph_product(claim, norm, everywhere != NULL, &bound, control, err));
  if (!(bound <= upper)) goto done;
  for (size_t i = 0; i < nodes && proved; i++)
    if (needs[i]) TRY(lip_node_norm_is_below(claim->net, i, norm[i], &proved, control, err));
  verdict->proved = proved;
  if (proved) verdict->reason[0] = 0;
done:
  lip_free(norm);
  lip_free(needs);
  return st;
}

const lip_proof_kind lip_proof_graph_product = {
    "graph-product", "theory.md: products of operator norms along paths", true, verify};
