/* network.c - the network as a chain of layers: one block of weights, and layers and nodes as views
   into it. */
#include <liplaw/net.h>

#include "base/error.h"
#include "base/memory.h"
#include "net/graph.h"

#include <math.h>
#include <stdint.h>

/* BLAS counts rows and columns in 32 bits. */
enum { WIDEST = INT32_MAX };

static lip_status check_activations(size_t depth, const lip_activation *psi, lip_error *err)
{
  for (size_t j = 0; j < depth; j++) {
    double p = psi[j].slope;

    if (psi[j].kind == LIP_POWER && !(p >= 1 && p <= LIP_MOST_POWER && p == floor(p)))
      return lip_fail(err, LIP_EINPUT, "layer %zu: the power %g is no whole number from 1 to %d", j,
                      p, LIP_MOST_POWER);
  }
  return LIP_OK;
}

static lip_status check_maps(size_t depth, const size_t *widths, const lip_map *maps,
                             const bool *biases, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t j = 0; j < depth; j++) {
    if (maps[j] == LIP_GROUPS && widths[j] % widths[j + 1])
      FAIL(LIP_EINPUT, "layer %zu: %zu numbers do not make %zu groups", j, widths[j],
           widths[j + 1]);
    if (maps[j] == LIP_SMALLEST && (widths[j + 1] != 1 || biases[j]))
      FAIL(LIP_EINPUT, "layer %zu: the least entry is one number without a bias", j);
  }
done:
  return st;
}

static bool has_matrix(lip_map map)
{
  return map == LIP_AFFINE || map == LIP_DISTANCE;
}

static lip_status count_weights(size_t depth, const size_t *widths, const lip_map *maps,
                                const bool *biases, size_t *total, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sum = 0;

  if (depth == 0) FAIL(LIP_EINPUT, "a network needs at least one layer");
  for (size_t j = 0; j <= depth; j++)
    if (widths[j] < 1 || widths[j] > WIDEST)
      FAIL(LIP_EINPUT, "width %zu of the network is %zu, not in [1, %d]", j, widths[j], WIDEST);
  for (size_t j = 0; j < depth; j++) {
    size_t weights;

    if (__builtin_mul_overflow(has_matrix(maps[j]) ? widths[j] : 0, widths[j + 1], &weights) ||
        __builtin_add_overflow(sum, weights, &sum) ||
        __builtin_add_overflow(sum, biases[j] ? widths[j + 1] : 0, &sum))
      FAIL(LIP_ENOMEM, "layer %zu: the number of weights overflows", j);
  }
  *total = sum;
done:
  return st;
}

lip_status lip_net_create_maps(size_t depth, const size_t *widths, const lip_map *maps,
                               const lip_activation *activations, const bool *biases,
                               lip_precision precision, lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *made = NULL;
  double *at;
  size_t total = 0;

  TRY(check_activations(depth, activations, err));
  TRY(count_weights(depth, widths, maps, biases, &total, err));
  TRY(check_maps(depth, widths, maps, biases, err));
  made = lip_alloc_zero(1, sizeof *made);
  if (!made) FAIL(LIP_ENOMEM, "no memory for a network");
  made->layer = lip_alloc_zero(depth, sizeof *made->layer);
  made->block = lip_alloc_zero(total, sizeof *made->block);
  if (!made->layer || !made->block)
    FAIL(LIP_ENOMEM, "no memory for a network of %zu weights", total);
  made->depth = depth;
  made->parameters = total;
  made->precision = precision;
  at = made->block;
  for (size_t j = 0; j < depth; j++) {
    lip_layer *layer = &made->layer[j];

    *layer = (lip_layer){.in = widths[j],
                         .out = widths[j + 1],
                         .activation = activations[j],
                         .map = maps[j],
                         .scale = 1};
    if (has_matrix(maps[j])) {
      layer->W = at;
      at += layer->out * layer->in;
    }
    if (biases[j]) {
      layer->b = at;
      at += layer->out;
    }
    if (precision == LIP_F32) layer->activation.slope = (float)layer->activation.slope;
    if (layer->out > made->max_width) made->max_width = layer->out;
  }
  TRY(lip_graph_of_layers(made, err));
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  return st;
}

lip_status lip_net_create(size_t depth, const size_t *widths, const lip_activation *activations,
                          const bool *biases, lip_precision precision, lip_net **net,
                          lip_error *err)
{
  lip_status st;
  lip_map *maps = lip_alloc_zero(depth ? depth : 1, sizeof *maps); /* all LIP_AFFINE */

  if (!maps) return lip_fail(err, LIP_ENOMEM, "no memory for %zu layers", depth);
  st = lip_net_create_maps(depth, widths, maps, activations, biases, precision, net, err);
  lip_free(maps);
  return st;
}

void lip_net_free(lip_net *net)
{
  if (!net) return;
  for (size_t i = 0; i < net->nodes; i++) {
    lip_free(net->node[i].parent);
    lip_free(net->node[i].index);
  }
  lip_free(net->node);
  lip_free(net->layer);
  lip_free(net->block);
  lip_free(net);
}

size_t lip_net_inputs(const lip_net *net)
{
  return net->node[0].size;
}

size_t lip_net_outputs(const lip_net *net)
{
  return net->node[net->nodes - 1].size;
}
