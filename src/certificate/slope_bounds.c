/* slope_bounds.c - between which slopes each activation of the graph stays on the claim's domain.

   So far the slopes of the whole line, whatever the domain. */
#include "certificate/slope_bounds.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"

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

lip_status lip_slope_bounds_create(const lip_claim *claim, lip_slope_bounds **bounds,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = claim->net;
  lip_slope_bounds *made = lip_alloc_zero(1, sizeof *made);

  (void)control;
  if (!made) FAIL(LIP_ENOMEM, "slopes");
  TRY(make(net, made, err));
  for (size_t i = 0; i < net->nodes; i++) {
    lip_interval line = {-INFINITY, INFINITY}, slope;

    if (!made->low[i]) continue;
    slope = lip_activation_slopes_on(net->node[i].activation, line);
    for (size_t j = 0; j < net->node[i].size; j++) {
      made->low[i][j] = slope.low;
      made->high[i][j] = slope.high;
    }
  }
  *bounds = made;
  made = NULL;
done:
  lip_slope_bounds_free(made);
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
