/* architecture_measure.c - the norms of layers whose weights are known: matrices and convolutions
   as maps, by iteration. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"
#include "net/operator.h"

#include <math.h>

typedef struct gram {
  const lip_net *net;
  size_t node;
  double *y;
  lip_status st;
  lip_error *err;
} gram;

/* out <- K'K x */
static void apply_gram(void *context, const double *x, double *out)
{
  gram *at = context;

  if (at->st == LIP_OK)
    at->st = lip_operator_multiply(at->net, at->node, 0, false, true, 1, x, at->y, at->err);
  if (at->st == LIP_OK)
    at->st = lip_operator_multiply(at->net, at->node, 0, true, true, 1, at->y, out, at->err);
}

/* The norm of the map, not of the kernel: by Lanczos steps on K'K, raised by the error that the
   iteration estimates. */
static lip_status convolution_norm(const lip_net *net, size_t i, double *norm,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = net->node[net->node[i].parent[0]].size, out = net->node[i].size;
  gram at = {.net = net, .node = i, .y = lip_alloc(out, sizeof *at.y), .err = err};
  double *vector = lip_alloc_zero(in, sizeof *vector);
  lip_eigenvalue found;

  if (!at.y || !vector) FAIL(LIP_ENOMEM, "a convolution's norm of %zu inputs", in);
  st = lip_largest_eigenvalue(in, apply_gram, &at, 1e-12, vector, &found, control, err);
  if (at.st != LIP_OK) st = at.st; /* the products' own failure, and its text */
  if (st == LIP_OK) *norm = sqrt(fmax(found.value + found.error, 0));
done:
  lip_free(at.y);
  lip_free(vector);
  return st;
}

static lip_status measure_layer(const lip_net *net, size_t i, lip_arch_counts *of,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &net->node[i];
  lip_operator_norm found;

  if (node->kind == LIP_NODE_CONVOLUTION) {
    TRY(convolution_norm(net, i, &of->norm, control, err));
  } else if (node->kind == LIP_NODE_SCALE) {
    of->norm = lip_largest(node->weights, node->W);
  } else {
    TRY(lip_operator_norm_of(node->size, of->fan_in, node->W, &found, control, err));
    of->norm = found.value * (1 + found.error);
  }
  of->bias_norm = node->b ? lip_norm(node->biases, node->b) * sqrt((double)of->bias_uses) : 0;
done:
  if (st != LIP_OK) lip_error_prefix(err, "norm of %s", node->name);
  return st;
}

lip_status lip_architecture_measure(lip_architecture *architecture, const lip_control *control,
                                    lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net net = {.nodes = architecture->nodes, .node = architecture->node};

  for (size_t i = 1; i < net.nodes; i++)
    if (lip_node_is_layer(&net.node[i]) && net.node[i].W)
      TRY(measure_layer(&net, i, &architecture->of[i], control, err));
done:
  return st;
}
