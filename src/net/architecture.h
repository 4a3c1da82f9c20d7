/* architecture.h - an architecture being built: nodes one after the other, shapes checked. */
#ifndef LIP_NET_ARCHITECTURE_H
#define LIP_NET_ARCHITECTURE_H

#include <liplaw/architecture.h>

#include "net/arch_archive.h"

/* A node after the last one. Its kind, parents (taken over), activation, kernel, stride, padding,
   channels (of layers), bias, norm, bias_norm, W and b (taken over, checked by the caller) are set;
   the rest is found here.
   return  LIP_OK; LIP_EINPUT where shapes do not fit; LIP_ENOMEM; the node is taken over either way
 */
LIP_MUST_CHECK lip_status lip_architecture_add(lip_architecture *architecture, lip_arch_node *node,
                                               lip_error *err);

/* Releases what a node owns that was not added. */
void lip_arch_node_clear(lip_arch_node *node);

/* Numbers of the value. */
size_t lip_arch_node_size(const lip_arch_node *node);

/* The network as an architecture, with weights.
   return  LIP_OK; LIP_EINPUT where a layer is not affine; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_architecture_of_net(const lip_net *net,
                                                  lip_architecture **architecture, lip_error *err);

/* The description in a file; layers have weights where there is an archive.
   return  LIP_OK; LIP_EIO; LIP_EINPUT with file, layer and cause; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_architecture_list(const char *path, const lip_archive *archive,
                                                lip_architecture **architecture, lip_error *err);

/* norm and bias_norm of every layer with weights. */
LIP_MUST_CHECK lip_status lip_architecture_measure(lip_architecture *architecture,
                                                   const lip_control *control, lip_error *err);

#endif
