/* slope_back.c - rows pushed back through a graph whose activations are replaced by middle slopes.

   A slope between alpha and beta is (alpha + beta) / 2 + e, |e| <= (beta - alpha) / 2: what is left
   is linear, and a push through it keeps what cancels between neurons (the loop transformation of
   Fazlyab, Entesari, Roy, Chellappa, "Certified robustness via dynamic margin maximization and
   improved Lipschitz regularization", NeurIPS 2023: LipLT). */
#include "certificate/graphs/slope_back.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

void lip_slope_back_free(lip_slope_back *back)
{
  if (!back) return;
  for (size_t i = 0; back->node && i < back->net->nodes; i++) {
    lip_free(back->node[i].middle);
    lip_free(back->node[i].pick);
  }
  lip_free(back->node);
  lip_free(back->coefficient);
  lip_free(back->reached);
  lip_free(back->room);
  lip_free(back);
}

/* Roundings on the way of one product into a coefficient of node i. */
static size_t terms_into(const lip_net *net, size_t i)
{
  size_t terms = 2;

  for (size_t n = i + 1; n < net->nodes; n++)
    for (size_t p = 0; p < net->node[n].parents; p++)
      if (net->node[n].parent[p] == i)
        terms += net->node[n].kind == LIP_NODE_MAX_POOL
                     ? net->node[n].kernel[0] * net->node[n].kernel[1]
                     : lip_operator_terms_transposed(net, n);
  return terms;
}

lip_status lip_slope_back_create(const lip_net *net, lip_slope_back **back, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *made = lip_alloc_zero(1, sizeof *made);
  size_t terms = 0, widest = 0;

  if (!made) FAIL(LIP_ENOMEM, "slopes of a graph");
  made->net = net;
  made->node = lip_alloc_zero(net->nodes, sizeof *made->node);
  made->coefficient = lip_alloc_zero(net->nodes, sizeof *made->coefficient);
  made->reached = lip_alloc_zero(net->nodes, sizeof *made->reached);
  if (!made->node || !made->coefficient || !made->reached) FAIL(LIP_ENOMEM, "slopes of a graph");
  for (size_t i = 0; i < net->nodes; i++) {
    lip_middle *node = &made->node[i];
    size_t size = net->node[i].size, into = terms_into(net, i);

    terms = into > terms ? into : terms;
    widest = size > widest ? size : widest;
    if (i == 0 || lip_node_is_affine(net->node[i].kind)) continue;
    node->middle = lip_alloc(3 * size, sizeof *node->middle);
    node->pick = lip_alloc(size, sizeof *node->pick);
    if (!node->middle || !node->pick) FAIL(LIP_ENOMEM, "%zu slopes", size);
    node->radius = node->middle + size;
    node->most = node->middle + 2 * size;
  }
  made->gamma = lip_gamma(terms + widest + 4 * net->nodes + 64);
  made->underflow = 2 * (double)terms * DBL_TRUE_MIN;
  *back = made;
  made = NULL;
done:
  lip_slope_back_free(made);
  return st;
}

/* ---- slopes ---- */

static void set_activation(lip_slope_back *back, size_t i)
{
  const lip_node *node = &back->net->node[i];
  lip_middle *to = &back->node[i];
  const double *low = back->values->low[node->parent[0]];
  const double *high = back->values->high[node->parent[0]];

  for (size_t j = 0; j < node->size; j++) {
    lip_interval s = lip_activation_slopes_on(node->activation, (lip_interval){low[j], high[j]});
    double middle = s.low / 2 + s.high / 2;

    if (!isfinite(middle)) middle = 0;
    to->middle[j] = middle;
    to->radius[j] = s.low == s.high ? 0 : lip_up(fmax(s.high - middle, middle - s.low));
    to->most[j] = fmax(fabs(s.low), fabs(s.high));
    to->pick[j] = j;
  }
}

void lip_pool_candidates(const lip_value_bounds *values, size_t i, size_t j,
                         void (*visit)(void *context, size_t at), void *context)
{
  const lip_node *node = &values->net->node[i];
  size_t from = node->parent[0], places = node->height * node->width, y, x;
  size_t c = j / places, h = j / node->width % node->height, w = j % node->width;

  for (size_t u = 0; u < node->kernel[0]; u++)
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t at;

      if (!lip_window_entry(node, 0, node->in_height, h, u, &y) ||
          !lip_window_entry(node, 1, node->in_width, w, v, &x))
        continue;
      at = (c * node->in_height + y) * node->in_width + x;
      /* values->low[i][j] is the largest lower bound in the window */
      if (values->high[from][at] >= values->low[i][j]) visit(context, at);
    }
}

typedef struct only_one {
  size_t count, at;
} only_one;

static void count_one(void *context, size_t at)
{
  only_one *one = context;

  one->count++;
  one->at = at;
}

static void set_window(lip_slope_back *back, size_t i, size_t j)
{
  lip_middle *to = &back->node[i];
  only_one one = {0, 0};

  lip_pool_candidates(back->values, i, j, count_one, &one);
  to->pick[j] = one.at;
  to->middle[j] = one.count == 1;
  to->radius[j] = one.count > 1;
  to->most[j] = one.count > 0; /* nothing but padding: 0 */
}

/* p (1 - p) over the bounds of p, which contain its largest value 1/4 or not. */
static void set_softmax(lip_slope_back *back, size_t i)
{
  lip_middle *to = &back->node[i];

  for (size_t j = 0; j < back->net->node[i].size; j++) {
    double low = back->values->low[i][j], high = back->values->high[i][j], p = 0.5;

    if (high < p) p = high;
    if (low > p) p = low;
    to->pick[j] = 0;
    to->middle[j] = 0;
    to->radius[j] = to->most[j] = fmin(0.25, lip_up(p * lip_up(1 - p)));
  }
}

void lip_slope_back_set(lip_slope_back *back, const lip_value_bounds *values)
{
  back->values = values;
  for (size_t i = 0; i < back->net->nodes; i++) {
    switch (back->net->node[i].kind) {
    case LIP_NODE_ACTIVATION:
      set_activation(back, i);
      break;
    case LIP_NODE_MAX_POOL:
      for (size_t j = 0; j < back->net->node[i].size; j++) set_window(back, i, j);
      break;
    case LIP_NODE_SOFTMAX:
      set_softmax(back, i);
      break;
    default:
      break;
    }
  }
}

/* ---- pushes ---- */

double lip_slope_back_cost(lip_slope_back *back, size_t at, size_t *doubles)
{
  double flops = 0;

  memset(back->reached, 0, back->net->nodes * sizeof *back->reached);
  back->reached[at] = true;
  *doubles = 0;
  for (size_t i = at + 1; i-- > 0;) {
    const lip_node *node = &back->net->node[i];
    double each = node->kind == LIP_NODE_CONVOLUTION ? (double)(node->height * node->width) : 1;

    if (!back->reached[i]) continue;
    *doubles += node->size;
    flops += 2 * (double)node->weights * each + 8 * (double)node->size;
    for (size_t p = 0; p < node->parents; p++) back->reached[node->parent[p]] = true;
  }
  return flops;
}

lip_status lip_slope_back_place(lip_slope_back *back, size_t at, size_t rows, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sizes = 0;

  for (size_t i = 0; i <= at; i++)
    if (back->reached[i]) sizes += back->net->node[i].size;
  if (back->room_size < rows * sizes) {
    lip_free(back->room);
    back->room_size = 0;
    back->room = lip_alloc(rows, sizes * sizeof *back->room);
    if (!back->room) FAIL(LIP_ENOMEM, "coefficients of %zu x %zu values", rows, sizes);
    back->room_size = rows * sizes;
  }
  memset(back->room, 0, rows * sizes * sizeof *back->room);
  sizes = 0;
  for (size_t i = 0; i <= at; i++) {
    if (!back->reached[i]) continue;
    back->coefficient[i] = back->room + rows * sizes;
    sizes += back->net->node[i].size;
  }
done:
  return st;
}

static void push_middle(lip_slope_back *back, size_t i, size_t rows)
{
  const lip_node *node = &back->net->node[i];
  const lip_middle *slopes = &back->node[i];
  size_t in = back->net->node[node->parent[0]].size;

  for (size_t r = 0; r < rows; r++) {
    const double *from = back->coefficient[i] + r * node->size;
    double *to = back->coefficient[node->parent[0]] + r * in;

    for (size_t j = 0; j < node->size; j++)
      if (slopes->middle[j] != 0) to[slopes->pick[j]] += slopes->middle[j] * from[j];
  }
}

lip_status lip_slope_back_push(lip_slope_back *back, size_t at, size_t rows, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = back->net;

  for (size_t i = at + 1; i-- > 1;) {
    const lip_node *node = &net->node[i];

    if (!back->reached[i]) continue;
    if (!lip_node_is_affine(node->kind)) {
      push_middle(back, i, rows);
      continue;
    }
    for (size_t p = 0; p < node->parents; p++)
      TRY(lip_operator_transpose(net, i, p, false, rows, back->coefficient[i],
                                 back->coefficient[node->parent[p]], err));
  }
done:
  return st;
}
