/* architecture.c - counts how often each parameter of a network is used, and the constants of what
   has none. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Of an axis: products of places and offsets that are walked through, and entries. */
static const double most_walked = 0x1p28, longest = 0x1p24;

bool lip_node_is_layer(const lip_node *node)
{
  return node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_CONVOLUTION ||
         node->kind == LIP_NODE_SCALE;
}

void lip_architecture_free(lip_architecture *architecture)
{
  if (!architecture) return;
  if (architecture->net)
    lip_net_free(architecture->net);
  else
    lip_graph_clear(&(lip_graph){.nodes = architecture->nodes, .node = architecture->node});
  lip_free(architecture->of);
  lip_free(architecture);
}

/* ---- windows ---- */

/* Along one axis. Shares: of a mean over windows, in which each entry of a window has the same. */
typedef struct axis_counts {
  size_t uses;    /* places at which one offset of the kernel meets an entry, at most */
  size_t covered; /* places that one entry is met from, at most */
  double share;   /* the sum of an entry's shares, at most */
  bool whole;     /* at some place the whole kernel meets entries */
} axis_counts;

static size_t larger(size_t a, size_t b)
{
  return a > b ? a : b;
}

/* uses  in/out  kernel; covered, share  in/out  in: all zeros before */
static void walk_axis(const lip_node *node, size_t axis, size_t in, size_t out, size_t *uses,
                      size_t *covered, double *share, axis_counts *found)
{
  size_t kernel = node->kernel[axis], stride = node->stride[axis], dilation = node->dilation[axis];

  for (size_t place = 0; place < out; place++) {
    size_t first = place * stride - node->before[axis], met = 0; /* may wrap around below 0 */

    for (size_t u = 0; u < kernel; u++) met += first + u * dilation < in;
    for (size_t u = 0; u < kernel; u++) {
      size_t entry = first + u * dilation;

      if (entry >= in) continue;
      found->uses = larger(found->uses, ++uses[u]);
      found->covered = larger(found->covered, ++covered[entry]);
      share[entry] += 1 / (double)(node->counts_padding ? kernel : met);
      found->share = fmax(found->share, share[entry]);
    }
    found->whole = found->whole || met == kernel;
  }
}

static lip_status count_axis(const lip_node *node, size_t axis, axis_counts *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = axis ? node->in_width : node->in_height, out = axis ? node->width : node->height;
  size_t kernel = node->kernel[axis], *uses = NULL, *covered = NULL;
  double *share = NULL;

  *found = (axis_counts){0};
  if ((double)out * (double)kernel > most_walked || (double)in > longest ||
      (double)kernel > longest)
    FAIL(LIP_EINPUT, "%s: a kernel of %zu at %zu places of %zu is too large to be counted",
         node->name, kernel, out, in);
  uses = lip_alloc_zero(kernel, sizeof *uses);
  covered = lip_alloc_zero(in, sizeof *covered);
  share = lip_alloc_zero(in, sizeof *share);
  if (!uses || !covered || !share) FAIL(LIP_ENOMEM, "an axis of %zu entries", in);
  walk_axis(node, axis, in, out, uses, covered, share, found);
done:
  lip_free(uses);
  lip_free(covered);
  lip_free(share);
  return st;
}

/* Convolutions and pools. Largest entries of windows: each entry counts for the windows that hold
   it. Means: |A|^2 <= (largest row sum) (largest column sum), the former at most 1. */
static lip_status count_windows(const lip_node *node, lip_arch_counts *of, lip_error *err)
{
  lip_status st = LIP_OK;
  axis_counts axis[2];

  for (size_t a = 0; a < 2; a++) TRY(count_axis(node, a, &axis[a], err));
  if (node->kind == LIP_NODE_MAX_POOL) {
    of->slope = sqrt((double)axis[0].covered * (double)axis[1].covered);
  } else if (node->kind == LIP_NODE_AVERAGE_POOL) {
    of->slope = sqrt(axis[0].share * axis[1].share);
  } else {
    of->uses = axis[0].uses * axis[1].uses;
    of->bias_uses = node->biases ? node->height * node->width : 0;
    of->whole_kernel = axis[0].whole && axis[1].whole;
    of->fan_in = node->weights / node->channels;
    of->fan_out = node->channels / node->groups * axis[0].covered * axis[1].covered;
  }
done:
  return st;
}

/* ---- the others ---- */

static void count_linear(const lip_node *node, lip_arch_counts *of)
{
  of->uses = 1;
  of->bias_uses = node->biases > 0;
  of->fan_in = node->weights / node->channels;
  of->fan_out = node->channels;
  of->whole_kernel = true;
}

static void count_scale(const lip_node *node, lip_arch_counts *of)
{
  of->uses = node->size / node->weights;
  of->bias_uses = node->biases ? node->size / node->biases : 0;
  of->fan_in = of->fan_out = 1;
  of->whole_kernel = true;
}

/* The root of how often one entry is selected at most. */
static lip_status count_selection(const lip_node *node, size_t in, lip_arch_counts *of,
                                  lip_error *err)
{
  size_t *often = lip_alloc_zero(in, sizeof *often), most = 0;

  if (!often) return lip_fail(err, LIP_ENOMEM, "a selection of %zu entries", in);
  for (size_t j = 0; j < node->size; j++)
    if (node->index[j] != LIP_NOWHERE) most = larger(most, ++often[node->index[j]]);
  of->slope = sqrt((double)most);
  lip_free(often);
  return LIP_OK;
}

static lip_status count_node(const lip_architecture *made, size_t i, lip_error *err)
{
  const lip_node *node = &made->node[i];
  lip_arch_counts *of = &made->of[i];

  of->norm = of->bias_norm = NAN;
  of->slope = 1;
  if (lip_node_is_layer(node)) {
    of->parameters = node->weights + node->biases;
    of->bias = node->biases > 0;
  }
  switch (node->kind) {
  case LIP_NODE_LINEAR:
    count_linear(node, of);
    return LIP_OK;
  case LIP_NODE_SCALE:
    count_scale(node, of);
    return LIP_OK;
  case LIP_NODE_CONVOLUTION:
  case LIP_NODE_MAX_POOL:
  case LIP_NODE_AVERAGE_POOL:
    return count_windows(node, of, err);
  case LIP_NODE_SELECT:
    return count_selection(node, made->node[node->parent[0]].size, of, err);
  case LIP_NODE_SOFTMAX: /* its Jacobian diag(p) - p p' is at most 1/2 */
    of->slope = 0.5;
    return LIP_OK;
  case LIP_NODE_ACTIVATION:
    of->slope = lip_activation_lipschitz(node->activation);
    if (isfinite(of->slope)) return LIP_OK;
    return lip_fail(err, LIP_EINPUT, "node %zu (%s): %s is not Lipschitz", i, node->name,
                    lip_activation_name(node->activation.kind));
  case LIP_NODE_MAP:
    return lip_fail(err, LIP_EINPUT, "%s: an architecture has affine layers", node->name);
  case LIP_NODE_INPUT:
  case LIP_NODE_CONCAT:
  case LIP_NODE_ADD:
    break;
  }
  return LIP_OK;
}

/* made  in  nodes, node */
static lip_status count_all(lip_architecture *made, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t layers = 0;

  made->of = lip_alloc_zero(made->nodes, sizeof *made->of);
  if (!made->of) FAIL(LIP_ENOMEM, "an architecture of %zu nodes", made->nodes);
  for (size_t i = 0; i < made->nodes; i++) {
    TRY(count_node(made, i, err));
    layers += lip_node_is_layer(&made->node[i]);
  }
  if (layers == 0) FAIL(LIP_EINPUT, "no layer has parameters");
done:
  return st;
}

lip_status lip_architecture_of_list(lip_arch_list *list, lip_architecture **architecture,
                                    lip_error *err)
{
  lip_status st = LIP_OK;
  lip_architecture *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "an architecture");
  made->nodes = list->output + 1; /* an identity at the end may name an earlier value */
  made->node = list->graph.node;
  for (size_t i = made->nodes; i < list->graph.nodes; i++)
    FAIL(LIP_EINPUT, "%s: nothing takes its value", list->graph.node[i].name);
  memset(&list->graph, 0, sizeof list->graph);
  TRY(count_all(made, err));
  for (size_t i = 0; i < made->nodes; i++) {
    made->of[i].norm = list->norm[i];
    made->of[i].bias_norm = list->bias_norm[i];
  }
  *architecture = made;
  made = NULL;
done:
  if (made && list->graph.node) made->nodes = 0, made->node = NULL; /* still the list's */
  lip_architecture_free(made);
  lip_arch_list_clear(list);
  return st;
}

lip_status lip_architecture_of_net(lip_net *net, lip_architecture **architecture, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_architecture *made = lip_alloc_zero(1, sizeof *made);

  if (!made) {
    lip_net_free(net);
    FAIL(LIP_ENOMEM, "an architecture");
  }
  made->net = net;
  made->nodes = net->nodes;
  made->node = net->node;
  TRY(count_all(made, err));
  *architecture = made;
  made = NULL;
done:
  lip_architecture_free(made);
  return st;
}

lip_architecture_sizes lip_architecture_count(const lip_architecture *architecture)
{
  lip_architecture_sizes sizes = {.inputs = architecture->node[0].size,
                                  .outputs = architecture->node[architecture->nodes - 1].size,
                                  .multiplicity = 1,
                                  .activation = 1};

  for (size_t i = 1; i < architecture->nodes; i++) {
    const lip_node *node = &architecture->node[i];
    const lip_arch_counts *of = &architecture->of[i];

    sizes.parameters += of->parameters;
    sizes.depth += lip_node_is_layer(node);
    sizes.multiplicity = larger(sizes.multiplicity, larger(of->uses, of->bias_uses));
    sizes.biases = sizes.biases || of->bias;
    sizes.skips = sizes.skips || node->parents != 1 || node->parent[0] + 1 != i;
    if (node->kind == LIP_NODE_ACTIVATION) sizes.activation = fmax(sizes.activation, of->slope);
  }
  return sizes;
}
