/* graph_product.c - products of operator norms along the paths of a graph.

   l_i bounds the constant of node i's value as a function of the input. Affine with one parent:
   |L_i| l_p; a sum: the sum of its parents' l; a concatenation: their length in the norm; an
   activation: its largest slope on the domain; of windows of largest entries: the root of the
   largest number of windows that meet an entry (norm 2), that number (norm 1), 1 (norm inf);
   softmax: 1/2 in each of the norms. A product of all layers' norms, as if there were no skips,
   would be wrong: it can lie below the constant.

   For one output, or a difference, the row u that asks for it goes back through affine nodes: what
   it makes of node i is at most |u|_* l_i, or the sum over the parents of what L_p'u makes of them,
   whichever is less; where there are no others than affine nodes before the row, that is the
   gradient itself.

   Numbers are kept with an exponent of their own: weights of any size neither overflow nor vanish
   on the way. */
#include "certificate/graphs/graph_product.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/slope_bounds.h"
#include "linalg/round.h"
#include "linalg/vector.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

bool lip_graph_product_reads(const lip_net *net, size_t node)
{
  lip_node_kind kind = net->node[node].kind;

  return lip_node_is_affine(kind) && kind != LIP_NODE_ADD && kind != LIP_NODE_CONCAT;
}

/* ---- sizes: value 2^exponent, value in [1/2, 1) or 0 or infinite ---- */

typedef struct size {
  double value;
  long exponent;
} size;

static size made(double value, long exponent)
{
  int more = 0;

  if (value == 0 || !isfinite(value)) return (size){value == 0 ? 0 : INFINITY, 0};
  value = frexp(value, &more);
  return (size){value, exponent + more};
}

static size times(size s, double factor)
{
  if (s.value == 0 || factor == 0) return (size){0, 0};
  if (isinf(s.value)) return s;
  s = made(s.value, s.exponent);
  {
    size f = made(factor, 0);

    if (isinf(f.value)) return f;
    return made(lip_mul_up(s.value, f.value), s.exponent + f.exponent);
  }
}

/* (s^p + t^p)^(1/p) for p = 1, 2; the larger one for p = 0. */
static size joined(size s, size t, int p)
{
  long apart;
  double small;

  if (s.value == 0 || isinf(t.value)) return t;
  if (t.value == 0 || isinf(s.value)) return s;
  if (s.exponent < t.exponent || (s.exponent == t.exponent && s.value < t.value)) {
    size other = s;

    s = t;
    t = other;
  }
  if (p == 0) return s;
  apart = s.exponent - t.exponent;
  small = lip_up(ldexp(t.value, apart > 1000 ? -1000 : -(int)apart));
  if (p == 1) return made(lip_add_up(s.value, small), s.exponent);
  return made(lip_sqrt_up(lip_add_up(lip_mul_up(s.value, s.value), lip_mul_up(small, small))),
              s.exponent);
}

static double as_number(size s)
{
  double result;

  if (s.value == 0 || isinf(s.value)) return s.value;
  if (s.exponent > 1100) return INFINITY;
  result = ldexp(s.value, s.exponent < -2000 ? -2000 : (int)s.exponent);
  return ldexp(result, (int)-s.exponent) == s.value ? result : lip_up(result);
}

/* ---- nodes that are not affine ---- */

static double largest_slope(const lip_slope_bounds *slopes, size_t node, size_t count)
{
  double slope = 0;

  for (size_t j = 0; j < count; j++)
    slope = fmax(slope, fmax(fabs(slopes->low[node][j]), fabs(slopes->high[node][j])));
  return slope;
}

/* The largest number of windows along an axis that meet one entry. */
static size_t most_windows(const lip_node *node, size_t axis, size_t in, size_t out, size_t *counts)
{
  size_t most = 0, entry;

  memset(counts, 0, in * sizeof *counts);
  for (size_t o = 0; o < out; o++)
    for (size_t u = 0; u < node->kernel[axis]; u++)
      if (lip_window_entry(node, axis, in, o, u, &entry) && ++counts[entry] > most) most++;
  return most;
}

lip_status lip_graph_product_of_windows(const lip_node *node, lip_norm_kind norm, double *constant,
                                        lip_error *err)
{
  size_t longer = node->in_height > node->in_width ? node->in_height : node->in_width, meets;
  size_t *counts = lip_alloc(longer, sizeof *counts);

  if (!counts) return lip_fail(err, LIP_ENOMEM, "%zu counts", longer);
  meets = most_windows(node, 0, node->in_height, node->height, counts) *
          most_windows(node, 1, node->in_width, node->width, counts);
  lip_free(counts);
  *constant = norm == LIP_NORM_INF ? (meets > 0) : (double)meets;
  if (norm == LIP_NORM_2 && meets > 1) *constant = lip_sqrt_up((double)meets);
  return LIP_OK;
}

/* ---- every node ---- */

/* How much longer than each part a concatenation or a sum is, as an exponent for joined(). */
static int joining(lip_node_kind kind, lip_norm_kind norm)
{
  if (kind == LIP_NODE_ADD || norm == LIP_NORM_1) return 1;
  return norm == LIP_NORM_2 ? 2 : 0;
}

static lip_status find_sizes(const lip_claim *claim, const double *norm,
                             const lip_slope_bounds *slopes, size *l, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = claim->net;

  l[0] = made(1, 0);
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    size before = l[node->parent[0]];
    double constant = 0.5; /* of softmax */

    if (node->kind == LIP_NODE_ADD || node->kind == LIP_NODE_CONCAT) {
      l[i] = before;
      for (size_t p = 1; p < node->parents; p++)
        l[i] = joined(l[i], l[node->parent[p]], joining(node->kind, claim->norm));
      continue;
    }
    if (lip_graph_product_reads(net, i)) constant = norm[i];
    if (node->kind == LIP_NODE_ACTIVATION) constant = largest_slope(slopes, i, node->size);
    if (node->kind == LIP_NODE_MAX_POOL)
      TRY(lip_graph_product_of_windows(node, claim->norm, &constant, err));
    l[i] = times(before, constant);
  }
done:
  return st;
}

/* ---- the row that is asked for ---- */

/* Rows on their way back: by node, NULL where none arrived; entries within +- radius. */
typedef struct rows {
  const lip_claim *claim;
  const size *l;
  double **row, **radius;
} rows;

/* |u| in the dual norm, from above. */
static size length_up(lip_norm_kind norm, size_t count, const double *u, const double *radius)
{
  size sum = {0, 0};
  int p = norm == LIP_NORM_2 ? 2 : norm == LIP_NORM_1 ? 0 : 1;

  for (size_t j = 0; j < count; j++)
    sum = joined(sum, made(lip_add_up(fabs(u[j]), radius[j]), 0), p);
  return sum;
}

static size product_of(size s, size t)
{
  if (s.value == 0 || t.value == 0) return (size){0, 0};
  if (isinf(s.value) || isinf(t.value)) return (size){INFINITY, 0};
  return made(lip_mul_up(s.value, t.value), s.exponent + t.exponent);
}

static lip_status row_of(rows *in, size_t node, lip_error *err)
{
  size_t count = in->claim->net->node[node].size;

  if (in->row[node]) return LIP_OK;
  in->row[node] = lip_alloc_zero(count, sizeof **in->row);
  in->radius[node] = lip_alloc_zero(count, sizeof **in->radius);
  if (!in->row[node] || !in->radius[node])
    return lip_fail(err, LIP_ENOMEM, "a row of %zu numbers", count);
  return LIP_OK;
}

/* The row of `node` adds L_p' of itself to those of its parents. */
static lip_status pull_row(rows *in, size_t node, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  const lip_node *at = &net->node[node];
  size_t terms = lip_operator_terms_transposed(net, node) + 3;
  double g = lip_gamma(2 * terms), tiny = 2 * (double)terms * DBL_TRUE_MIN;
  double *sizes = lip_alloc(at->size, sizeof *sizes);

  if (!sizes) FAIL(LIP_ENOMEM, "a row of %zu numbers", at->size);
  for (size_t p = 0; p < at->parents; p++) {
    size_t parent = at->parent[p], count = net->node[parent].size;

    TRY(row_of(in, parent, err));
    for (size_t j = 0; j < at->size; j++)
      sizes[j] = lip_up(lip_up(g * fabs(in->row[node][j])) + in->radius[node][j]);
    for (size_t j = 0; j < count; j++) /* what is there is rounded once more */
      in->radius[parent][j] = lip_up(in->radius[parent][j] + lip_up(g * fabs(in->row[parent][j])));
    TRY(lip_operator_transpose(net, node, p, false, 1, in->row[node], in->row[parent], err));
    TRY(lip_operator_transpose(net, node, p, true, 1, sizes, in->radius[parent], err));
    for (size_t j = 0; j < count; j++)
      in->radius[parent][j] = lip_up(lip_up(in->radius[parent][j] * (1 + 2 * g)) + tiny);
  }
done:
  lip_free(sizes);
  return st;
}

/* Stops at what is not affine: those terms are added up. Before that, at each node that alone has a
   row, the whole is also at most its length times l. */
static lip_status bound_of_row(rows *in, size *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  size sum = {0, 0}, best = {INFINITY, 0};
  size_t open = 1;

  for (size_t i = net->nodes; i-- > 0;) {
    size here, alone;

    if (!in->row[i]) continue;
    open--;
    here = product_of(length_up(in->claim->norm, net->node[i].size, in->row[i], in->radius[i]),
                      in->l[i]);
    alone = joined(sum, here, 1);
    if (open == 0 && as_number(alone) < as_number(best)) best = alone;
    if (i == 0 || !lip_node_is_affine(net->node[i].kind)) {
      sum = alone;
      continue;
    }
    for (size_t p = 0; p < net->node[i].parents; p++) {
      bool fresh = !in->row[net->node[i].parent[p]];

      if (fresh) open++;
      TRY(row_of(in, net->node[i].parent[p], err));
    }
    TRY(pull_row(in, i, err));
    lip_free(in->row[i]);
    lip_free(in->radius[i]);
    in->row[i] = in->radius[i] = NULL;
  }
  *bound = as_number(sum) < as_number(best) ? sum : best;
done:
  return st;
}

static lip_status ask_row(const lip_claim *claim, const size *l, size *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = claim->net->nodes, last = nodes - 1;
  rows in = {.claim = claim, .l = l};

  in.row = lip_alloc_zero(nodes, sizeof *in.row);
  in.radius = lip_alloc_zero(nodes, sizeof *in.radius);
  if (!in.row || !in.radius) FAIL(LIP_ENOMEM, "rows of %zu nodes", nodes);
  TRY(row_of(&in, last, err));
  in.row[last][claim->output.plus] = 1;
  if (claim->output.kind == LIP_OUTPUT_DIFFERENCE) in.row[last][claim->output.minus] = -1;
  TRY(bound_of_row(&in, bound, err));
done:
  for (size_t i = 0; i < nodes && in.row && in.radius; i++) {
    lip_free(in.row[i]);
    lip_free(in.radius[i]);
  }
  lip_free(in.row);
  lip_free(in.radius);
  return st;
}

lip_status lip_graph_product(const lip_claim *claim, const double *norm, bool everywhere,
                             double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_bounds *slopes = NULL;
  size *l = lip_alloc(claim->net->nodes, sizeof *l), whole;

  if (!l) FAIL(LIP_ENOMEM, "the sizes of %zu nodes", claim->net->nodes);
  if (everywhere)
    TRY(lip_slope_bounds_everywhere(claim->net, &slopes, err));
  else
    TRY(lip_slope_bounds_create(claim, &slopes, control, err));
  TRY(find_sizes(claim, norm, slopes, l, err));
  whole = l[claim->net->nodes - 1];
  if (claim->output.kind != LIP_ALL_OUTPUTS) TRY(ask_row(claim, l, &whole, err));
  *bound = as_number(whole);
done:
  lip_slope_bounds_free(slopes);
  lip_free(l);
  return st;
}
