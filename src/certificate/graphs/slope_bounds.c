/* slope_bounds.c - between which slopes each activation of the graph stays on the claim's domain.

   The slopes over the enclosures of value_bounds.h; around data the hull over all balls. */
#include "certificate/graphs/slope_bounds.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/claim_memory.h"
#include "certificate/slope_range.h"

#include <string.h>

static size_t activation_entries(const lip_net *net)
{
  size_t sum = 0;

  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_ACTIVATION) sum += net->node[i].size;
  return sum;
}

/* All arrays in one block. */
static lip_status make(const lip_net *net, lip_slope_bounds *bounds, lip_error *err)
{
  lip_status st = LIP_OK;
  double *at;

  bounds->nodes = net->nodes;
  bounds->low = lip_alloc_zero(net->nodes, sizeof *bounds->low);
  bounds->high = lip_alloc_zero(net->nodes, sizeof *bounds->high);
  bounds->block = lip_alloc(2 * activation_entries(net), sizeof *bounds->block);
  if (!bounds->low || !bounds->high || !bounds->block)
    FAIL(LIP_ENOMEM, "the slopes of %zu activations", activation_entries(net));
  at = bounds->block;
  for (size_t i = 0; i < net->nodes; i++) {
    if (net->node[i].kind != LIP_NODE_ACTIVATION) continue;
    bounds->low[i] = at;
    bounds->high[i] = at + net->node[i].size;
    at += 2 * net->node[i].size;
  }
done:
  return st;
}

/* Nothing yet: the hull with anything is that. */
void lip_slope_bounds_empty(lip_slope_bounds *bounds, const lip_net *net)
{
  for (size_t i = 0; i < net->nodes; i++)
    for (size_t j = 0; bounds->low[i] && j < net->node[i].size; j++) {
      bounds->low[i][j] = INFINITY;
      bounds->high[i][j] = -INFINITY;
    }
}

lip_status lip_slope_bounds_room(const lip_net *net, lip_slope_bounds **bounds, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_bounds *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "slopes");
  TRY(make(net, made, err));
  lip_slope_bounds_empty(made, net);
  *bounds = made;
  made = NULL;
done:
  lip_slope_bounds_free(made);
  return st;
}

/* Slopes over the values of one region; they join those found before. */
static void add_slopes(const lip_net *net, const lip_value_bounds *values, lip_slope_bounds *bounds)
{
  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (!bounds->low[i]) continue;
    for (size_t j = 0; j < node->size; j++) {
      lip_interval z = {values->low[node->parent[0]][j], values->high[node->parent[0]][j]};
      lip_interval slope = lip_activation_slopes_on(node->activation, z);

      bounds->low[i][j] = fmin(bounds->low[i][j], slope.low);
      bounds->high[i][j] = fmax(bounds->high[i][j], slope.high);
    }
  }
}

lip_status lip_slope_bounds_of_ball(const lip_claim *claim, lip_value_bounds *values, size_t ball,
                                    double work, lip_slope_bounds *bounds,
                                    const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *ends = lip_alloc(3 * claim->d, sizeof *ends);
  lip_region region;

  if (!ends) FAIL(LIP_ENOMEM, "the ends of a box");
  region = lip_claim_region(claim, ball, ends);
  TRY(lip_value_bounds_find(values, &region, work, control, err));
  add_slopes(claim->net, values, bounds);
done:
  lip_free(ends);
  return st;
}

static lip_status find_slopes(const lip_claim *claim, lip_slope_bounds *bounds,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t balls = lip_claim_regions(claim);
  lip_value_bounds *values = NULL;
  const lip_value_bounds *whole;

  if (balls == 1) {
    TRY(lip_claim_values(claim, &whole, control, err));
    add_slopes(claim->net, whole, bounds);
    goto done;
  }
  TRY(lip_value_bounds_create(claim->net, &values, err));
  for (size_t ball = 0; ball < balls; ball++)
    TRY(lip_slope_bounds_of_ball(claim, values, ball, LIP_SLOPE_WORK / (double)balls, bounds,
                                 control, err));
done:
  lip_value_bounds_free(values);
  return st;
}

/* Finds them once; what the claim keeps is copied. */
lip_status lip_slope_bounds_create(const lip_claim *claim, lip_slope_bounds **bounds,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_bounds *made = NULL, *copy = NULL;
  const lip_slope_bounds *kept = lip_claim_slopes_kept(claim);

  if (!kept) {
    TRY(lip_slope_bounds_room(claim->net, &made, err));
    TRY(find_slopes(claim, made, control, err));
    kept = made;
    lip_claim_keep_slopes(claim, made);
    made = NULL;
  }
  TRY(lip_slope_bounds_room(claim->net, &copy, err));
  memcpy(copy->block, kept->block, 2 * activation_entries(claim->net) * sizeof *copy->block);
  *bounds = copy;
done:
  lip_slope_bounds_free(made);
  return st;
}

lip_status lip_slope_bounds_everywhere(const lip_net *net, lip_slope_bounds **bounds,
                                       lip_error *err)
{
  lip_status st = lip_slope_bounds_room(net, bounds, err);

  for (size_t i = 0; st == LIP_OK && i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    lip_interval slope;

    if (!(*bounds)->low[i]) continue;
    slope = lip_activation_slopes_on(node->activation, (lip_interval){-INFINITY, INFINITY});
    for (size_t j = 0; j < node->size; j++) {
      (*bounds)->low[i][j] = slope.low;
      (*bounds)->high[i][j] = slope.high;
    }
  }
  return st;
}

void lip_slope_bounds_free(lip_slope_bounds *bounds)
{
  if (!bounds) return;
  lip_free(bounds->low);
  lip_free(bounds->high);
  lip_free(bounds->block);
  lip_free(bounds);
}
