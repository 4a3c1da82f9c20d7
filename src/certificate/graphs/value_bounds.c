/* value_bounds.c - between which numbers the values of a graph's nodes stay, rounding counted.

   Node by node. Affine maps in midpoint-radius form: |L x + b - (L m + b)| <= |L| r for |x - m| <=
   r, and the floating-point L m + b is off by at most gamma_t (|L| |m| + |b|), so that one product
   with L and one with |L| do (Rump, Verification methods, Acta Numerica 19 (2010), 9.2). Where the
   first map is taken of a ball, |w . (x - c)| <= |w|_2 R row by row.
   cost  two passes of the network for one point; then what value_lines.h may spend */
#include "certificate/graphs/value_bounds.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "certificate/graphs/value_lines.h"
#include "certificate/graphs/value_steps.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static size_t all_sizes(const lip_net *net)
{
  size_t sum = 0;

  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  return sum;
}

lip_status lip_value_bounds_create(const lip_net *net, lip_value_bounds **bounds, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sizes = all_sizes(net);
  lip_value_bounds *made = lip_alloc_zero(1, sizeof *made);
  double *at;

  if (!made) FAIL(LIP_ENOMEM, "bounds of values");
  made->net = net;
  made->low = lip_alloc(net->nodes, sizeof *made->low);
  made->high = lip_alloc(net->nodes, sizeof *made->high);
  made->block = lip_alloc(2 * sizes, sizeof *made->block);
  if (!made->low || !made->high || !made->block) FAIL(LIP_ENOMEM, "bounds of %zu values", sizes);
  at = made->block;
  for (size_t i = 0; i < net->nodes; i++) {
    made->low[i] = at;
    made->high[i] = at + net->node[i].size;
    at += 2 * net->node[i].size;
  }
  TRY(lip_value_work_create(net, &made->work, err));
  TRY(lip_value_lines_create(net, &made->lines, err));
  *bounds = made;
  made = NULL;
done:
  lip_value_bounds_free(made);
  return st;
}

void lip_value_bounds_free(lip_value_bounds *bounds)
{
  if (!bounds) return;
  lip_value_work_free(bounds->work);
  lip_value_lines_free(bounds->lines);
  lip_free(bounds->low);
  lip_free(bounds->high);
  lip_free(bounds->block);
  lip_free(bounds);
}

/* The box about the region. */
static void bound_input(lip_value_bounds *bounds, const lip_region *region)
{
  double *low = bounds->low[0], *high = bounds->high[0];

  for (size_t i = 0; i < bounds->net->node[0].size; i++) {
    double center = region->center ? region->center[i] : 0;

    low[i] = center - region->radius;
    high[i] = center + region->radius;
    if (center != 0) { /* else it is exact */
      low[i] = lip_down(low[i]);
      high[i] = lip_up(high[i]);
    }
    if (region->low) low[i] = fmax(low[i], region->low[i]);
    if (region->high) high[i] = fmin(high[i], region->high[i]);
    if (low[i] > high[i]) bounds->empty = true;
  }
}

/* Keeps what has the signs that are fixed for activation node i. */
static void keep_signs(lip_value_bounds *bounds, size_t i, const signed char *sign)
{
  const lip_node *node = &bounds->net->node[i];
  double *low = bounds->low[node->parent[0]], *high = bounds->high[node->parent[0]];

  for (size_t j = 0; j < node->size; j++) {
    if (sign[j] > 0) low[j] = fmax(low[j], 0);
    if (sign[j] < 0) high[j] = fmin(high[j], 0);
    if (low[j] > high[j]) bounds->empty = true;
  }
}

static void activation(lip_value_bounds *bounds, size_t i)
{
  const lip_node *node = &bounds->net->node[i];
  const double *low = bounds->low[node->parent[0]], *high = bounds->high[node->parent[0]];

  for (size_t j = 0; j < node->size; j++) {
    lip_interval y = lip_activation_values_on(node->activation, (lip_interval){low[j], high[j]});

    bounds->low[i][j] = y.low;
    bounds->high[i][j] = y.high;
  }
}

static lip_status find_node(lip_value_bounds *bounds, size_t i, const lip_region *region,
                            lip_error *err)
{
  const lip_node *node = &bounds->net->node[i];

  switch (node->kind) {
  case LIP_NODE_ACTIVATION:
    activation(bounds, i);
    return LIP_OK;
  case LIP_NODE_MAX_POOL:
    lip_value_of_max_pool(bounds, i);
    return LIP_OK;
  case LIP_NODE_SOFTMAX:
    lip_value_of_softmax(bounds, i);
    return LIP_OK;
  case LIP_NODE_SCALE:
  case LIP_NODE_SELECT:
  case LIP_NODE_CONCAT:
  case LIP_NODE_ADD:
    lip_value_of_entries(bounds, i);
    return LIP_OK;
  default:
    return lip_value_of_operator(bounds, i, region, err);
  }
}

/* What activations and pools read is tightened before they do. */
static lip_status find_with_lines(lip_value_bounds *bounds, size_t i, const lip_region *region,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &bounds->net->node[i];

  if (node->kind == LIP_NODE_ACTIVATION || node->kind == LIP_NODE_MAX_POOL ||
      node->kind == LIP_NODE_SOFTMAX)
    TRY(lip_value_lines_tighten(bounds->lines, bounds, region, node->parent[0], i, control, err));
done:
  return st;
}

lip_status lip_value_bounds_find(lip_value_bounds *bounds, const lip_region *region, double work,
                                 const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = bounds->net;
  size_t last = net->nodes - 1;

  bounds->empty = false;
  bound_input(bounds, region);
  if (work > 0) lip_value_lines_start(bounds->lines, bounds, work);
  for (size_t i = 1; i < net->nodes && !bounds->empty; i++) {
    const lip_node *node = &net->node[i];

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "stopped");
    if (work > 0) TRY(find_with_lines(bounds, i, region, control, err));
    if (node->kind == LIP_NODE_ACTIVATION && region->sign && region->sign[i])
      keep_signs(bounds, i, region->sign[i]);
    if (bounds->empty) break;
    TRY(find_node(bounds, i, region, err));
    if (work > 0) TRY(lip_value_lines_add(bounds->lines, bounds, i, err));
  }
  if (work > 0 && !bounds->empty)
    TRY(lip_value_lines_tighten(bounds->lines, bounds, region, last, LIP_NOWHERE, control, err));
done:
  return st;
}
