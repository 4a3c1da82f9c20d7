/* architecture_bounds.c - how fast a network moves with its inputs and with its parameters, from
   the norms of its layers.

   Along the nodes: ell_j = |W_j| sqrt(sum ell_i^2) over the i that feed j bounds the slope (erratum
   4), R_j = |W_j| sqrt(sum R_i^2) + |b_j| the value (erratum 5); pools, activations and sums have
   constants of their own. With m_j the slope from layer j to the output, U_j the norm of what feeds
   it, and Q_j the smaller of how often one of its weights is used and its kernel's size,
     J^2 = sum m_j^2 (Q_j U_j^2 + Q'_j), Q'_j how often one of b is used.
   Source: universal law, Lemma 3.1 (U9), as printed: B = max of products; the rest is proved in
   docs/theory.md. Long doubles, for products over hundreds of layers. Cost: depth x nodes. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>

/* What the parents' bounds make together: a sum, or the root of a sum of squares. */
static long double joined(const lip_node *node, const long double *bound)
{
  long double sum = 0;

  for (size_t i = 0; i < node->parents; i++) {
    long double one = bound[node->parent[i]];

    sum += node->kind == LIP_NODE_ADD ? one : one * one;
  }
  return node->kind == LIP_NODE_ADD ? sum : sqrtl(sum);
}

/* Slopes with respect to node `from`, nodes before it do not depend on it. */
static void carry_slopes(const lip_architecture *of, const double *norm, size_t from,
                         long double *slope)
{
  for (size_t i = 0; i < from; i++) slope[i] = 0;
  slope[from] = 1;
  for (size_t i = from + 1; i < of->nodes; i++) {
    const lip_node *node = &of->node[i];

    slope[i] = joined(node, slope) * (lip_node_is_layer(node) ? norm[i] : of->of[i].slope);
  }
}

/* |f(0)| of a map without parameters. */
static double constant_of(const lip_node *node)
{
  switch (node->kind) {
  case LIP_NODE_ACTIVATION:
    return fabs(lip_activation_value(node->activation, 0)) * sqrt((double)node->size);
  case LIP_NODE_SOFTMAX:
    return 1 / sqrt((double)node->size);
  case LIP_NODE_SELECT: /* what padding holds */
    return node->biases ? lip_norm(node->biases, node->b) : 0;
  default:
    return 0;
  }
}

static void carry_values(const lip_architecture *of, const double *norm, const double *bias_norm,
                         double radius, long double *value)
{
  value[0] = radius;
  for (size_t i = 1; i < of->nodes; i++) {
    const lip_node *node = &of->node[i];

    value[i] = joined(node, value) * (lip_node_is_layer(node) ? norm[i] : of->of[i].slope);
    value[i] += lip_node_is_layer(node) ? (of->of[i].bias ? bias_norm[i] : 0) : constant_of(node);
  }
}

/* max over i in {0, ..., D} of the product of all norms but the i-th: leaves out the least where it
   is below 1. */
static double printed_product(const lip_architecture *of, const double *norm)
{
  double sum = 0, least = 0;

  for (size_t i = 1; i < of->nodes; i++) {
    double one = log(norm[i]);

    if (!lip_node_is_layer(&of->node[i])) continue;
    if (one < least) {
      sum += least;
      least = one;
    } else {
      sum += one;
    }
  }
  return sum;
}

/* |w|^2 of a layer's own parameters, given |W|_op and |b|. A row of W that holds a whole kernel has
   its norm; else every parameter stands in W at least once, whose rank is at most its smaller side.
 */
static double parameters_squared(const lip_architecture *at, size_t i, double norm,
                                 double bias_norm)
{
  const lip_node *node = &at->node[i];
  const lip_arch_counts *of = &at->of[i];
  double rank = fmin((double)node->size, (double)at->node[node->parent[0]].size);
  bool rows = node->kind == LIP_NODE_CONVOLUTION && of->whole_kernel;
  double bias = of->bias ? bias_norm * bias_norm / (double)of->bias_uses : 0;

  return (rows ? (double)node->channels : rank) * norm * norm + bias;
}

/* |W(e)|_op <= sqrt(most) |e| for parameters e: each is used `uses` times at most, and a kernel's
   entries at one offset make a map of their own norm, so a kernel counts its offsets at most; a
   scale's are the entries of a diagonal. */
static long double slope_squared(const lip_node *node, const lip_arch_counts *of, long double after,
                                 long double before)
{
  double most = (double)of->uses;

  if (node->kind == LIP_NODE_CONVOLUTION)
    most = fmin(most, (double)node->kernel[0] * (double)node->kernel[1]);
  if (node->kind == LIP_NODE_SCALE) most = 1;
  return after * after * (most * before * before + (long double)of->bias_uses);
}

lip_status lip_architecture_bound(const lip_architecture *architecture, const double *norm,
                                  const double *bias_norm, double radius,
                                  lip_architecture_bounds *bounds, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t last = architecture->nodes - 1;
  long double *slope = lip_alloc(architecture->nodes, sizeof *slope), square = 0;
  long double *value = lip_alloc(architecture->nodes, sizeof *value), lipschitz;
  double diameter = 0;

  if (!slope || !value) FAIL(LIP_ENOMEM, "bounds of %zu nodes", architecture->nodes);
  carry_values(architecture, norm, bias_norm, radius, value);
  carry_slopes(architecture, norm, 0, slope);
  lipschitz = slope[last];
  for (size_t i = 1; i <= last; i++) {
    const lip_node *node = &architecture->node[i];

    if (!lip_node_is_layer(node)) continue;
    carry_slopes(architecture, norm, i, slope);
    square += slope_squared(node, &architecture->of[i], slope[last], joined(node, value));
    diameter += 4 * parameters_squared(architecture, i, norm[i], bias_norm[i]);
  }
  if (!isfinite(square) || !isfinite(value[last]))
    FAIL(LIP_ENUMERIC, "the bounds overflow: the product of the layers' norms is too large");
  bounds->log_product = printed_product(architecture, norm);
  bounds->lipschitz = (double)lipschitz;
  bounds->value = (double)value[last];
  bounds->log_slope = (double)(logl(square) / 2);
  bounds->log_diameter = log(diameter) / 2;
done:
  lip_free(slope);
  lip_free(value);
  return st;
}

void lip_architecture_box(const lip_architecture *architecture, double W, double *norm,
                          double *bias_norm)
{
  for (size_t i = 0; i < architecture->nodes; i++) {
    const lip_arch_counts *of = &architecture->of[i];

    norm[i] = W * sqrt((double)of->fan_in * (double)of->fan_out);
    bias_norm[i] = of->bias ? W * sqrt((double)architecture->node[i].size) : 0;
  }
}
