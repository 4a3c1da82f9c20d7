/* networks.h - networks for tests. */
#ifndef LIP_TESTS_NETWORKS_H
#define LIP_TESTS_NETWORKS_H

#include <liplaw/net.h>

#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lip_activation_kind kinds[] = {LIP_IDENTITY, LIP_RELU,     LIP_LEAKY_RELU, LIP_ABS,
                                            LIP_TANH,     LIP_SOFTPLUS, LIP_SQUARE,     LIP_SIGMOID,
                                            LIP_POWER,    LIP_ELU};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* A network of at most 8 layers with normal weights scaled by 1 / sqrt(in), floats for LIP_F32, all
   hidden layers psi. */
static inline lip_net *random_net(size_t depth, const size_t *widths, lip_activation psi, bool bias,
                                  lip_activation_kind last, lip_precision precision)
{
  lip_activation activations[8];
  bool biases[8];
  lip_net *net = NULL;

  for (size_t j = 0; j < depth; j++) {
    activations[j] = j + 1 < depth ? psi : (lip_activation){last, psi.slope};
    if (activations[j].kind == LIP_POWER) activations[j].slope = 3;
    if (activations[j].kind == LIP_ELU) /* ONNX keeps it as a float */
      activations[j].slope = (float)activations[j].slope;
    biases[j] = bias;
  }
  assert_int_equal(lip_net_create(depth, widths, activations, biases, precision, &net, NULL),
                   LIP_OK);
  lip_random_normal((lip_stream){3, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  for (size_t j = 0; j < depth; j++)
    for (size_t i = 0; i < net->layer[j].in * net->layer[j].out; i++)
      net->layer[j].W[i] /= sqrt((double)net->layer[j].in);
  for (size_t i = 0; precision == LIP_F32 && i < net->parameters; i++)
    net->block[i] = (float)net->block[i];
  return net;
}

#endif
