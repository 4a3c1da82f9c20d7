/* tape_loops.h - the tape in one precision: the file that includes this defines REAL, TAPE(name),
   the names of what it makes, and MULTIPLY, the product with an affine node.

   Forward in the order of the nodes; derivatives of what is not affine use the values kept. A
   derivative's numbers are written by the first node that reaches them, and added by the others:
   nothing is cleared.
   cost  of each direction that of the operators (operator.h) */
#include "base/error.h"
#include "base/memory.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"
#include "net/tape.h"

#include <math.h>
#include <string.h>

struct TAPE(tape) {
  const lip_net *net;
  size_t room, rows;                /* rows: of the last forward */
  REAL **value, **change;           /* by node: room x size; change: of derivatives under way */
  REAL **W, **b;                    /* by node: of the network, or copies in this precision */
  bool *reached;                    /* by node: its change has been written */
  REAL *values, *changes, *numbers; /* owned blocks; changes: made when first needed */
};

/* ---- memory ---- */

static size_t all_sizes(const lip_net *net)
{
  size_t sum = 0;

  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  return sum;
}

static lip_status cut_block(const TAPE(tape) * tape, REAL **block, REAL **by_node, lip_error *err)
{
  REAL *at = lip_alloc(tape->room, all_sizes(tape->net) * sizeof *at);

  *block = at;
  if (!at) return lip_fail(err, LIP_ENOMEM, "the values of a network at %zu points", tape->room);
  for (size_t i = 0; i < tape->net->nodes; i++) {
    by_node[i] = at;
    at += tape->room * tape->net->node[i].size;
  }
  return LIP_OK;
}

lip_status TAPE(tape_create)(const lip_net *net, size_t rows, TAPE(tape) * *tape, lip_error *err)
{
  lip_status st = LIP_OK;
  TAPE(tape) *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a tape");
  made->net = net;
  made->room = rows;
  made->value = lip_alloc(net->nodes, sizeof *made->value);
  made->change = lip_alloc(net->nodes, sizeof *made->change);
  made->W = lip_alloc(net->nodes, sizeof *made->W);
  made->b = lip_alloc(net->nodes, sizeof *made->b);
  made->reached = lip_alloc(net->nodes, sizeof *made->reached);
  if (!made->value || !made->change || !made->W || !made->b || !made->reached)
    FAIL(LIP_ENOMEM, "a tape");
  TRY(take_numbers(net, made->W, made->b, &made->numbers, err));
  TRY(cut_block(made, &made->values, made->value, err));
  *tape = made;
  made = NULL;
done:
  TAPE(tape_free)(made);
  return st;
}

void TAPE(tape_free)(TAPE(tape) * tape)
{
  if (!tape) return;
  lip_free(tape->value);
  lip_free(tape->change);
  lip_free(tape->W);
  lip_free(tape->b);
  lip_free(tape->reached);
  lip_free(tape->values);
  lip_free(tape->changes);
  lip_free(tape->numbers);
  lip_free(tape);
}

const REAL *TAPE(tape_value)(const TAPE(tape) * tape, size_t node)
{
  return tape->value[node];
}

/* ---- what is not affine ---- */

/* The entry of the parent's value that is largest in a window of channel c. Offsets before the
   first entry wrap around to numbers above every size. */
static size_t largest_in_window(const lip_node *node, const REAL *H, size_t c, size_t h, size_t w)
{
  size_t best = LIP_NOWHERE, top = h * node->stride[0] - node->before[0],
         left = w * node->stride[1] - node->before[1];

  for (size_t u = 0; u < node->kernel[0]; u++) {
    size_t y = top + u * node->dilation[0], row = (c * node->in_height + y) * node->in_width;

    if (y >= node->in_height) continue;
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t x = left + v * node->dilation[1];

      if (x < node->in_width && (best == LIP_NOWHERE || H[row + x] > H[best])) best = row + x;
    }
  }
  return best;
}

/* What each window's entry does: to[j] <- from[largest], or to[largest] += from[j]; a window of
   padding alone is 0. */
static void max_pool(const lip_node *node, size_t in, size_t rows, const REAL *H, const REAL *from,
                     REAL *to, bool backward)
{
  for (size_t r = 0; r < rows; r++) {
    const REAL *row = H + r * in;
    size_t x = r * in, y = r * node->size;

    for (size_t c = 0; c < node->channels; c++)
      for (size_t h = 0; h < node->height; h++)
        for (size_t w = 0; w < node->width; w++, y++) {
          size_t best = largest_in_window(node, row, c, h, w);

          if (!backward)
            to[y] = best == LIP_NOWHERE ? 0 : from[x + best];
          else if (best != LIP_NOWHERE)
            to[x + best] += from[y];
        }
  }
}

static void softmax(size_t size, const REAL *h, REAL *y)
{
  REAL most = h[0], sum = 0;

  for (size_t j = 1; j < size; j++) most = h[j] > most ? h[j] : most;
  for (size_t j = 0; j < size; j++) sum += y[j] = (REAL)exp(h[j] - most);
  for (size_t j = 0; j < size; j++) y[j] /= sum;
}

/* z = (diag(p) - p p') v, the same in both directions. */
static void softmax_change(size_t size, const REAL *p, const REAL *v, REAL *z, bool fresh)
{
  REAL mean = 0;

  for (size_t j = 0; j < size; j++) mean += p[j] * v[j];
  for (size_t j = 0; j < size; j++) z[j] = p[j] * (v[j] - mean) + (fresh ? 0 : z[j]);
}

/* ReLU and leaky ReLU have loops of their own, which the compiler turns into vectors. */
static void activate(lip_activation psi, size_t count, const REAL *restrict z, REAL *restrict y)
{
  REAL left = (REAL)psi.slope;

  if (psi.kind == LIP_RELU)
    for (size_t j = 0; j < count; j++) y[j] = z[j] < 0 ? 0 : z[j];
  else if (psi.kind == LIP_LEAKY_RELU)
    for (size_t j = 0; j < count; j++) y[j] = z[j] < 0 ? left * z[j] : z[j];
  else
    for (size_t j = 0; j < count; j++) y[j] = (REAL)lip_activation_value(psi, z[j]);
}

/* to = psi'(z) o from */
static void activation_change(lip_activation psi, size_t count, const REAL *restrict z,
                              const REAL *restrict from, REAL *restrict to, bool fresh)
{
  REAL left = psi.kind == LIP_RELU ? 0 : (REAL)psi.slope;
  bool bent = psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU;

  if (bent && fresh)
    for (size_t j = 0; j < count; j++) to[j] = z[j] > 0 ? from[j] : left * from[j];
  else if (bent)
    for (size_t j = 0; j < count; j++) to[j] += z[j] > 0 ? from[j] : left * from[j];
  else
    for (size_t j = 0; j < count; j++)
      to[j] = (REAL)lip_activation_slope(psi, z[j]) * from[j] + (fresh ? 0 : to[j]);
}

/* ---- forward ---- */

/* Eight sums, so that one need not wait for the other. */
static bool all_finite(size_t count, const REAL *values)
{
  REAL sum[8] = {0}, all = 0;
  size_t i = 0;

  for (; i + 8 <= count; i += 8)
    for (size_t k = 0; k < 8; k++) sum[k] += 0 * values[i + k];
  for (; i < count; i++) all += 0 * values[i];
  for (size_t k = 0; k < 8; k++) all += sum[k];
  return all == 0;
}

/* Y <- the constant: the biases on every row. */
static void put_constant(const lip_node *node, const REAL *b, size_t rows, REAL *Y)
{
  size_t places = node->size / node->biases;

  for (size_t r = 0; r < rows; r++)
    for (size_t l = 0; l < node->biases; l++)
      for (size_t j = 0; j < places; j++) *Y++ = b[l];
}

static lip_status forward_affine(TAPE(tape) * tape, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &tape->net->node[i];
  bool constant = node->biases > 0;

  if (constant) put_constant(node, tape->b[i], tape->rows, tape->value[i]);
  for (size_t p = 0; p < node->parents; p++)
    TRY(MULTIPLY(tape, i, p, false, !constant && p == 0, tape->value[node->parent[p]],
                 tape->value[i], err));
done:
  return st;
}

static lip_status forward_node(TAPE(tape) * tape, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &tape->net->node[i];
  REAL *Y = tape->value[i];
  const REAL *H = tape->value[node->parent[0]];
  size_t in = tape->net->node[node->parent[0]].size;

  if (lip_node_is_affine(node->kind)) {
    TRY(forward_affine(tape, i, err));
  } else if (node->kind == LIP_NODE_MAX_POOL) {
    max_pool(node, in, tape->rows, H, H, Y, false);
  } else if (node->kind == LIP_NODE_ACTIVATION) {
    activate(node->activation, tape->rows * node->size, H, Y);
  } else if (node->kind == LIP_NODE_SOFTMAX) {
    for (size_t r = 0; r < tape->rows; r++) softmax(in, H + r * in, Y + r * in);
  } else {
    FAIL(LIP_EINPUT, "%s: a map that is not affine has no tape", node->name);
  }
  if (!all_finite(tape->rows * node->size, Y))
    FAIL(LIP_ENUMERIC, "%s: a value is not finite", node->name);
done:
  return st;
}

lip_status TAPE(tape_forward)(TAPE(tape) * tape, size_t rows, const REAL *X, lip_error *err)
{
  lip_status st = LIP_OK;

  tape->rows = rows;
  memcpy(tape->value[0], X, rows * tape->net->node[0].size * sizeof *X);
  for (size_t i = 1; i < tape->net->nodes; i++) TRY(forward_node(tape, i, err));
done:
  return st;
}

/* ---- derivatives ---- */

/* One node of what is not affine: `from` at its value and `to` at its parent's, or the other way.
 */
static void change_node(const TAPE(tape) * tape, size_t i, const REAL *from, REAL *to,
                        bool backward, bool fresh)
{
  const lip_node *node = &tape->net->node[i];
  const REAL *H = tape->value[node->parent[0]];
  size_t in = tape->net->node[node->parent[0]].size;

  if (node->kind == LIP_NODE_MAX_POOL) {
    if (fresh && backward) memset(to, 0, tape->rows * in * sizeof *to);
    max_pool(node, in, tape->rows, H, from, to, backward);
  } else if (node->kind == LIP_NODE_ACTIVATION) {
    activation_change(node->activation, tape->rows * in, H, from, to, fresh);
  } else {
    for (size_t r = 0; r < tape->rows; r++)
      softmax_change(in, tape->value[i] + r * in, from + r * in, to + r * in, fresh);
  }
}

/* Changes stand in the tape, but for those of the input and the output: the caller's. */
static lip_status start_changes(TAPE(tape) * tape, lip_error *err)
{
  memset(tape->reached, 0, tape->net->nodes * sizeof *tape->reached);
  return tape->changes ? LIP_OK : cut_block(tape, &tape->changes, tape->change, err);
}

static lip_status pull_node(TAPE(tape) * tape, size_t i, const REAL *from, REAL *G, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &tape->net->node[i];

  for (size_t p = 0; p < node->parents; p++) {
    size_t parent = node->parent[p];
    REAL *to = parent == 0 ? G : tape->change[parent];
    bool fresh = !tape->reached[parent];

    if (lip_node_is_affine(node->kind))
      TRY(MULTIPLY(tape, i, p, true, fresh, from, to, err));
    else
      change_node(tape, i, from, to, true, fresh);
    tape->reached[parent] = true;
  }
done:
  return st;
}

lip_status TAPE(tape_pull)(TAPE(tape) * tape, const REAL *U, REAL *G, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = tape->net;
  size_t last = net->nodes - 1, bytes = tape->rows * net->node[0].size * sizeof *G;

  TRY(start_changes(tape, err));
  tape->reached[last] = true;
  for (size_t i = last; i > 0; i--)
    if (tape->reached[i]) TRY(pull_node(tape, i, i == last ? U : tape->change[i], G, err));
  if (last == 0)
    memcpy(G, U, bytes);
  else if (!tape->reached[0])
    memset(G, 0, bytes);
done:
  return st;
}

static lip_status push_node(TAPE(tape) * tape, size_t i, const REAL *V, REAL *to, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &tape->net->node[i];

  for (size_t p = 0; p < node->parents; p++) {
    size_t parent = node->parent[p];
    const REAL *from = parent == 0 ? V : tape->change[parent];

    if (lip_node_is_affine(node->kind))
      TRY(MULTIPLY(tape, i, p, false, p == 0, from, to, err));
    else
      change_node(tape, i, from, to, false, true);
  }
done:
  return st;
}

lip_status TAPE(tape_push)(TAPE(tape) * tape, const REAL *V, REAL *Z, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t last = tape->net->nodes - 1;

  TRY(start_changes(tape, err));
  for (size_t i = 1; i <= last; i++)
    TRY(push_node(tape, i, V, i == last ? Z : tape->change[i], err));
  if (last == 0) memcpy(Z, V, tape->rows * tape->net->node[0].size * sizeof *Z);
done:
  return st;
}

/* ---- values and gradients, blocked over rows ---- */

lip_status TAPE(tape_values)(const lip_net *net, size_t rows, const REAL *X, REAL *Y,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net), block = lip_tape_rows(net, rows);
  TAPE(tape) *tape = NULL;

  TRY(TAPE(tape_create)(net, block, &tape, err));
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;

    TRY(TAPE(tape_forward)(tape, count, X + first * d, err));
    memcpy(Y + first * m, tape->value[net->nodes - 1], count * m * sizeof *Y);
  }
done:
  TAPE(tape_free)(tape);
  return st;
}

lip_status TAPE(tape_gradients)(const lip_net *net, size_t output, size_t rows, const REAL *X,
                                REAL *G, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net), block = lip_tape_rows(net, rows);
  TAPE(tape) *tape = NULL;
  REAL *U = lip_alloc_zero(block, m * sizeof *U);

  if (!U) FAIL(LIP_ENOMEM, "%zu x %zu numbers", block, m);
  for (size_t r = 0; r < block; r++) U[r * m + output] = 1;
  TRY(TAPE(tape_create)(net, block, &tape, err));
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;

    TRY(TAPE(tape_forward)(tape, count, X + first * d, err));
    TRY(TAPE(tape_pull)(tape, U, G + first * d, err));
    if (!all_finite(count * d, G + first * d))
      FAIL(LIP_ENUMERIC, "a gradient of the network at points %zu to %zu is not finite", first,
           first + count - 1);
  }
done:
  TAPE(tape_free)(tape);
  lip_free(U);
  return st;
}
