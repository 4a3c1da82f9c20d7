/* upper_graph_product.c - products of operator norms along the paths of a graph.

   Norms of affine nodes for certificate/graphs/graph_product.h: by Lanczos steps on L'L (norm 2),
   raised until their test proves them; where there is none or time is out, what is known without
   one, and slopes of the whole line where the domain's take too long. Cost: some hundred passes
   through every node, and the tests. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"
#include "lipschitz/graphs/node_norms.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-13;

static bool applies(const lip_problem *problem)
{
  return problem->deep != NULL;
}

/* With the domain's slopes; where time is out before they are known, those of the whole line. */
static lip_status take_product(const lip_claim *claim, const double *norm, bool *everywhere,
                               double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = lip_graph_product(claim, norm, false, bound, control, err);

  *everywhere = st == LIP_EINTERRUPT;
  return *everywhere ? lip_graph_product(claim, norm, true, bound, NULL, err) : st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->deep;
  const lip_net *net = claim->net;
  double *norm = lip_alloc_zero(net->nodes, sizeof *norm), *values, bound, estimate;
  bool everywhere = false;
  size_t one = 1;

  (void)steepest;
  if (!norm) FAIL(LIP_ENOMEM, "the norms of %zu nodes", net->nodes);
  for (size_t i = 0; i < net->nodes; i++) {
    if (!lip_graph_product_reads(net, i)) continue;
    TRY(lip_node_norm_up(net, i, claim->norm, &norm[i], err));
    if (claim->norm != LIP_NORM_2 || lip_node_norm_test(net, i) == LIP_NORM_KNOWN ||
        lip_stopped(control))
      continue;
    estimate = 0;
    st = lip_node_norm_estimate(net, i, TOLERANCE, &estimate, control, err);
    if (st == LIP_OK) st = lip_node_norm_settle(net, i, estimate, &norm[i], control, err);
    if (st == LIP_EINTERRUPT) st = LIP_OK;
    TRY(st);
    if (problem->node_norm) problem->node_norm[i] = norm[i];
    lip_tell(control, (double)(i + 1) / (double)net->nodes);
  }
  TRY(take_product(claim, norm, &everywhere, &bound, control, err));
  if (!isfinite(bound)) goto done;
  if (everywhere) {
    TRY(lip_proof_add(&finding->proof, "everywhere", 1, &one, &values, err));
    values[0] = 1;
  }
  if (claim->norm == LIP_NORM_2) {
    TRY(lip_proof_add(&finding->proof, "norms", 1, &net->nodes, &values, err));
    memcpy(values, norm, net->nodes * sizeof *values);
  }
  finding->proof.kind = &lip_proof_graph_product;
  finding->found = finding->proved = true;
  finding->value = bound;
done:
  lip_free(norm);
  return st;
}

const lip_method lip_upper_graph_product = {
    "product", "theory.md: products of operator norms along paths", applies, run};
