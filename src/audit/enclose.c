/* enclose.c - outputs of a network with their rounding errors bounded.

   Node by node, for blocks of points: a value h is known as a double with an error of at most e. An
   affine node L h + b, summed in any order, then has an error of at most

     |L| (e + g |h|) + g |b|,   g = gamma_t = t u / (1 - t u),   u = 2^-53,   t terms and a few
   more,

   (Higham, Accuracy and Stability, section 3.1) plus what underflow loses, less than the smallest
   normal number for each product. That bound is itself a sum of numbers that are not negative, made
   a little larger than its own rounding. An activation maps the interval about each number to an
   enclosure (certificate/slope_range.h), which becomes a double with an error again. A largest
   entry is off by at most the largest error in its window. A softmax s, of which the sum of |ds_j /
   dz_i| over i is 2 s_j (1 - s_j) <= 1/2, is off by at most half the largest error, and its own
   rounding.

   cost    two passes of the network
   limits  the error is that of the worst case, some 1e-13 for networks of usual size */
#include "audit/enclose.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"
#include "net/tape.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_TERMS = 1 << 24 };

/* The values of all nodes at some points, and bounds on what they are off: by node, rows x size. */
typedef struct values {
  const lip_net *net;
  size_t rows;
  double **h, **e;
  double *work; /* rows x the largest size */
  double *block;
} values;

static bool can_enclose(const lip_net *net)
{
  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_MAP || lip_operator_terms(net, i) > MOST_TERMS) return false;
  return true;
}

static lip_status prepare(values *all, size_t room, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = all->net;
  size_t sum = 0, largest = 0;
  double *at;

  for (size_t i = 0; i < net->nodes; i++) {
    sum += net->node[i].size;
    if (net->node[i].size > largest) largest = net->node[i].size;
  }
  all->h = lip_alloc(2 * net->nodes, sizeof *all->h);
  all->block = lip_alloc(room, (2 * sum + largest) * sizeof *all->block);
  if (!all->h || !all->block) FAIL(LIP_ENOMEM, "the values of a network at %zu points", room);
  all->e = all->h + net->nodes;
  at = all->block;
  for (size_t i = 0; i < net->nodes; i++) {
    all->h[i] = at;
    all->e[i] = at + room * net->node[i].size;
    at += 2 * room * net->node[i].size;
  }
  all->work = at;
done:
  return st;
}

static lip_status affine(values *all, size_t at, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = all->net;
  const lip_node *node = &net->node[at];
  size_t rows = all->rows, count = rows * node->size, terms = lip_operator_terms(net, at) + 4;
  const double gamma = lip_gamma(terms), more = 1 + 4 * lip_gamma(terms + 8);
  double *h = all->h[at], *e = all->e[at];

  lip_operator_constant(net, at, rows, h);
  for (size_t i = 0; i < count; i++) e[i] = gamma * fabs(h[i]);
  for (size_t p = 0; p < node->parents; p++) {
    size_t from = node->parent[p], size = rows * net->node[from].size;

    TRY(lip_operator_apply(net, at, p, false, rows, all->h[from], h, err));
    for (size_t i = 0; i < size; i++)
      all->work[i] = all->e[from][i] + gamma * fabs(all->h[from][i]);
    TRY(lip_operator_apply(net, at, p, true, rows, all->work, e, err));
  }
  for (size_t i = 0; i < count; i++) e[i] = e[i] * more + (double)(4 * terms) * DBL_MIN;
done:
  return st;
}

static lip_interval about(double h, double e)
{
  return (lip_interval){lip_down(h - e), lip_up(h + e)};
}

/* psi over the intervals: their middles, and how far the ends are. */
static void activate(const values *all, size_t at)
{
  const lip_node *node = &all->net->node[at];
  const double *h = all->h[node->parent[0]], *e = all->e[node->parent[0]];

  for (size_t i = 0; i < all->rows * node->size; i++) {
    lip_interval t = lip_activation_values_on(node->activation, about(h[i], e[i]));
    double middle = t.low + (t.high - t.low) / 2;

    all->h[at][i] = middle;
    all->e[at][i] = lip_up(fmax(t.high - middle, middle - t.low));
  }
}

static void largest_of_window(const lip_node *node, const double *h, const double *e,
                              size_t channel, size_t y, size_t x, double *value, double *error)
{
  size_t row, column;

  *value = -INFINITY;
  *error = 0;
  for (size_t u = 0; u < node->kernel[0]; u++) {
    if (!lip_window_entry(node, 0, node->in_height, y, u, &row)) continue;
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t at;

      if (!lip_window_entry(node, 1, node->in_width, x, v, &column)) continue;
      at = (channel * node->in_height + row) * node->in_width + column;
      *value = fmax(*value, h[at]);
      *error = fmax(*error, e[at]);
    }
  }
  if (isinf(*value)) *value = 0; /* padding alone */
}

static void take_largest(const values *all, size_t at)
{
  const lip_node *node = &all->net->node[at];
  size_t from = node->parent[0], in = all->net->node[from].size;

  for (size_t r = 0; r < all->rows; r++)
    for (size_t c = 0, j = r * node->size; c < node->channels; c++)
      for (size_t y = 0; y < node->height; y++)
        for (size_t x = 0; x < node->width; x++, j++)
          largest_of_window(node, all->h[from] + r * in, all->e[from] + r * in, c, y, x,
                            &all->h[at][j], &all->e[at][j]);
}

/* exp is taken to be right to 4 units in the last place; a difference d before it has an error of
   u d. */
static void soften(const values *all, size_t at)
{
  size_t m = all->net->node[at].size, from = all->net->node[at].parent[0];
  const double u = DBL_EPSILON;

  for (size_t r = 0; r < all->rows; r++) {
    const double *z = all->h[from] + r * m, *e = all->e[from] + r * m;
    double *s = all->h[at] + r * m, *off = all->e[at] + r * m;
    double top = -INFINITY, span = 0, error = 0, sum = 0;

    for (size_t j = 0; j < m; j++) top = fmax(top, z[j]);
    for (size_t j = 0; j < m; j++) {
      error = fmax(error, e[j]);
      span = fmax(span, fmin(top - z[j], 800));
      s[j] = exp(z[j] - top);
      sum += s[j];
    }
    for (size_t j = 0; j < m; j++) {
      s[j] /= sum;
      off[j] = lip_up(error / 2 + s[j] * (2 * span + 2 * (double)m + 32) * u + DBL_MIN);
    }
  }
}

static bool all_finite(size_t count, const double *h, const double *e)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) sum += 0 * h[i] + 0 * e[i]; /* 0 unless one is not finite */
  return sum == 0;
}

static lip_status enclose_block(values *all, const double *X, lip_interval *v, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = all->net;
  size_t d = lip_net_inputs(net), count, last = net->nodes - 1;

  memcpy(all->h[0], X, all->rows * d * sizeof *X);
  memset(all->e[0], 0, all->rows * d * sizeof *all->e[0]);
  for (size_t i = 1; i < net->nodes; i++) {
    if (lip_node_is_affine(net->node[i].kind))
      TRY(affine(all, i, err));
    else if (net->node[i].kind == LIP_NODE_ACTIVATION)
      activate(all, i);
    else if (net->node[i].kind == LIP_NODE_MAX_POOL)
      take_largest(all, i);
    else
      soften(all, i);
    if (!all_finite(all->rows * net->node[i].size, all->h[i], all->e[i]))
      FAIL(LIP_ENUMERIC, "node %zu of the network overflows at a point of the data", i);
  }
  count = all->rows * net->node[last].size;
  for (size_t i = 0; i < count; i++) v[i] = about(all->h[last][i], all->e[last][i]);
done:
  return st;
}

static lip_status take_values(const lip_net *net, size_t rows, const double *X, lip_interval *v,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = lip_net_outputs(net);
  double *Y = lip_alloc(rows, m * sizeof *Y);

  if (!Y) FAIL(LIP_ENOMEM, "%zu x %zu outputs", rows, m);
  TRY(lip_net_values(net, rows, X, Y, err));
  for (size_t i = 0; i < rows * m; i++) v[i] = lip_interval_of(Y[i]);
done:
  lip_free(Y);
  return st;
}

lip_status lip_enclose_values(const lip_net *net, size_t rows, const double *X, lip_interval *v,
                              bool *certain, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net), room = lip_tape_rows(net, rows);
  values all = {.net = net};

  *certain = can_enclose(net);
  if (!*certain) return take_values(net, rows, X, v, err);
  TRY(prepare(&all, room, err));
  for (size_t first = 0; first < rows; first += room) {
    all.rows = rows - first < room ? rows - first : room;
    TRY(enclose_block(&all, X + first * d, v + first * m, err));
  }
done:
  lip_free(all.h);
  lip_free(all.block);
  return st;
}
