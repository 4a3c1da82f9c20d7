/* leading_terms.c - how fast the values of a graph grow along a ray.

   Each node has a degree k such that v(t x) / t^k stays bounded as t grows, and for each entry an
   interval that holds all limits of it: v_input has degree 1 and the limit x. Affine nodes: the
   largest degree of their parents, whose limits they map; those of smaller degree, and constants
   beside a degree above 0, add nothing. ReLU, leaky ReLU, abs and largest entries commute with the
   division by t^k; softplus and ELU are ReLU then; tanh, sigmoid and softmax have degree 0 whatever
   comes; powers multiply degrees. If the output has a degree above 1 and a limit that is certainly
   not 0, no line bounds it. Cost: two passes of the network.
   limits  where leading terms cancel, or are no doubles, nothing is said */
#include "lipschitz/graphs/leading_terms.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/interval.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

typedef struct growth {
  const lip_net *net;
  double *degree;            /* nodes */
  lip_interval **limit;      /* by node: its size */
  lip_interval *block;       /* owned: all of them */
  double *middle, *radius;   /* the widest value */
  double *sum, *size, *wide; /* likewise */
} growth;

/* ---- affine nodes ---- */

static double most_degree(const growth *in, const lip_node *node)
{
  double most = 0;

  for (size_t p = 0; p < node->parents; p++) most = fmax(most, in->degree[node->parent[p]]);
  return most;
}

/* The interval's middle and the least radius about it. */
static void take_middles(growth *in, size_t node, double degree)
{
  for (size_t j = 0; j < in->net->node[node].size; j++) {
    lip_interval c = in->limit[node][j];

    if (in->degree[node] < degree) c = lip_interval_of(0);
    in->middle[j] = c.low / 2 + c.high / 2;
    in->radius[j] = fmax(lip_add_up(c.high, -in->middle[j]), lip_add_up(in->middle[j], -c.low));
  }
}

static lip_status map_limits(growth *in, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &in->net->node[i];
  size_t terms = lip_operator_terms(in->net, i) + 2;
  double degree = most_degree(in, node), g = lip_gamma(2 * terms);

  memset(in->sum, 0, node->size * sizeof *in->sum);
  if (degree == 0) lip_operator_constant(in->net, i, 1, in->sum);
  for (size_t j = 0; j < node->size; j++) in->size[j] = fabs(in->sum[j]);
  memset(in->wide, 0, node->size * sizeof *in->wide);
  for (size_t p = 0; p < node->parents; p++) {
    size_t parent = node->parent[p];

    take_middles(in, parent, degree);
    TRY(lip_operator_apply(in->net, i, p, false, 1, in->middle, in->sum, err));
    TRY(lip_operator_apply(in->net, i, p, true, 1, in->radius, in->wide, err));
    for (size_t j = 0; j < in->net->node[parent].size; j++) in->middle[j] = fabs(in->middle[j]);
    TRY(lip_operator_apply(in->net, i, p, true, 1, in->middle, in->size, err));
  }
  for (size_t j = 0; j < node->size; j++) {
    double off = lip_mul_up(g, lip_add_up(in->size[j], in->wide[j]));

    off = lip_add_up(lip_add_up(lip_mul_up(off, 1 + 4 * g), in->wide[j]), (double)terms * DBL_MIN);
    in->limit[i][j] = (lip_interval){lip_add_down(in->sum[j], -off), lip_add_up(in->sum[j], off)};
  }
  in->degree[i] = degree;
done:
  return st;
}

/* ---- the others ---- */

static lip_interval power_of(lip_interval c, double p)
{
  lip_interval result = c;

  for (double q = 1; q < p; q++) result = lip_interval_mul(result, c);
  if (fmod(p, 2) == 0) result.low = fmax(result.low, 0);
  return result;
}

static lip_interval bent(lip_interval c, double slope)
{
  lip_interval below = lip_interval_mul(lip_interval_of(slope), c), result;

  if (c.low >= 0) return c;
  if (c.high <= 0) return below;
  result.low = fmin(0, below.low);
  result.high = fmax(c.high, below.high);
  return result;
}

/* False: of this activation nothing is known. */
static bool bend_limits(growth *in, size_t i)
{
  const lip_node *node = &in->net->node[i];
  size_t parent = node->parent[0];
  lip_activation psi = node->activation;
  double degree = in->degree[parent], p = 1;

  if (psi.kind == LIP_SQUARE) p = 2;
  if (psi.kind == LIP_POWER) p = psi.slope;
  in->degree[i] = degree * p;
  for (size_t j = 0; j < node->size; j++) {
    lip_interval c = in->limit[parent][j], *to = &in->limit[i][j];

    switch (psi.kind) {
    case LIP_SQUARE:
    case LIP_POWER:
      *to = power_of(c, p);
      break;
    case LIP_IDENTITY:
      *to = c;
      break;
    case LIP_ABS:
      *to = bent(c, -1);
      break;
    case LIP_LEAKY_RELU:
      *to = bent(c, psi.slope);
      break;
    case LIP_RELU:
      *to = bent(c, 0);
      break;
    case LIP_SOFTPLUS:
    case LIP_ELU:
      *to = degree > 0 ? bent(c, 0) : lip_activation_values_on(psi, c);
      break;
    case LIP_TANH:
    case LIP_SIGMOID:
      in->degree[i] = 0;
      *to = degree > 0 ? (lip_interval){-1, 1} : lip_activation_values_on(psi, c);
      break;
    default:
      return false;
    }
  }
  return true;
}

static void take_largest(growth *in, size_t i)
{
  const lip_node *node = &in->net->node[i];
  const lip_interval *from = in->limit[node->parent[0]];

  for (size_t j = 0; j < node->size; j++) {
    size_t w = j % node->width, h = j / node->width % node->height, y, x;
    size_t c = j / (node->width * node->height);
    lip_interval most = {-INFINITY, -INFINITY};

    for (size_t u = 0; u < node->kernel[0]; u++)
      for (size_t v = 0; v < node->kernel[1]; v++) {
        if (!lip_window_entry(node, 0, node->in_height, h, u, &y) ||
            !lip_window_entry(node, 1, node->in_width, w, v, &x))
          continue;
        most.low = fmax(most.low, from[(c * node->in_height + y) * node->in_width + x].low);
        most.high = fmax(most.high, from[(c * node->in_height + y) * node->in_width + x].high);
      }
    in->limit[i][j] = most;
  }
  in->degree[i] = in->degree[node->parent[0]];
}

/* ---- the whole ---- */

static lip_status create(growth *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->net;
  size_t sum = 0, widest = 0;

  for (size_t i = 0; i < net->nodes; i++) {
    sum += net->node[i].size;
    if (net->node[i].size > widest) widest = net->node[i].size;
  }
  in->degree = lip_alloc_zero(net->nodes, sizeof *in->degree);
  in->limit = lip_alloc(net->nodes, sizeof *in->limit);
  in->block = lip_alloc(sum, sizeof *in->block);
  in->middle = lip_alloc(widest, 5 * sizeof *in->middle);
  if (!in->degree || !in->limit || !in->block || !in->middle) FAIL(LIP_ENOMEM, "%zu values", sum);
  in->radius = in->middle + widest;
  in->sum = in->radius + widest;
  in->size = in->sum + widest;
  in->wide = in->size + widest;
  sum = 0;
  for (size_t i = 0; i < net->nodes; i++) {
    in->limit[i] = in->block + sum;
    sum += net->node[i].size;
  }
done:
  return st;
}

static bool is_not_zero(lip_interval c)
{
  return isfinite(c.low) && isfinite(c.high) && (c.low > 0 || c.high < 0);
}

static bool asked_is_not_zero(const lip_claim *claim, const lip_interval *c)
{
  if (claim->output.kind == LIP_ONE_OUTPUT) return is_not_zero(c[claim->output.plus]);
  if (claim->output.kind == LIP_OUTPUT_DIFFERENCE)
    return is_not_zero(lip_interval_sub(c[claim->output.plus], c[claim->output.minus]));
  for (size_t j = 0; j < claim->m; j++)
    if (is_not_zero(c[j])) return true;
  return false;
}

lip_status lip_grows_along(const lip_claim *claim, const double *x, bool *grows, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = claim->net;
  growth in = {.net = net};
  size_t last = net->nodes - 1;

  *grows = false;
  TRY(create(&in, err));
  for (size_t j = 0; j < claim->d; j++) in.limit[0][j] = lip_interval_of(x[j]);
  in.degree[0] = 1;
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (lip_node_is_affine(node->kind)) {
      TRY(map_limits(&in, i, err));
    } else if (node->kind == LIP_NODE_ACTIVATION) {
      if (!bend_limits(&in, i)) goto done;
    } else if (node->kind == LIP_NODE_MAX_POOL) {
      take_largest(&in, i);
    } else if (node->kind == LIP_NODE_SOFTMAX) {
      for (size_t j = 0; j < node->size; j++) in.limit[i][j] = (lip_interval){0, 1};
    } else {
      goto done; /* a map */
    }
  }
  *grows = in.degree[last] > 1 && asked_is_not_zero(claim, in.limit[last]);
done:
  lip_free(in.degree);
  lip_free(in.limit);
  lip_free(in.block);
  lip_free(in.middle);
  return st;
}
