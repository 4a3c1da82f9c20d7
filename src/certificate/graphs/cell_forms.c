/* cell_forms.c - a graph of piecewise linear neurons on a cell: every value as an affine form of x,
   rounding counted.

   Forward through the nodes with d + 1 rows, the columns of the identity and 0: an affine node
   makes L X of them in floating point, off by at most gamma_t |L| (|X| + radius) + |L| radius; a
   neuron multiplies by the middle of its slopes and adds half of their difference. What the first
   map after the input makes of the identity are its own numbers, exactly. Cost: two products with
   the weights for d + 1 rows. Limits: d + 1 times the size of all nodes. */
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
#include <stdint.h>
#include <string.h>

static const double MOST_NUMBERS = 1 << 24; /* of forms: center and radius, 256 MiB in all */

static bool holds_neurons(const lip_node *node)
{
  return node->kind == LIP_NODE_ACTIVATION;
}

bool lip_cell_forms_apply(const lip_claim *claim)
{
  double numbers = 0;

  if (!claim->deep || claim->domain.kind == LIP_AROUND_DATA) return false;
  for (size_t i = 0; i < claim->net->nodes; i++) {
    const lip_node *node = &claim->net->node[i];

    numbers += (double)(claim->d + 1) * (double)node->size;
    if (node->kind == LIP_NODE_INPUT || lip_node_is_affine(node->kind)) continue;
    if (!holds_neurons(node) || !lip_activation_is_piecewise_linear(node->activation)) return false;
  }
  return numbers <= MOST_NUMBERS;
}

/* The largest u for which all of them are whole multiples of 2^u; 1100 where all are 0. */
static int unit_of(size_t count, const double *values, size_t stride)
{
  int unit = 1100;

  for (size_t i = 0; i < count; i++) {
    int exponent;
    double part = fabs(frexp(values[i * stride], &exponent)); /* a multiple of 2^-53 below 1 */

    if (part == 0 || !isfinite(part)) continue;
    exponent -= 53;
    for (uint64_t whole = (uint64_t)ldexp(part, 53); whole % 2 == 0; whole /= 2) exponent++;
    if (exponent < unit) unit = exponent;
  }
  return unit;
}

static struct lip_weight_sizes sizes_of(const lip_node *node)
{
  struct lip_weight_sizes sizes = {.least = 1.0 / 1048576, /* shares of average pools */
                                   .sum = INFINITY,
                                   .unit = unit_of(node->weights, node->W, 1),
                                   .bias_unit = unit_of(node->biases, node->b, 1)};
  size_t columns = node->kind == LIP_NODE_LINEAR ? node->weights / node->size : 0;
  double most = 0;

  for (size_t i = 0; i < node->weights; i++)
    if (node->W[i] != 0) sizes.least = fmin(sizes.least, fabs(node->W[i]));
  if (node->kind != LIP_NODE_LINEAR) return sizes;
  for (size_t j = 0; j < node->size; j++) {
    double sum = node->b ? fabs(node->b[j]) : 0;

    for (size_t i = 0; i < columns; i++) sum += fabs(node->W[j * columns + i]);
    most = fmax(most, sum);
  }
  sizes.sum = most * (1 + 1e-9);
  return sizes;
}

/* Does the node, given the identity, put out numbers that it holds? */
static bool copies(const lip_cell_forms *forms, const lip_node *node)
{
  if (node->parents != 1 || node->parent[0] != forms->root) return false;
  return node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_CONVOLUTION ||
         node->kind == LIP_NODE_SCALE || node->kind == LIP_NODE_SELECT;
}

static lip_status number_neurons(lip_cell_forms *forms, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = forms->claim->net;
  size_t at = 0;

  for (size_t i = 0; i < net->nodes; i++)
    if (holds_neurons(&net->node[i])) forms->neurons += net->node[i].size;
  forms->first = lip_alloc(net->nodes, sizeof *forms->first);
  forms->node = lip_alloc(forms->neurons, 2 * sizeof *forms->node);
  forms->low = lip_alloc(forms->neurons, 2 * sizeof *forms->low);
  forms->storage->side = lip_alloc_zero(forms->neurons, 1);
  if (!forms->first || !forms->node || !forms->low || !forms->storage->side)
    FAIL(LIP_ENOMEM, "the sides of %zu neurons", forms->neurons);
  forms->entry = forms->node + forms->neurons;
  forms->high = forms->low + forms->neurons;
  forms->side = forms->storage->side;
  for (size_t i = 0; i < net->nodes; i++) {
    if (!holds_neurons(&net->node[i])) continue;
    forms->first[i] = at;
    for (size_t j = 0; j < net->node[i].size; j++, at++) {
      forms->node[at] = i;
      forms->entry[at] = j;
    }
  }
done:
  return st;
}

static lip_status allocate(lip_cell_forms *forms, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = forms->claim->net;
  size_t numbers = 0, rows = forms->d + 1, widest = 0, root = forms->root;
  double *at;

  for (size_t i = root; i < net->nodes; i++) {
    numbers += rows * net->node[i].size;
    if (net->node[i].size > widest) widest = net->node[i].size;
  }
  forms->center = lip_alloc_zero(net->nodes, 2 * sizeof *forms->center);
  forms->storage->sizes = lip_alloc(net->nodes, sizeof *forms->storage->sizes);
  forms->storage->block = lip_alloc_zero(numbers, 2 * sizeof(double));
  forms->storage->error = lip_alloc(widest, rows * sizeof(double));
  if (!forms->center || !forms->storage->sizes || !forms->storage->block || !forms->storage->error)
    FAIL(LIP_ENOMEM, "affine forms of %zu numbers", numbers);
  forms->radius = forms->center + net->nodes;
  at = forms->storage->block;
  for (size_t i = root; i < net->nodes; i++) {
    forms->center[i] = at;
    forms->radius[i] = at + rows * net->node[i].size;
    at += 2 * rows * net->node[i].size;
    forms->storage->sizes[i] = sizes_of(&net->node[i]);
  }
  for (size_t j = 0; j < forms->d; j++) forms->center[root][j * forms->d + j] = 1;
  forms->storage->valid = root + 1;
done:
  return st;
}

/* Without slopes. */
static lip_status make(const lip_claim *claim, size_t root, lip_cell_forms **forms, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_forms *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a cell");
  made->claim = claim;
  made->root = root;
  made->d = claim->net->node[root].size;
  made->storage = lip_alloc_zero(1, sizeof *made->storage);
  if (!made->storage) FAIL(LIP_ENOMEM, "a cell");
  TRY(number_neurons(made, err));
  TRY(allocate(made, err));
  *forms = made;
  made = NULL;
done:
  lip_cell_forms_free(made);
  return st;
}

lip_status lip_cell_forms_create(const lip_claim *claim, lip_cell_forms **forms,
                                 const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_forms *made = NULL;
  lip_slope_bounds *bounds = NULL;

  TRY(lip_slope_bounds_create(claim, &bounds, control, err));
  TRY(make(claim, 0, &made, err));
  for (size_t l = 0; l < made->neurons; l++) {
    made->low[l] = bounds->low[made->node[l]][made->entry[l]];
    made->high[l] = bounds->high[made->node[l]][made->entry[l]];
  }
  *forms = made;
  made = NULL;
done:
  lip_slope_bounds_free(bounds);
  lip_cell_forms_free(made);
  return st;
}

/* The next node after the root that neurons take, and that everything after it depends on alone;
   the number of nodes: there is none. */
static size_t next_root(const lip_cell_forms *forms)
{
  const lip_net *net = forms->claim->net;
  size_t earliest = net->nodes, best = net->nodes;

  for (size_t i = net->nodes - 1; i > forms->root + 1; i--) { /* is i - 1 such a node? */
    for (size_t p = 0; p < net->node[i].parents; p++)
      if (net->node[i].parent[p] < earliest) earliest = net->node[i].parent[p];
    if (earliest >= i - 1 && holds_neurons(&net->node[i])) best = i - 1;
  }
  return best;
}

lip_status lip_cell_forms_later(lip_cell_forms *forms, lip_cell_forms **later, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_forms *made = NULL;
  size_t root;

  if (!forms->storage->later && (root = next_root(forms)) < forms->claim->net->nodes) {
    double numbers = 0;

    for (size_t i = root; i < forms->claim->net->nodes; i++)
      numbers += (double)forms->claim->net->node[i].size;
    if (numbers * (double)forms->claim->net->node[root].size <= MOST_NUMBERS) {
      TRY(make(forms->claim, root, &made, err));
      memcpy(made->low, forms->low, 2 * forms->neurons * sizeof *made->low);
      memcpy(made->storage->side, forms->side, forms->neurons);
      forms->storage->later = made;
    }
  }
  *later = forms->storage->later;
done:
  return st;
}

void lip_cell_forms_free(lip_cell_forms *forms)
{
  if (!forms) return;
  if (forms->storage) {
    lip_cell_forms_free(forms->storage->later);
    lip_free(forms->storage->side);
    lip_free(forms->storage->sizes);
    lip_free(forms->storage->block);
    lip_free(forms->storage->error);
  }
  lip_free(forms->storage);
  lip_free(forms->first);
  lip_free(forms->node);
  lip_free(forms->low);
  lip_free(forms->center);
  lip_free(forms);
}

void lip_cell_forms_set(lip_cell_forms *forms, size_t neuron, signed char side)
{
  if (forms->side[neuron] == side) return;
  forms->storage->side[neuron] = side;
  if (forms->node[neuron] < forms->storage->valid && forms->node[neuron] > forms->root)
    forms->storage->valid = forms->node[neuron];
  if (forms->storage->later) lip_cell_forms_set(forms->storage->later, neuron, side);
}

bool lip_cell_forms_is_fixed(const lip_cell_forms *forms, size_t neuron)
{
  return forms->low[neuron] == forms->high[neuron];
}

void lip_cell_slopes(const lip_cell_forms *forms, size_t neuron, double *low, double *high)
{
  lip_activation psi = forms->claim->net->node[forms->node[neuron]].activation;

  *low = forms->low[neuron];
  *high = forms->high[neuron];
  if (forms->side[neuron] != 0 && *low < *high)
    *low = *high = lip_activation_slope(psi, forms->side[neuron]);
}

void lip_cell_forms_slopes(const lip_cell_forms *forms, lip_slope_bounds *bounds)
{
  for (size_t l = 0; l < forms->neurons; l++)
    lip_cell_slopes(forms, l, &bounds->low[forms->node[l]][forms->entry[l]],
                    &bounds->high[forms->node[l]][forms->entry[l]]);
}

/* y = s z with s in [low, high]. */
static void pass_neurons(lip_cell_forms *forms, size_t at)
{
  const lip_node *node = &forms->claim->net->node[at];
  const double *c = forms->center[node->parent[0]], *r = forms->radius[node->parent[0]];
  double *C = forms->center[at], *R = forms->radius[at];

  for (size_t j = 0; j < node->size; j++) {
    double low, high, middle, half, most;

    lip_cell_slopes(forms, forms->first[at] + j, &low, &high);
    middle = low == high ? low : low / 2 + high / 2;
    half = low == high ? 0 : fmax(lip_up(high - middle), lip_up(middle - low));
    most = fmax(fabs(low), fabs(high));
    for (size_t i = 0; i <= forms->d; i++) {
      size_t to = i * node->size + j;
      double product = middle * c[to],
             error = most == 1 || r[to] == 0 ? r[to] : lip_mul_up(most, r[to]);

      C[to] = product;
      if (middle != 0 && fabs(middle) != 1 && product != 0)
        error = lip_add_up(error, lip_mul_up(fabs(product), DBL_EPSILON));
      if (middle != 0 && c[to] != 0 && fabs(product) < 1e-290) error = lip_add_up(error, DBL_MIN);
      if (half > 0 && c[to] != 0) error = lip_add_up(error, lip_mul_up(half, fabs(c[to])));
      R[to] = most == 0 ? 0 : error;
    }
  }
}

/* Is row i of a node's value what exact arithmetic gives? Where all products and sums are whole
   multiples of one power of two and below 2^53 times that, and where the parent's row is one
   number, a power of two. */
static bool is_exact(const lip_cell_forms *forms, size_t at, size_t row)
{
  const lip_node *node = &forms->claim->net->node[at];
  const struct lip_weight_sizes *sizes = &forms->storage->sizes[at];
  size_t from = node->parent[0], size = forms->claim->net->node[from].size, used = 0;
  const double *c = forms->center[from] + row * size;
  double largest = 0;
  int unit, exponent;

  if (node->parents != 1 || node->kind != LIP_NODE_LINEAR) return false;
  for (size_t i = 0; i < size; i++) {
    if (c[i] != 0) used++;
    largest = fmax(largest, fabs(c[i]));
  }
  if (used == 0) return true;
  if (!(sizes->least * largest > 1e-290 && sizes->sum * largest < 1e290)) return false;
  if (used == 1 && row < forms->d && frexp(largest, &exponent) == 0.5) return true;
  unit = sizes->unit + unit_of(size, c, 1);
  if (row == forms->d && sizes->bias_unit < unit) unit = sizes->bias_unit;
  return unit > -1000 && unit < 900 && sizes->sum * fmax(largest, 1) < ldexp(1, unit + 53);
}

/* E <- what |L| makes an error of: radius + gamma (|center| + radius). Returns whether products
   with numbers of this size stay normal. */
static bool state_errors(size_t count, const double *center, const double *radius, double gamma,
                         double least, double *E)
{
  double smallest = 1;

  for (size_t i = 0; i < count; i++) {
    E[i] = 0;
    if (radius[i] == 0 && (gamma == 0 || center[i] == 0)) continue;
    E[i] = radius[i];
    if (gamma > 0)
      E[i] = lip_add_up(E[i], lip_mul_up(gamma, lip_add_up(fabs(center[i]), radius[i])));
    smallest = fmin(smallest, E[i]);
  }
  return smallest * least > 1e-290;
}

static lip_status pass_affine(lip_cell_forms *forms, size_t at, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = forms->claim->net;
  const lip_node *node = &net->node[at];
  size_t rows = forms->d + 1, count = rows * node->size, terms = lip_operator_terms(net, at);
  double gamma = lip_gamma(terms + 1), *C = forms->center[at], *R = forms->radius[at];
  double *constant = C + forms->d * node->size, tiny = 0;

  memset(C, 0, count * sizeof *C);
  memset(R, 0, count * sizeof *R);
  lip_operator_constant(net, at, 1, constant);
  if (copies(forms, node)) {
    TRY(lip_operator_apply(net, at, 0, false, forms->d, forms->center[node->parent[0]], C, err));
    goto done;
  }
  for (size_t j = 0; j < node->size && !is_exact(forms, at, forms->d); j++)
    if (constant[j] != 0) R[forms->d * node->size + j] = lip_mul_up(gamma, fabs(constant[j]));
  for (size_t p = 0; p < node->parents; p++) {
    size_t from = node->parent[p], size = net->node[from].size;

    TRY(lip_operator_apply(net, at, p, false, rows, forms->center[from], C, err));
    for (size_t i = 0; i < rows; i++)
      if (!state_errors(size, forms->center[from] + i * size, forms->radius[from] + i * size,
                        is_exact(forms, at, i) ? 0 : gamma, forms->storage->sizes[at].least,
                        forms->storage->error + i * size))
        tiny = DBL_TRUE_MIN * (double)(4 * terms);
    TRY(lip_operator_apply(net, at, p, true, rows, forms->storage->error, R, err));
  }
  for (size_t i = 0; i < count; i++) { /* those sums were rounded too */
    if (R[i] > 0) R[i] = lip_mul_up(R[i], lip_add_up(1, 2 * gamma));
    if (tiny > 0) R[i] = lip_add_up(R[i], tiny);
  }
done:
  return st;
}

lip_status lip_cell_forms_reach(lip_cell_forms *forms, size_t node, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = forms->storage->valid; i <= node; i++) {
    const lip_node *now = &forms->claim->net->node[i];

    if (holds_neurons(now))
      pass_neurons(forms, i);
    else if (now->kind != LIP_NODE_INPUT)
      TRY(pass_affine(forms, i, err));
    forms->storage->valid = i + 1;
  }
done:
  return st;
}

size_t lip_cell_forms_argument(const lip_cell_forms *forms, size_t neuron, const double **center,
                               const double **radius)
{
  const lip_node *node = &forms->claim->net->node[forms->node[neuron]];

  *center = forms->center[node->parent[0]] + forms->entry[neuron];
  *radius = forms->radius[node->parent[0]] + forms->entry[neuron];
  return node->size;
}

lip_status lip_cell_forms_jacobian(lip_cell_forms *forms, double *center, double *radius,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = forms->claim;
  size_t last = claim->net->nodes - 1, size = claim->net->node[last].size;
  size_t first = claim->output.kind == LIP_ALL_OUTPUTS ? 0 : claim->output.plus;

  TRY(lip_cell_forms_reach(forms, last, err));
  for (size_t j = 0; j < claim->m; j++)
    for (size_t i = 0; i < claim->d; i++) {
      size_t from = i * size + first + j, other = i * size + claim->output.minus;
      double c = forms->center[last][from], r = forms->radius[last][from];

      if (claim->output.kind == LIP_OUTPUT_DIFFERENCE) {
        c -= forms->center[last][other];
        r = lip_add_up(r, forms->radius[last][other]);
        r = lip_add_up(r, lip_up(fabs(c) * (DBL_EPSILON / 2)));
      }
      center[j * claim->d + i] = c;
      radius[j * claim->d + i] = r;
    }
done:
  return st;
}

lip_status lip_cell_forms_vanishes(lip_cell_forms *forms, size_t neuron, bool *zero, lip_error *err)
{
  lip_status st = LIP_OK;
  const double *c, *r;
  size_t stride;

  *zero = false;
  TRY(lip_cell_forms_reach(forms, forms->claim->net->node[forms->node[neuron]].parent[0], err));
  stride = lip_cell_forms_argument(forms, neuron, &c, &r);
  for (size_t i = 0; i <= forms->d; i++)
    if (c[i * stride] != 0 || r[i * stride] != 0) goto done;
  *zero = true;
done:
  return st;
}
