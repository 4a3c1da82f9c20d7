/* two_layer_form.c - affine, activation, affine: as two dense layers.

   The nodes of each side are pushed over the rows of an identity. With one matrix or convolution
   among them, and else nothing but moves, every entry of the result is a sum of one weight and
   zeros: exact. Two kernels' entries never meet, since a window meets each entry of the input once.

   cost  the entries of the dense matrices */
#include "net/two_layer_form.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/operator.h"

#include <string.h>

static const size_t MOST_WEIGHTS = (size_t)1 << 24;

/* The nodes first .. last of the chain between input and output: one side. */
typedef struct side {
  size_t first, last; /* first > last: no node */
} side;

/* One matrix or convolution and moves: nodes from `at` on; the next one that is neither. */
static bool take_side(const lip_net *net, size_t *at, side *found)
{
  size_t weighted = 0;

  found->first = *at;
  for (; *at < net->nodes; ++*at) {
    const lip_node *node = &net->node[*at];

    if (node->parents != 1 || node->parent[0] != *at - 1) return false;
    if (node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_CONVOLUTION)
      weighted++;
    else if (node->kind != LIP_NODE_SELECT || node->biases > 0)
      break;
  }
  found->last = *at - 1;
  return weighted == 1;
}

static bool has_form(const lip_net *net, side sides[2], size_t *activation)
{
  size_t at = 1;

  if (net->layer || !take_side(net, &at, &sides[0])) return false;
  *activation = at;
  if (at == net->nodes || net->node[at].kind != LIP_NODE_ACTIVATION || net->node[at].parents != 1 ||
      net->node[at].parent[0] != at - 1)
    return false;
  at++;
  return take_side(net, &at, &sides[1]) && at == net->nodes;
}

/* Rows of numbers pushed through the nodes of a side; with the constants, or linear parts alone.
   Two buffers take turns.
   X  in  rows x size before the side;  Y  out  rows x size after it */
static lip_status push(const lip_net *net, side nodes, bool constants, size_t rows, const double *X,
                       double *Y, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t widest = 0;
  double *even = NULL, *odd = NULL;

  for (size_t i = nodes.first; i < nodes.last; i++)
    if (net->node[i].size > widest) widest = net->node[i].size;
  even = lip_alloc(rows, widest * sizeof *even);
  odd = lip_alloc(rows, widest * sizeof *odd);
  if (!even || !odd) FAIL(LIP_ENOMEM, "%zu x %zu numbers", rows, widest);
  for (size_t i = nodes.first; i <= nodes.last; i++) {
    double *to = i == nodes.last ? Y : i % 2 ? odd : even;

    memset(to, 0, rows * net->node[i].size * sizeof *to);
    if (constants) lip_operator_constant(net, i, rows, to);
    TRY(lip_operator_apply(net, i, 0, false, rows, X, to, err));
    X = to;
  }
done:
  lip_free(even);
  lip_free(odd);
  return st;
}

/* W <- the matrix of a side, out x in; b <- its constants. A block of columns at a time. */
static lip_status fill(const lip_net *net, side nodes, lip_layer *layer, lip_error *err)
{
  enum { COLUMNS = 64 };
  lip_status st = LIP_OK;
  size_t in = layer->in, out = layer->out;
  double *unit = lip_alloc_zero(COLUMNS, in * sizeof *unit);
  double *column = lip_alloc(COLUMNS, out * sizeof *column);

  if (!unit || !column) FAIL(LIP_ENOMEM, "columns of %zu and %zu numbers", in, out);
  TRY(push(net, nodes, true, 1, unit, layer->b, err));
  for (size_t first = 0; first < in; first += COLUMNS) {
    size_t count = in - first < COLUMNS ? in - first : COLUMNS;

    memset(unit, 0, COLUMNS * in * sizeof *unit);
    for (size_t c = 0; c < count; c++) unit[c * in + first + c] = 1;
    TRY(push(net, nodes, false, count, unit, column, err));
    for (size_t c = 0; c < count; c++)
      for (size_t l = 0; l < out; l++) layer->W[l * in + first + c] = column[c * out + l];
  }
done:
  lip_free(unit);
  lip_free(column);
  return st;
}

lip_status lip_two_layer_form(const lip_net *net, lip_net **form, lip_error *err)
{
  lip_status st = LIP_OK;
  side sides[2];
  size_t activation = 0, widths[3], weights, more;
  lip_net *made = NULL;

  *form = NULL;
  if (!has_form(net, sides, &activation)) goto done;
  widths[0] = net->node[0].size;
  widths[1] = net->node[activation].size;
  widths[2] = net->node[net->nodes - 1].size;
  if (__builtin_mul_overflow(widths[0], widths[1], &weights) ||
      __builtin_mul_overflow(widths[1], widths[2], &more) || weights > MOST_WEIGHTS ||
      more > MOST_WEIGHTS - weights)
    goto done;
  TRY(lip_net_create(2, widths,
                     (lip_activation[]){net->node[activation].activation, {LIP_IDENTITY, 0}},
                     (bool[]){true, true}, net->precision, &made, err));
  TRY(fill(net, sides[0], &made->layer[0], err));
  TRY(fill(net, sides[1], &made->layer[1], err));
  *form = made;
  made = NULL;
done:
  lip_net_free(made);
  return st;
}
