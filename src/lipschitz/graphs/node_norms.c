/* node_norms.c - how much each node of a graph stretches by itself: estimates.

   The norm 2 of matrices, convolutions and pools by Lanczos steps on L'L or L L', whichever is
   smaller, through the operator; all others are known. Cost: some ten to hundred passes a node. */
#include "lipschitz/graphs/node_norms.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"
#include "linalg/largest_eigenvalue.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

static const double COARSE = 1e-9;

/* L'L or L L' of a node. */
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

lip_status lip_node_norm_estimate(const lip_net *net, size_t node, double tolerance, double *value,
                                  const lip_control *control, lip_error *err)
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
  st = lip_largest_eigenvalue(by.shorter, multiply, &by, tolerance, vector, &found, control, err);
  if (by.st != LIP_OK) st = by.st;
  if (st == LIP_OK) *value = sqrt(found.value + found.error);
  if (st == LIP_ENUMERIC) st = LIP_OK;
done:
  lip_free(vector);
  lip_free(by.middle);
  return st;
}

lip_status lip_node_norms(const lip_net *net, lip_norm_kind norm, double *norms,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (!isnan(norms[i])) continue;
    if (control && control->stop && control->stop(control->context)) break;
    if (node->kind == LIP_NODE_ACTIVATION) norms[i] = lip_activation_lipschitz(node->activation);
    if (node->kind == LIP_NODE_SOFTMAX) norms[i] = 0.5;
    if (node->kind == LIP_NODE_MAX_POOL)
      TRY(lip_graph_product_of_windows(node, norm, &norms[i], err));
    if (!lip_graph_product_reads(net, i)) continue;
    TRY(lip_node_norm_up(net, i, norm, &norms[i], err));
    if (norm != LIP_NORM_2 || lip_node_norm_test(net, i) == LIP_NORM_KNOWN) continue;
    st = lip_node_norm_estimate(net, i, COARSE, &norms[i], control, err);
    if (st == LIP_EINTERRUPT) norms[i] = NAN;
    if (st != LIP_OK) break;
  }
  if (st == LIP_EINTERRUPT) st = LIP_OK;
done:
  return st;
}
