/* value_steps.c - bounds of one node's values from those of its parents.

   Operators by midpoints and radii (value_bounds.c). An entry whose bounds are infinite, or too
   large to have a midpoint, counts as unknown: what it reaches (|L| of an indicator) is unknown.
   Everything else entry by entry with directed rounding. */
#include "certificate/graphs/value_steps.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/interval.h"
#include "linalg/vector.h"
#include "linalg/verified.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct value_work {
  double *middle, *radius, *unknown;  /* of a parent */
  double *middles, *radii, *unknowns; /* of the node */
  double *block;
  size_t nodes;
  double **length; /* by node: bounds of the rows' lengths; NULL until they are asked for */
};

lip_status lip_value_work_create(const lip_net *net, value_work **work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t most = net->node[0].size;
  value_work *made = lip_alloc_zero(1, sizeof *made);

  for (size_t i = 1; i < net->nodes; i++)
    most = net->node[i].size > most ? net->node[i].size : most;
  if (!made) FAIL(LIP_ENOMEM, "bounds of values");
  made->block = lip_alloc(6 * most, sizeof *made->block);
  made->nodes = net->nodes;
  made->length = lip_alloc_zero(net->nodes, sizeof *made->length);
  if (!made->block || !made->length) FAIL(LIP_ENOMEM, "bounds of %zu values", most);
  made->middle = made->block;
  made->radius = made->block + most;
  made->unknown = made->block + 2 * most;
  made->middles = made->block + 3 * most;
  made->radii = made->block + 4 * most;
  made->unknowns = made->block + 5 * most;
  *work = made;
  made = NULL;
done:
  lip_value_work_free(made);
  return st;
}

void lip_value_work_free(value_work *work)
{
  if (!work) return;
  for (size_t i = 0; work->length && i < work->nodes; i++) lip_free(work->length[i]);
  lip_free(work->length);
  lip_free(work->block);
  lip_free(work);
}

/* ---- operators ---- */

/* Midpoint, and radius with what the product with the midpoint will be off. Returns whether an
   entry is unknown. */
static bool split(size_t size, const double *low, const double *high, double error,
                  value_work *work)
{
  bool any = false;

  for (size_t j = 0; j < size; j++) {
    double m = low[j] / 2 + high[j] / 2;
    double r = low[j] == high[j] ? 0 : lip_up(fmax(high[j] - m, m - low[j]));
    bool known = isfinite(r) && isfinite(m);

    work->unknown[j] = known ? 0 : 1;
    work->middle[j] = known ? m : 0;
    work->radius[j] = known && m != 0 ? r + (error * fabs(m) + DBL_TRUE_MIN) : known ? r : 0;
    any = any || !known;
  }
  return any;
}

static lip_status by_radii(lip_value_bounds *bounds, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = bounds->net;
  const lip_node *node = &net->node[i];
  value_work *work = bounds->work;
  double terms = (double)lip_operator_terms(net, i);
  double error = lip_gamma(lip_operator_terms(net, i) + 8);

  lip_operator_constant(net, i, 1, work->middles);
  for (size_t j = 0; j < node->size; j++) work->radii[j] = error * fabs(work->middles[j]);
  memset(work->unknowns, 0, node->size * sizeof *work->unknowns);
  for (size_t p = 0; p < node->parents; p++) {
    size_t from = node->parent[p];
    bool any = split(net->node[from].size, bounds->low[from], bounds->high[from], error, work);

    TRY(lip_operator_apply(net, i, p, false, 1, work->middle, work->middles, err));
    TRY(lip_operator_apply(net, i, p, true, 1, work->radius, work->radii, err));
    if (any) TRY(lip_operator_apply(net, i, p, true, 1, work->unknown, work->unknowns, err));
  }
  for (size_t j = 0; j < node->size; j++) {
    double r = work->radii[j] * (1 + 2 * error) + 8 * terms * DBL_TRUE_MIN;
    bool known = work->unknowns[j] == 0 && isfinite(work->middles[j]) && isfinite(r);

    bounds->low[i][j] = known ? lip_down(work->middles[j] - r) : -INFINITY;
    bounds->high[i][j] = known ? lip_up(work->middles[j] + r) : INFINITY;
  }
done:
  return st;
}

/* The squares of the node's weights, over 2^(2 exponent), as an operator on ones: the squares of
   the lengths of its rows.  squares  out  size */
static lip_status row_squares(const lip_net *net, const lip_node *node, int *exponent,
                              double *squares, double *ones, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t input = 0;
  lip_node pair[2] = {net->node[0], *node};
  lip_net small = {.nodes = 2, .node = pair};
  double *W = lip_alloc(node->weights, sizeof *W);

  if (!W) FAIL(LIP_ENOMEM, "a copy of %zu weights", node->weights);
  (void)frexp(lip_largest(node->weights, node->W), exponent);
  for (size_t k = 0; k < node->weights; k++) {
    double w = ldexp(node->W[k], -*exponent);

    W[k] = w * w;
  }
  pair[1].parent = &input;
  pair[1].W = W;
  for (size_t k = 0; k < net->node[0].size; k++) ones[k] = 1;
  memset(squares, 0, node->size * sizeof *squares);
  TRY(lip_operator_apply(&small, 1, 0, false, 1, ones, squares, err));
done:
  lip_free(W);
  return st;
}

/* |w|_2 of each row w, rounded up; once for all regions. */
static lip_status find_lengths(lip_value_bounds *bounds, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &bounds->net->node[i];
  value_work *work = bounds->work;
  size_t terms = lip_operator_terms(bounds->net, i);
  double error = lip_gamma(terms + 8), *length = NULL;
  int exponent = 0;

  if (work->length[i]) goto done;
  length = lip_alloc(node->size, sizeof *length);
  if (!length) FAIL(LIP_ENOMEM, "the lengths of %zu rows", node->size);
  TRY(row_squares(bounds->net, node, &exponent, length, work->unknown, err));
  for (size_t j = 0; j < node->size; j++) {
    /* squares that underflowed were each below the smallest number */
    double square = length[j] * (1 + 2 * error) + 8 * (double)terms * DBL_TRUE_MIN;

    length[j] = lip_up(ldexp(lip_sqrt_up(square), exponent));
  }
  work->length[i] = length;
  length = NULL;
done:
  lip_free(length);
  return st;
}

/* |w . (x - c)| <= |w|_2 R for each row w, and w . c + b as it is computed. */
static lip_status tighten_by_lengths(lip_value_bounds *bounds, size_t i, const lip_region *region,
                                     lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = bounds->net;
  const lip_node *node = &net->node[i];
  value_work *work = bounds->work;
  size_t terms = lip_operator_terms(net, i), d = net->node[0].size;
  double error = lip_gamma(terms + 8);

  TRY(find_lengths(bounds, i, err));
  lip_operator_constant(net, i, 1, work->middles);
  for (size_t j = 0; j < node->size; j++) work->radii[j] = error * fabs(work->middles[j]);
  if (region->center) {
    for (size_t k = 0; k < d; k++) work->radius[k] = error * fabs(region->center[k]) + DBL_TRUE_MIN;
    TRY(lip_operator_apply(net, i, 0, false, 1, region->center, work->middles, err));
    TRY(lip_operator_apply(net, i, 0, true, 1, work->radius, work->radii, err));
  }
  for (size_t j = 0; j < node->size; j++) {
    double r = lip_mul_up(work->length[i][j], region->radius) + work->radii[j] * (1 + 2 * error);

    r = lip_up(r * (1 + error) + 8 * (double)terms * DBL_TRUE_MIN);
    if (!isfinite(work->middles[j]) || !isfinite(r)) continue;
    bounds->low[i][j] = fmax(bounds->low[i][j], lip_down(work->middles[j] - r));
    bounds->high[i][j] = fmin(bounds->high[i][j], lip_up(work->middles[j] + r));
  }
done:
  return st;
}

lip_status lip_value_of_operator(lip_value_bounds *bounds, size_t i, const lip_region *region,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &bounds->net->node[i];

  TRY(by_radii(bounds, i, err));
  if (node->parent[0] == 0 && node->weights > 0 && isfinite(region->radius))
    TRY(tighten_by_lengths(bounds, i, region, err));
done:
  return st;
}

/* ---- entry by entry ---- */

static lip_interval entry(const lip_value_bounds *bounds, size_t node, size_t j)
{
  return (lip_interval){bounds->low[node][j], bounds->high[node][j]};
}

static void set_entry(lip_value_bounds *bounds, size_t node, size_t j, lip_interval value)
{
  bounds->low[node][j] = value.low;
  bounds->high[node][j] = value.high;
}

static double per_channel(const lip_node *node, const double *numbers, size_t count, size_t j)
{
  return count < node->size ? numbers[j / (node->size / count)] : numbers[j];
}

/* sum_p L_p h_p at entry j, where L_p has at most one entry in each row. */
static lip_interval sum_of_entries(const lip_value_bounds *bounds, const lip_node *node, size_t j)
{
  lip_interval sum = {0, 0};
  size_t first = 0;

  switch (node->kind) {
  case LIP_NODE_SCALE:
    return lip_interval_mul(lip_interval_of(per_channel(node, node->W, node->weights, j)),
                            entry(bounds, node->parent[0], j));
  case LIP_NODE_SELECT:
    return node->index[j] == LIP_NOWHERE ? sum : entry(bounds, node->parent[0], node->index[j]);
  case LIP_NODE_ADD:
    for (size_t p = 0; p < node->parents; p++)
      sum = lip_interval_add(sum, entry(bounds, node->parent[p], j));
    return sum;
  default: /* concatenation */
    for (size_t p = 0; p < node->parents; p++) {
      size_t size = bounds->net->node[node->parent[p]].size;

      if (j < first + size) return entry(bounds, node->parent[p], j - first);
      first += size;
    }
    return (lip_interval){-INFINITY, INFINITY};
  }
}

void lip_value_of_entries(lip_value_bounds *bounds, size_t i)
{
  const lip_node *node = &bounds->net->node[i];

  for (size_t j = 0; j < node->size; j++) {
    lip_interval value = sum_of_entries(bounds, node, j);

    if (node->biases > 0)
      value = lip_interval_add(value, lip_interval_of(per_channel(node, node->b, node->biases, j)));
    set_entry(bounds, i, j, value);
  }
}

void lip_value_of_max_pool(lip_value_bounds *bounds, size_t i)
{
  const lip_node *node = &bounds->net->node[i];
  size_t places = node->height * node->width, y, x;

  for (size_t j = 0; j < node->size; j++) {
    size_t c = j / places, h = j / node->width % node->height, w = j % node->width;
    lip_interval most = {-INFINITY, -INFINITY};

    for (size_t u = 0; u < node->kernel[0]; u++)
      for (size_t v = 0; v < node->kernel[1]; v++) {
        lip_interval t;

        if (!lip_window_entry(node, 0, node->in_height, h, u, &y) ||
            !lip_window_entry(node, 1, node->in_width, w, v, &x))
          continue;
        t = entry(bounds, node->parent[0], (c * node->in_height + y) * node->in_width + x);
        most = (lip_interval){fmax(most.low, t.low), fmax(most.high, t.high)};
      }
    /* nothing but padding: 0 */
    set_entry(bounds, i, j, most.high == -INFINITY ? lip_interval_of(0) : most);
  }
}

/* 1 + sum over i other than j of e^(from_i - of_j), below (sign -1) or above (+1): the C library's
   exp is off by less than 2^-50 of it. */
static double sum_of_powers(size_t size, const double *from, double of, size_t j, double sign)
{
  double sum = 1, error = sign * ((double)size + 16) * 0x1p-50;

  for (size_t i = 0; i < size; i++) {
    double t = from[i] - of;

    t = nextafter(t, sign * INFINITY);
    if (i != j) sum += exp(t);
  }
  return sum * (1 + error);
}

void lip_value_of_softmax(lip_value_bounds *bounds, size_t i)
{
  const lip_node *node = &bounds->net->node[i];
  const double *low = bounds->low[node->parent[0]], *high = bounds->high[node->parent[0]];

  for (size_t j = 0; j < node->size; j++) {
    double most = sum_of_powers(node->size, high, low[j], j, 1);
    double least = sum_of_powers(node->size, low, high[j], j, -1);
    lip_interval value = {fmax(0, lip_div_down(1, most)), fmin(1, lip_div_up(1, least))};

    if (isnan(value.low)) value.low = 0;
    if (isnan(value.high)) value.high = 1;
    set_entry(bounds, i, j, value);
  }
}
