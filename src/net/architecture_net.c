/* architecture_net.c - a network as an architecture, and the norms of layers whose weights are
 * known.
 */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"
#include "net/convolution.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

lip_status lip_architecture_measure(lip_architecture *architecture, const lip_control *control,
                                    lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 1; i < architecture->nodes; i++) {
    lip_arch_node *node = &architecture->node[i];
    lip_operator_norm found;

    if (!node->W) continue;
    if (node->kind == LIP_ARCH_CONVOLUTION) {
      TRY(lip_convolution_norm(node, &node->norm, control, err));
    } else {
      TRY(lip_operator_norm_of(node->channels, node->in_channels, node->W, &found, control, err));
      node->norm = found.value * (1 + found.error);
    }
    node->bias_norm = node->b ? lip_norm(node->channels, node->b) * sqrt((double)node->bias_uses)
                              : 0;
  }
done:
  if (st != LIP_OK) lip_error_prefix(err, "norm of a layer");
  return st;
}

/* A copy; NULL for NULL, or where memory is out. */
static double *copy(const double *values, size_t count)
{
  double *made = values ? lip_alloc(count, sizeof *made) : NULL;

  if (made) memcpy(made, values, count * sizeof *made);
  return made;
}

static lip_status add_after(lip_architecture *architecture, lip_arch_node *node, lip_error *err)
{
  node->parents = 1;
  node->parent = lip_alloc(1, sizeof *node->parent);
  node->norm = node->bias_norm = NAN;
  if (!node->parent) {
    lip_arch_node_clear(node);
    return lip_fail(err, LIP_ENOMEM, "a node of an architecture");
  }
  node->parent[0] = architecture->nodes - 1;
  return lip_architecture_add(architecture, node, err);
}

static lip_status add_layer(lip_architecture *architecture, const lip_layer *layer, size_t number,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_arch_node affine = {.kind = LIP_ARCH_LINEAR,
                          .channels = layer->out,
                          .bias = layer->b != NULL,
                          .W = copy(layer->W, layer->out * layer->in),
                          .b = copy(layer->b, layer->out)};
  lip_arch_node after = {.kind = LIP_ARCH_ACTIVATION, .activation = layer->activation};

  (void)snprintf(affine.name, sizeof affine.name, "layer %zu", number);
  if (!affine.W || (layer->b && !affine.b)) {
    lip_arch_node_clear(&affine);
    return lip_fail(err, LIP_ENOMEM, "the weights of layer %zu", number);
  }
  TRY(add_after(architecture, &affine, err));
  if (layer->activation.kind != LIP_IDENTITY) TRY(add_after(architecture, &after, err));
done:
  return st;
}

lip_status lip_architecture_of_net(const lip_net *net, lip_architecture **architecture,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  lip_architecture *made = lip_alloc_zero(1, sizeof *made);
  lip_arch_node input = {.kind = LIP_ARCH_INPUT, .height = 1, .width = 1};

  if (!made) FAIL(LIP_ENOMEM, "an architecture");
  input.channels = net->layer[0].in;
  TRY(lip_architecture_add(made, &input, err));
  for (size_t j = 0; j < net->depth; j++) {
    if (net->layer[j].map != LIP_AFFINE)
      FAIL(LIP_EINPUT, "layer %zu: an architecture has affine layers", j);
    if (!isfinite(lip_activation_lipschitz(net->layer[j].activation)))
      FAIL(LIP_EINPUT, "layer %zu: %s is not Lipschitz", j,
           lip_activation_name(net->layer[j].activation.kind));
    TRY(add_layer(made, &net->layer[j], j, err));
  }
  *architecture = made;
  made = NULL;
done:
  lip_architecture_free(made);
  return st;
}
