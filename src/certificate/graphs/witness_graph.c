/* witness_graph.c - derivatives of a graph along a vector at a point, in interval arithmetic.

   Every node's value and its derivative along v are held as middle +- radius. An affine node makes
   L c of a middle and |L| (r + g |c|) (1 + g) of a radius, g = gamma_2(t+2) for sums of t terms:
   its own rounding errors are at most gamma_t |L| |c| (Higham, Accuracy and Stability, 3.1), and
   those of the computed bound are the rest. What is not affine is enclosed entry by entry:
   activations by their values and slopes on an interval (slope_range.h); of a window the largest
   entry where that is certain, else the hull of all that may be it; softmax by p_j = 1 / sum_i
   exp(h_i - h_j) and p_j (v_j - sum_i p_i v_i).

   Points arbitrarily close to x have all their slopes within these enclosures, so that what is
   proved from them is at most the constant, also on a kink.

   cost    two rows through L and two through |L|
   limits  radii grow by |L| from node to node: very deep networks come out wide */
#include "certificate/graphs/witness_graph.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

static const double EXP_WIDER = 0x1p-49; /* as in slope_range.c */

/* Rows of a node: 0 is its value, 1 the derivative along v. */
enum { VALUE, CHANGE, ROWS };

/* middle, radius: by node, ROWS x size */
typedef struct balls {
  const lip_net *net;
  double **middle, **radius;
  double *block, *work; /* work: ROWS x the largest size of a node */
} balls;

static void balls_clear(balls *at)
{
  lip_free(at->middle);
  lip_free(at->radius);
  lip_free(at->block);
  lip_free(at->work);
}

static lip_status balls_create(const lip_net *net, balls *at, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sum = 0, widest = 0;
  double *next;

  *at = (balls){.net = net};
  for (size_t i = 0; i < net->nodes; i++) {
    sum += net->node[i].size;
    if (net->node[i].size > widest) widest = net->node[i].size;
  }
  at->middle = lip_alloc(net->nodes, sizeof *at->middle);
  at->radius = lip_alloc(net->nodes, sizeof *at->radius);
  at->block = lip_alloc(sum, 2 * ROWS * sizeof *at->block);
  at->work = lip_alloc(widest, ROWS * sizeof *at->work);
  if (!at->middle || !at->radius || !at->block || !at->work)
    FAIL(LIP_ENOMEM, "the values of %zu nodes as intervals", net->nodes);
  next = at->block;
  for (size_t i = 0; i < net->nodes; i++) {
    at->middle[i] = next;
    at->radius[i] = next + ROWS * net->node[i].size;
    next += 2 * ROWS * net->node[i].size;
  }
done:
  return st;
}

/* ---- entries as intervals ---- */

static lip_interval get(const balls *at, size_t i, int row, size_t j)
{
  double c = at->middle[i][(size_t)row * at->net->node[i].size + j];
  double r = at->radius[i][(size_t)row * at->net->node[i].size + j];

  if (!isfinite(c) || !isfinite(r)) return (lip_interval){-INFINITY, INFINITY};
  return r == 0 ? lip_interval_of(c) : lip_interval_add(lip_interval_of(c), (lip_interval){-r, r});
}

static void set(balls *at, size_t i, int row, size_t j, lip_interval t)
{
  double c = t.low == t.high ? t.low : t.low / 2 + t.high / 2, r = 0;

  if (t.low < t.high)
    r = fmax(lip_interval_sub(lip_interval_of(t.high), lip_interval_of(c)).high,
             lip_interval_sub(lip_interval_of(c), lip_interval_of(t.low)).high);
  at->middle[i][(size_t)row * at->net->node[i].size + j] = c;
  at->radius[i][(size_t)row * at->net->node[i].size + j] = r;
}

static lip_interval hull(lip_interval s, lip_interval t)
{
  return (lip_interval){fmin(s.low, t.low), fmax(s.high, t.high)};
}

/* ---- nodes ---- */

static lip_status affine(balls *at, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &at->net->node[i];
  size_t terms = lip_operator_terms(at->net, i) + 2;
  bool moves = node->kind == LIP_NODE_CONCAT || (node->kind == LIP_NODE_SELECT && !node->biases);
  double g = moves ? 0 : lip_gamma(2 * terms);
  double tiny = moves ? 0 : 2 * (double)terms * DBL_TRUE_MIN; /* products that underflow */
  double *c = at->middle[i], *r = at->radius[i];

  lip_operator_constant(at->net, i, 1, c);
  for (size_t j = 0; j < node->size; j++) r[j] = lip_up(g * fabs(c[j]));
  memset(c + node->size, 0, node->size * sizeof *c);
  memset(r + node->size, 0, node->size * sizeof *r);
  for (size_t p = 0; p < node->parents; p++) {
    size_t parent = node->parent[p], count = ROWS * at->net->node[parent].size;
    const double *from = at->middle[parent], *around = at->radius[parent];

    for (size_t j = 0; j < count; j++)
      at->work[j] = moves ? around[j] : lip_up(lip_up(g * fabs(from[j])) + around[j]);
    TRY(lip_operator_apply(at->net, i, p, false, ROWS, from, c, err));
    TRY(lip_operator_apply(at->net, i, p, true, ROWS, at->work, r, err));
  }
  for (size_t j = 0; j < ROWS * node->size && !moves; j++)
    r[j] = lip_up(lip_up(r[j] * (1 + 2 * g)) + tiny);
done:
  return st;
}

/* A kink at an end of z counts as inside. */
static void activation(balls *at, size_t i)
{
  const lip_node *node = &at->net->node[i];
  size_t parent = node->parent[0];

  for (size_t j = 0; j < node->size; j++) {
    lip_interval z = get(at, parent, VALUE, j), wider = {lip_down(z.low), lip_up(z.high)};
    lip_interval slope = lip_activation_slopes_on(node->activation, wider);

    set(at, i, VALUE, j, lip_activation_values_on(node->activation, z));
    set(at, i, CHANGE, j, lip_interval_mul(slope, get(at, parent, CHANGE, j)));
  }
}

/* The window of entry j of a maximum: calls at most twice through, first for the least that the
   maximum can be, then for those that reach it. */
static void window(balls *at, size_t i, size_t j)
{
  const lip_node *node = &at->net->node[i];
  size_t parent = node->parent[0], w = j % node->width, h = j / node->width % node->height;
  size_t channel = j / (node->width * node->height), y, x;
  lip_interval value = {-INFINITY, -INFINITY}, change = {0, 0};
  bool any = false;

  for (int pass = 0; pass < 2; pass++)
    for (size_t u = 0; u < node->kernel[0]; u++) {
      if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
      for (size_t v = 0; v < node->kernel[1]; v++) {
        size_t from;
        lip_interval t;

        if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
        from = (channel * node->in_height + y) * node->in_width + x;
        t = get(at, parent, VALUE, from);
        if (pass == 0) {
          value = (lip_interval){fmax(value.low, t.low), fmax(value.high, t.high)};
        } else if (t.high >= value.low) { /* it may be the largest, here or close by */
          change = any ? hull(change, get(at, parent, CHANGE, from))
                       : get(at, parent, CHANGE, from);
          any = true;
        }
      }
    }
  set(at, i, VALUE, j, any ? value : lip_interval_of(0)); /* of padding alone: 0 */
  set(at, i, CHANGE, j, change);
}

static lip_interval exp_on(lip_interval t)
{
  double low = exp(t.low), high = exp(t.high);

  return (lip_interval){fmax(0, lip_down(low - low * EXP_WIDER - DBL_MIN)),
                        lip_up(high + high * EXP_WIDER + DBL_MIN)};
}

/* 1 / sum_i exp(h_i - h_j), between 0 and 1; the term of j itself is exactly 1. */
static lip_interval share(const balls *at, size_t parent, size_t size, size_t j)
{
  lip_interval h = get(at, parent, VALUE, j), sum = {1, 1};

  for (size_t i = 0; i < size; i++)
    if (i != j) sum = lip_interval_add(sum, exp_on(lip_interval_sub(get(at, parent, VALUE, i), h)));
  return (lip_interval){fmax(0, lip_div_down(1, sum.high)), fmin(1, lip_div_up(1, sum.low))};
}

static void softmax(balls *at, size_t i)
{
  const lip_node *node = &at->net->node[i];
  size_t parent = node->parent[0];
  lip_interval mean = {0, 0};

  for (size_t j = 0; j < node->size; j++) {
    lip_interval p = share(at, parent, node->size, j);

    set(at, i, VALUE, j, p);
    mean = lip_interval_add(mean, lip_interval_mul(p, get(at, parent, CHANGE, j)));
  }
  for (size_t j = 0; j < node->size; j++)
    set(at, i, CHANGE, j,
        lip_interval_mul(get(at, i, VALUE, j), lip_interval_sub(get(at, parent, CHANGE, j), mean)));
}

/* ---- from the input to what is asked ---- */

static void start(const lip_claim *claim, const double *x, const double *v, balls *at)
{
  lip_interval length, along, radius;

  if (claim->domain.kind != LIP_ON_SPHERE) {
    for (size_t j = 0; j < claim->d; j++) {
      set(at, 0, VALUE, j, lip_interval_of(x[j]));
      set(at, 0, CHANGE, j, lip_interval_of(v[j]));
    }
    return;
  }
  length = lip_interval_norm(claim->d, x);
  along = lip_interval_over(lip_interval_dot(claim->d, x, v), length);
  radius = lip_interval_of(claim->domain.radius);
  for (size_t j = 0; j < claim->d; j++) {
    lip_interval unit = lip_interval_over(lip_interval_of(x[j]), length);

    set(at, 0, VALUE, j, lip_interval_mul(radius, unit));
    set(at, 0, CHANGE, j, lip_interval_sub(lip_interval_of(v[j]), lip_interval_mul(along, unit)));
  }
}

static bool all_known(const balls *at, size_t i)
{
  for (size_t j = 0; j < ROWS * at->net->node[i].size; j++)
    if (!isfinite(at->middle[i][j]) || !isfinite(at->radius[i][j])) return false;
  return true;
}

lip_status lip_witness_graph_along(const lip_claim *claim, const double *x, const double *v,
                                   lip_interval *along, bool *known, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = claim->net;
  size_t last = net->nodes - 1, first;
  balls at = {.net = NULL};

  TRY(balls_create(net, &at, err));
  start(claim, x, v, &at);
  *known = all_known(&at, 0);
  for (size_t i = 1; i < net->nodes && *known; i++) {
    lip_node_kind kind = net->node[i].kind;

    if (lip_node_is_affine(kind)) TRY(affine(&at, i, err));
    if (kind == LIP_NODE_ACTIVATION) activation(&at, i);
    if (kind == LIP_NODE_SOFTMAX) softmax(&at, i);
    for (size_t j = 0; kind == LIP_NODE_MAX_POOL && j < net->node[i].size; j++) window(&at, i, j);
    *known = all_known(&at, i);
  }
  if (!*known) goto done;
  first = claim->output.kind == LIP_ALL_OUTPUTS ? 0 : claim->output.plus;
  for (size_t j = 0; j < claim->m; j++) along[j] = get(&at, last, CHANGE, first + j);
  if (claim->output.kind == LIP_OUTPUT_DIFFERENCE)
    along[0] = lip_interval_sub(along[0], get(&at, last, CHANGE, claim->output.minus));
done:
  balls_clear(&at);
  return st;
}
