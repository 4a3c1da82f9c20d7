/* upper_graph_product.c - products of operator norms along the paths of a graph.

   Norms of affine nodes for certificate/graph_product.h: by Lanczos steps on L'L (norm 2), raised
   until their test proves them; where there is none or time is out, what is known without one.
   Cost: some hundred passes through every node, and the tests. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graph_product.h"
#include "certificate/node_norm.h"
#include "linalg/largest_eigenvalue.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-13;

static bool applies(const lip_problem *problem)
{
  return problem->deep != NULL;
}

/* L'L or L L' of a node, through the operator. */
typedef struct square {
  const lip_net *net;
  size_t node, longer, shorter;
  bool wide;
  double *middle; /* the longer side */
  lip_status st;
  lip_error *err;
} square;

static void multiply(void *context, const double *x, double *y)
{
  square *in = context;

  memset(in->middle, 0, in->longer * sizeof *in->middle);
  memset(y, 0, in->shorter * sizeof *y);
  if (in->st == LIP_OK)
    in->st = in->wide
                 ? lip_operator_transpose(in->net, in->node, 0, false, 1, x, in->middle, in->err)
                 : lip_operator_apply(in->net, in->node, 0, false, 1, x, in->middle, in->err);
  if (in->st == LIP_OK)
    in->st = in->wide
                 ? lip_operator_apply(in->net, in->node, 0, false, 1, in->middle, y, in->err)
                 : lip_operator_transpose(in->net, in->node, 0, false, 1, in->middle, y, in->err);
}

/* A proved |L|_2, from an iteration; untouched where that cannot be. */
static lip_status improve(const lip_net *net, size_t node, double *norm, const lip_control *control,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = net->node[net->node[node].parent[0]].size, out = net->node[node].size;
  square by = {.net = net,
               .node = node,
               .longer = in > out ? in : out,
               .shorter = in > out ? out : in,
               .wide = in >= out,
               .err = err};
  lip_eigenvalue found;
  double *vector = lip_alloc_zero(by.shorter, sizeof *vector);

  by.middle = lip_alloc(by.longer, sizeof *by.middle);
  if (!vector || !by.middle) FAIL(LIP_ENOMEM, "vectors of %zu entries", by.longer);
  st = lip_largest_eigenvalue(by.shorter, multiply, &by, TOLERANCE, vector, &found, control, err);
  if (st == LIP_ENUMERIC && by.st == LIP_OK) { /* squares overflow: what is known stays */
    st = LIP_OK;
    goto done;
  }
  TRY(st);
  TRY(by.st);
  TRY(lip_node_norm_settle(net, node, sqrt(found.value + found.error), norm, control, err));
done:
  lip_free(vector);
  lip_free(by.middle);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->deep;
  const lip_net *net = claim->net;
  double *norm = lip_alloc_zero(net->nodes, sizeof *norm), *values, bound;

  (void)steepest;
  if (!norm) FAIL(LIP_ENOMEM, "the norms of %zu nodes", net->nodes);
  for (size_t i = 0; i < net->nodes; i++) {
    if (!lip_graph_product_reads(net, i)) continue;
    TRY(lip_node_norm_up(net, i, claim->norm, &norm[i], err));
    if (claim->norm != LIP_NORM_2 || lip_node_norm_test(net, i) == LIP_NORM_KNOWN ||
        lip_stopped(control))
      continue;
    st = improve(net, i, &norm[i], control, err);
    if (st == LIP_EINTERRUPT) st = LIP_OK;
    TRY(st);
    lip_tell(control, (double)(i + 1) / (double)net->nodes);
  }
  TRY(lip_graph_product(claim, norm, &bound, NULL, err));
  if (!isfinite(bound)) goto done;
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
