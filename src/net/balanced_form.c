/* balanced_form.c - powers of two moved from the weights to the output.

   Value i becomes 2^-e_i times what it was: W of an affine node becomes 2^(e_parent - e_i) W, b
   2^-e_i b. Sums, concatenations, moves, pools and activations with psi(c t) = c psi(t) keep their
   parents' e; inputs, outputs and what stands before and after other activations has e = 0, but for
   the output of the network. So nodes fall into classes; the first affine node of a class chooses
   its e such that its own largest weight is near 1. Nothing is done where all of that is in the
   middle of the numbers already, or where a number would lose a digit.

   cost  a pass over the weights */
#include "net/balanced_form.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FAR = 200, MOST_EXPONENT = 100000 }; /* squares of 2^+-400 are doubles */

static bool is_homogeneous(const lip_node *node)
{
  lip_activation_kind kind = node->activation.kind;

  if (node->kind == LIP_NODE_SOFTMAX || node->kind == LIP_NODE_MAP) return false;
  return node->kind != LIP_NODE_ACTIVATION || kind == LIP_IDENTITY || kind == LIP_RELU ||
         kind == LIP_LEAKY_RELU || kind == LIP_ABS;
}

static bool has_weights(const lip_node *node)
{
  return node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_CONVOLUTION ||
         node->kind == LIP_NODE_SCALE;
}

/* ---- classes ---- */

static size_t class_of(size_t *above, size_t i)
{
  while (above[i] != i) i = above[i] = above[above[i]];
  return i;
}

static void unite(size_t *above, size_t i, size_t j)
{
  i = class_of(above, i);
  j = class_of(above, j);
  if (i < j)
    above[j] = i;
  else
    above[i] = j;
}

static void find_classes(const lip_net *net, size_t *above)
{
  for (size_t i = 0; i < net->nodes; i++) above[i] = i;
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (has_weights(node)) continue;
    for (size_t p = 0; p < node->parents; p++) unite(above, i, node->parent[p]);
    if (!is_homogeneous(node)) unite(above, i, 0);
  }
}

/* Of the largest weight; 0: they are all 0. */
static int exponent_of(const lip_node *node)
{
  double largest = 0;
  int exponent = 0;

  for (size_t j = 0; j < node->weights; j++) largest = fmax(largest, fabs(node->W[j]));
  (void)frexp(largest, &exponent);
  return exponent;
}

/* e  out  nodes.  far  out  is there any need? False: they are no proper numbers */
static bool find_exponents(const lip_net *net, size_t *above, int *e, bool *far)
{
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    size_t class = class_of(above, i);
    int own;

    e[i] = class == 0 ? 0 : e[class];
    if (!has_weights(node)) continue;
    own = exponent_of(node);
    if (class == i) e[i] = e[node->parent[0]] + own;
    *far = *far || abs(own) > FAR || abs(e[i]) > FAR;
    if (abs(e[i]) > MOST_EXPONENT) return false;
  }
  return true;
}

/* ---- numbers ---- */

static bool scale(size_t count, double *values, int by)
{
  for (size_t j = 0; j < count; j++) {
    double scaled = ldexp(values[j], by);

    if (!isfinite(scaled) || ldexp(scaled, -by) != values[j]) return false;
    values[j] = scaled;
  }
  return true;
}

static lip_status copy_net(const lip_net *net, lip_net **copy, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a network");
  *made = *net;
  made->layer = NULL;
  made->node = lip_alloc_zero(net->nodes, sizeof *made->node);
  made->block = lip_alloc(net->parameters, sizeof *made->block);
  if (net->layer) made->layer = lip_alloc(net->depth, sizeof *made->layer);
  if (!made->node || !made->block || (net->layer && !made->layer))
    FAIL(LIP_ENOMEM, "a network of %zu weights", net->parameters);
  if (net->parameters > 0) memcpy(made->block, net->block, net->parameters * sizeof *made->block);
  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *from = &net->node[i];
    lip_node *to = &made->node[i];

    *to = *from;
    if (from->W) to->W = made->block + (from->W - net->block);
    if (from->b) to->b = made->block + (from->b - net->block);
    to->parent = to->index = NULL;
    if (from->parent) to->parent = lip_alloc(from->parents, sizeof *to->parent);
    if (from->index) to->index = lip_alloc(from->size, sizeof *to->index);
    if ((from->parent && !to->parent) || (from->index && !to->index))
      FAIL(LIP_ENOMEM, "a network of %zu nodes", net->nodes);
    if (from->parent) memcpy(to->parent, from->parent, from->parents * sizeof *to->parent);
    if (from->index) memcpy(to->index, from->index, from->size * sizeof *to->index);
  }
  for (size_t j = 0; j < net->depth; j++) {
    made->layer[j] = net->layer[j];
    if (net->layer[j].W) made->layer[j].W = made->block + (net->layer[j].W - net->block);
    if (net->layer[j].b) made->layer[j].b = made->block + (net->layer[j].b - net->block);
  }
  *copy = made;
  made = NULL;
done:
  lip_net_free(made);
  return st;
}

static bool scale_all(lip_net *net, const int *e)
{
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (node->weights > 0 && !scale(node->weights, node->W, e[node->parent[0]] - e[i]))
      return false;
    if (node->biases > 0 && !scale(node->biases, node->b, -e[i])) return false;
  }
  net->precision = LIP_F64;
  return true;
}

static bool is_affine(const lip_net *net)
{
  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_MAP) return false;
  return true;
}

lip_status lip_balanced_form(const lip_net *net, lip_net **form, int *exponent, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *made = NULL;
  size_t *above = lip_alloc(net->nodes, sizeof *above);
  int *e = lip_alloc_zero(net->nodes, sizeof *e);
  bool far = false;

  *form = NULL;
  *exponent = 0;
  if (!above || !e) FAIL(LIP_ENOMEM, "%zu nodes", net->nodes);
  if (!is_affine(net)) goto done;
  find_classes(net, above);
  if (!find_exponents(net, above, e, &far) || !far) goto done;
  TRY(copy_net(net, &made, err));
  if (!scale_all(made, e)) goto done;
  *form = made;
  made = NULL;
  *exponent = e[net->nodes - 1];
done:
  lip_net_free(made);
  lip_free(above);
  lip_free(e);
  return st;
}
