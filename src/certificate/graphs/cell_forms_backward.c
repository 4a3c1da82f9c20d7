/* cell_forms_backward.c - proves that a cell of the space has no inner point where that does not
   depend on x: a positive sum of values that cannot be negative is no negative number.

   A functional of the neurons' arguments, at first the rows of the last node, goes back through the
   graph. A neuron whose value y has the coefficient c is replaced by its argument: where it has the
   side t and slope s there, c y = c s z <= (c s + w t) z for any w >= 0, the row's weight; and any
   coefficient l of z will do for which (l - c s) t >= 0, so also 0, once c s t <= 0 is certain.
   Where nothing is left when the input is reached, what has been added of constants is above the
   sum everywhere. Cost: one pass over the weights, twice. */
#include "certificate/graphs/cell_forms_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/interval.h"
#include "linalg/verified.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double CANCELS = 1e-6; /* relative: what is meant to be 0 */

/* Coefficients of the values of all nodes. */
typedef struct functional {
  const lip_cell_forms *forms;
  const double *weight; /* by neuron: side times weight of the rows, else 0 */
  double **c, **r;      /* by node: center, radius */
  double *block, *work;
  lip_interval h; /* constants added */
  bool failed;
} functional;

static lip_status allocate(functional *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->forms->claim->net;
  size_t sum = 0, widest = 0;

  for (size_t i = 0; i < net->nodes; i++) {
    sum += net->node[i].size;
    if (net->node[i].size > widest) widest = net->node[i].size;
  }
  in->c = lip_alloc(net->nodes, 2 * sizeof *in->c);
  in->block = lip_alloc_zero(sum, 2 * sizeof *in->block);
  in->work = lip_alloc(widest, 2 * sizeof *in->work);
  if (!in->c || !in->block || !in->work) FAIL(LIP_ENOMEM, "%zu coefficients", sum);
  in->r = in->c + net->nodes;
  sum = 0;
  for (size_t i = 0; i < net->nodes; i++) {
    in->c[i] = in->block + sum;
    in->r[i] = in->c[i] + net->node[i].size;
    sum += 2 * net->node[i].size;
  }
done:
  return st;
}

/* coefficient e of node `at` += center +- radius */
static void add(functional *in, size_t at, size_t e, double center, double radius)
{
  double *c = &in->c[at][e], *r = &in->r[at][e];
  bool first = *c == 0;

  *c += center;
  if (radius > 0) *r = lip_add_up(*r, radius);
  if (!first && center != 0) *r = lip_add_up(*r, fabs(*c) * DBL_EPSILON);
}

/* Is c y <= 0 for certain, whatever the neuron's z may be on the cell? */
static bool may_vanish(const lip_cell_forms *forms, size_t neuron, double low, double high)
{
  lip_activation psi = forms->claim->net->node[forms->node[neuron]].activation;

  for (int t = -1; t <= 1; t += 2) {
    double slope = lip_activation_slope(psi, t);

    if (forms->side[neuron] == -t) continue;
    if (slope < forms->low[neuron] || slope > forms->high[neuron]) continue;
    if (slope * t > 0 && !(high <= 0)) return false;
    if (slope * t < 0 && !(low >= 0)) return false;
  }
  return true;
}

static void pass_neurons(functional *in, size_t at)
{
  const lip_node *node = &in->forms->claim->net->node[at];

  for (size_t j = 0; j < node->size && !in->failed; j++) {
    size_t neuron = in->forms->first[at] + j;
    double c = in->c[at][j], r = in->r[at][j], w = in->weight[neuron], low, high, product, error;
    bool any = c != 0 || r != 0;

    if (!any && w == 0) continue;
    lip_cell_slopes(in->forms, neuron, &low, &high);
    product = low * c;
    if (any && (low == high ? fabs(product + w) <= CANCELS * (fabs(product) + fabs(w)) : w == 0) &&
        may_vanish(in->forms, neuron, lip_add_down(c, -r), lip_add_up(c, r)))
      continue;
    in->failed = any && low != high; /* no bound from above is known here */
    error = low != 0 && r > 0 ? lip_mul_up(fabs(low), r) : 0;
    if (low != 0 && fabs(low) != 1)
      error = lip_add_up(error, lip_mul_up(fabs(product), DBL_EPSILON));
    if (low != 0 && c != 0 && fabs(product) < 1e-290) error = lip_add_up(error, DBL_MIN);
    if (product != 0 && w != 0) error = lip_add_up(error, fabs(product + w) * DBL_EPSILON);
    add(in, node->parent[0], j, product + w, error);
  }
}

static bool is_zero(const functional *in, size_t at)
{
  for (size_t j = 0; j < in->forms->claim->net->node[at].size; j++)
    if (in->c[at][j] != 0 || in->r[at][j] != 0) return false;
  return true;
}

/* h += coefficients . constant */
static void add_constant(functional *in, size_t at)
{
  const lip_net *net = in->forms->claim->net;

  lip_operator_constant(net, at, 1, in->work);
  for (size_t j = 0; j < net->node[at].size; j++) {
    lip_interval c = {lip_add_down(in->c[at][j], -in->r[at][j]),
                      lip_add_up(in->c[at][j], in->r[at][j])};

    if (in->work[j] != 0 && (in->c[at][j] != 0 || in->r[at][j] != 0))
      in->h = lip_interval_add(in->h, lip_interval_mul(c, lip_interval_of(in->work[j])));
  }
}

static lip_status pass_affine(functional *in, size_t at, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->forms->claim->net;
  const lip_node *node = &net->node[at];
  double gamma = lip_gamma(lip_operator_terms_transposed(net, at) + 2), smallest = 1;
  double *error = in->work;

  add_constant(in, at);
  for (size_t j = 0; j < node->size; j++) {
    double size = lip_add_up(fabs(in->c[at][j]), in->r[at][j]);

    bool any = in->c[at][j] != 0 || in->r[at][j] != 0;

    error[j] = any ? lip_add_up(in->r[at][j], lip_mul_up(gamma, size)) : 0;
    if (error[j] > 0) smallest = fmin(smallest, error[j]);
  }
  if (!(smallest * in->forms->storage->sizes[at].least > 1e-290)) in->failed = true;
  for (size_t p = 0; p < node->parents && !in->failed; p++) {
    size_t to = node->parent[p], size = net->node[to].size;
    double *before = lip_alloc_zero(size, 2 * sizeof *before), *after = before + size;

    if (!before) FAIL(LIP_ENOMEM, "%zu coefficients", size);
    st = lip_operator_transpose(net, at, p, false, 1, in->c[at], before, err);
    if (st == LIP_OK) st = lip_operator_transpose(net, at, p, true, 1, error, after, err);
    for (size_t e = 0; st == LIP_OK && e < size; e++)
      if (before[e] != 0 || after[e] != 0)
        add(in, to, e, before[e], lip_mul_up(after[e], lip_add_up(1, 2 * gamma)));
    lip_free(before);
    if (st != LIP_OK) goto done;
  }
done:
  return st;
}

static lip_status go_back(functional *in, size_t from, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->forms->claim->net;

  for (size_t i = from + 1; i-- > 0 && !in->failed;) {
    if (net->node[i].kind == LIP_NODE_ACTIVATION)
      pass_neurons(in, i);
    else if (is_zero(in, i))
      continue;
    else if (net->node[i].kind == LIP_NODE_INPUT)
      in->failed = true;
    else
      TRY(pass_affine(in, i, err));
  }
done:
  return st;
}

/* Where the sum of constants is exactly 0, a row whose weight has stayed may not be 0 all over the
   cell: one of the node where it began. */
static bool a_row_has_gradient(const lip_cell_forms *forms, size_t last, size_t count,
                               const lip_side_row *row)
{
  for (size_t r = 0; r < count; r++) {
    const double *c, *e;
    size_t stride = lip_cell_forms_argument(forms, row[r].neuron, &c, &e);

    if (forms->node[row[r].neuron] != last) continue;
    for (size_t i = 0; i < forms->d; i++)
      if (fabs(c[i * stride]) > e[i * stride]) return true;
  }
  return false;
}

lip_status lip_cell_empty_backward(lip_cell_forms *forms, size_t count, const lip_side_row *row,
                                   bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  double *weight = lip_alloc_zero(forms->neurons, sizeof *weight);
  functional in = {.forms = forms, .weight = weight};
  size_t last = 0;

  if (!weight) FAIL(LIP_ENOMEM, "%zu weights", forms->neurons);
  TRY(allocate(&in, err));
  for (size_t r = 0; r < count; r++) {
    double *w = &weight[row[r].neuron];

    if (forms->node[row[r].neuron] > last) last = forms->node[row[r].neuron];
    if (*w != 0) goto done; /* twice the same */
    *w = row[r].side * row[r].weight;
  }
  TRY(go_back(&in, last, err));
  *empty = !in.failed &&
           (in.h.high < 0 || (in.h.high == 0 && a_row_has_gradient(forms, last, count, row)));
done:
  lip_free(weight);
  lip_free(in.c);
  lip_free(in.block);
  lip_free(in.work);
  return st;
}
