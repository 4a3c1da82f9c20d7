/* two_layer_form.h - a network that is a sum over hidden neurons, as two dense layers. */
#ifndef LIP_NET_TWO_LAYER_FORM_H
#define LIP_NET_TWO_LAYER_FORM_H

#include <liplaw/net.h>

/* The same real function as a network of two dense layers, where it is one affine map, activations,
   and one more affine map, each of them a matrix or a convolution, with entries moved before and
   after it, and has no more than 2^24 weights so. No number is rounded: the matrices hold the
   kernels' own entries.
   form    out  released with lip_net_free; NULL where the network has no such form, or is a chain
                of layers already
   return       LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_two_layer_form(const lip_net *net, lip_net **form, lip_error *err);

#endif
