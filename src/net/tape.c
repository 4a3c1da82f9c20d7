/* tape.c - the values of every node, and derivatives through the graph in both directions.

   Forward in the order of the nodes; derivatives of what is not affine use the values kept.
   cost  of each direction that of the operators (operator.h) */
#include "net/tape.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

enum { WORKSPACE = 32 << 20, MOST_ROWS = 1024 };

struct lip_tape {
  const lip_net *net;
  size_t room, rows;        /* rows: of the last forward */
  double **value, **change; /* by node: room x size; change: of derivatives under way */
  double *block;
};

static size_t all_sizes(const lip_net *net)
{
  size_t sum = 0;

  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  return sum;
}

size_t lip_tape_rows(const lip_net *net, size_t rows)
{
  size_t fit = WORKSPACE / sizeof(double) / (2 * all_sizes(net));

  if (fit < 1) fit = 1;
  if (fit > MOST_ROWS) fit = MOST_ROWS;
  return rows < fit ? rows : fit;
}

lip_status lip_tape_create(const lip_net *net, size_t rows, lip_tape **tape, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sizes = all_sizes(net);
  lip_tape *made = lip_alloc_zero(1, sizeof *made);
  double *at;

  if (!made) FAIL(LIP_ENOMEM, "a tape");
  made->net = net;
  made->room = rows;
  made->value = lip_alloc(net->nodes, sizeof *made->value);
  made->change = lip_alloc(net->nodes, sizeof *made->change);
  made->block = lip_alloc(2 * rows, sizes * sizeof *made->block);
  if (!made->value || !made->change || !made->block)
    FAIL(LIP_ENOMEM, "the values of a network at %zu points", rows);
  at = made->block;
  for (size_t i = 0; i < net->nodes; i++) {
    made->value[i] = at;
    at += rows * net->node[i].size;
    made->change[i] = at;
    at += rows * net->node[i].size;
  }
  *tape = made;
  made = NULL;
done:
  lip_tape_free(made);
  return st;
}

void lip_tape_free(lip_tape *tape)
{
  if (!tape) return;
  lip_free(tape->value);
  lip_free(tape->change);
  lip_free(tape->block);
  lip_free(tape);
}

const double *lip_tape_value(const lip_tape *tape, size_t node)
{
  return tape->value[node];
}

/* ---- what is not affine ---- */

/* The entry of the parent's value that is largest in a window of channel c. */
static size_t largest_in_window(const lip_node *node, const double *H, size_t c, size_t h, size_t w)
{
  size_t best = LIP_NOWHERE, y, x;

  for (size_t u = 0; u < node->kernel[0]; u++) {
    if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t at;

      if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
      at = (c * node->in_height + y) * node->in_width + x;
      if (best == LIP_NOWHERE || H[at] > H[best]) best = at;
    }
  }
  return best;
}

/* What each window's entry does: to[j] <- from[largest], or back. */
static void max_pool(const lip_node *node, size_t in, size_t rows, const double *H,
                     const double *from, double *to, bool backward)
{
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < node->size; j++) {
      size_t w = j % node->width, h = j / node->width % node->height;
      size_t best = largest_in_window(node, H + r * in, j / (node->width * node->height), h, w);

      if (best == LIP_NOWHERE) continue; /* a window of padding alone: 0 */
      if (backward)
        to[r * in + best] += from[r * node->size + j];
      else
        to[r * node->size + j] = from[r * in + best];
    }
}

static void softmax(size_t size, const double *h, double *y)
{
  double most = h[0], sum = 0;

  for (size_t j = 1; j < size; j++) most = fmax(most, h[j]);
  for (size_t j = 0; j < size; j++) sum += y[j] = exp(h[j] - most);
  for (size_t j = 0; j < size; j++) y[j] /= sum;
}

/* z += (diag(p) - p p') v, the same in both directions. */
static void softmax_change(size_t size, const double *p, const double *v, double *z)
{
  double mean = 0;

  for (size_t j = 0; j < size; j++) mean += p[j] * v[j];
  for (size_t j = 0; j < size; j++) z[j] += p[j] * (v[j] - mean);
}

/* ---- forward ---- */

static lip_status forward_node(lip_tape *tape, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &tape->net->node[i];
  double *Y = tape->value[i], sum = 0;
  const double *H = tape->value[node->parent[0]];
  size_t in = tape->net->node[node->parent[0]].size;

  if (lip_node_is_affine(node->kind)) {
    lip_operator_constant(tape->net, i, tape->rows, Y);
    for (size_t p = 0; p < node->parents; p++)
      TRY(lip_operator_apply(tape->net, i, p, false, tape->rows, tape->value[node->parent[p]], Y,
                             err));
  } else if (node->kind == LIP_NODE_MAX_POOL) {
    memset(Y, 0, tape->rows * node->size * sizeof *Y);
    max_pool(node, in, tape->rows, H, H, Y, false);
  } else if (node->kind == LIP_NODE_ACTIVATION) {
    memcpy(Y, H, tape->rows * node->size * sizeof *Y);
    lip_activation_values(node->activation, tape->rows * node->size, Y);
  } else if (node->kind == LIP_NODE_SOFTMAX) {
    for (size_t r = 0; r < tape->rows; r++) softmax(in, H + r * in, Y + r * in);
  } else {
    FAIL(LIP_EINPUT, "%s: a map that is not affine has no tape", node->name);
  }
  for (size_t j = 0; j < tape->rows * node->size; j++) sum += 0 * Y[j];
  if (!(sum == 0)) FAIL(LIP_ENUMERIC, "%s: a value is not finite", node->name);
done:
  return st;
}

lip_status lip_tape_forward(lip_tape *tape, size_t rows, const double *X, lip_error *err)
{
  lip_status st = LIP_OK;

  tape->rows = rows;
  memcpy(tape->value[0], X, rows * tape->net->node[0].size * sizeof *X);
  for (size_t i = 1; i < tape->net->nodes; i++) TRY(forward_node(tape, i, err));
done:
  return st;
}

/* ---- derivatives ---- */

/* to += psi'(z) o from */
static void activation_change(const lip_node *node, size_t count, const double *z,
                              const double *from, double *to)
{
  for (size_t j = 0; j < count; j++)
    to[j] += lip_activation_slope(node->activation, z[j]) * from[j];
}

/* One node of what is not affine: `from` at its value and `to` at its parent's, or the other way.
 */
static void change_node(lip_tape *tape, size_t i, const double *from, double *to, bool backward)
{
  const lip_node *node = &tape->net->node[i];
  const double *H = tape->value[node->parent[0]];
  size_t in = tape->net->node[node->parent[0]].size;

  if (node->kind == LIP_NODE_MAX_POOL) {
    max_pool(node, in, tape->rows, H, from, to, backward);
  } else if (node->kind == LIP_NODE_ACTIVATION) {
    activation_change(node, tape->rows * in, H, from, to);
  } else {
    for (size_t r = 0; r < tape->rows; r++)
      softmax_change(in, tape->value[i] + r * in, from + r * in, to + r * in);
  }
}

static void clear_changes(lip_tape *tape)
{
  for (size_t i = 0; i < tape->net->nodes; i++)
    memset(tape->change[i], 0, tape->rows * tape->net->node[i].size * sizeof **tape->change);
}

lip_status lip_tape_pull(lip_tape *tape, const double *U, double *G, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = tape->net;
  size_t last = net->nodes - 1;

  clear_changes(tape);
  memcpy(tape->change[last], U, tape->rows * net->node[last].size * sizeof *U);
  for (size_t i = net->nodes; i-- > 1;) {
    const lip_node *node = &net->node[i];

    if (!lip_node_is_affine(node->kind))
      change_node(tape, i, tape->change[i], tape->change[node->parent[0]], true);
    else
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_transpose(net, i, p, false, tape->rows, tape->change[i],
                                   tape->change[node->parent[p]], err));
  }
  memcpy(G, tape->change[0], tape->rows * net->node[0].size * sizeof *G);
done:
  return st;
}

lip_status lip_tape_push(lip_tape *tape, const double *V, double *Z, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = tape->net;
  size_t last = net->nodes - 1;

  clear_changes(tape);
  memcpy(tape->change[0], V, tape->rows * net->node[0].size * sizeof *V);
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (!lip_node_is_affine(node->kind))
      change_node(tape, i, tape->change[node->parent[0]], tape->change[i], false);
    else
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_apply(net, i, p, false, tape->rows, tape->change[node->parent[p]],
                               tape->change[i], err));
  }
  memcpy(Z, tape->change[last], tape->rows * net->node[last].size * sizeof *Z);
done:
  return st;
}
