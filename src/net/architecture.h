/* architecture.h - from networks and descriptions to architectures. */
#ifndef LIP_NET_ARCHITECTURE_H
#define LIP_NET_ARCHITECTURE_H

#include <liplaw/architecture.h>

#include "net/arch_read.h"

/* list, net  in  used up either way
   return         LIP_OK; LIP_EINPUT where a node is not Lipschitz, or nothing has parameters;
                  LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_architecture_of_list(lip_arch_list *list,
                                                   lip_architecture **architecture, lip_error *err);
LIP_MUST_CHECK lip_status lip_architecture_of_net(lip_net *net, lip_architecture **architecture,
                                                  lip_error *err);

/* norm and bias_norm of every layer with weights. */
LIP_MUST_CHECK lip_status lip_architecture_measure(lip_architecture *architecture,
                                                   const lip_control *control, lip_error *err);

/* A layer of the universal law's section 3: a map with parameters. */
bool lip_node_is_layer(const lip_node *node);

#endif
