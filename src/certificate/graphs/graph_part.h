/* graph_part.h - a network as a composition of networks. */
#ifndef LIP_CERTIFICATE_GRAPHS_GRAPH_PART_H
#define LIP_CERTIFICATE_GRAPHS_GRAPH_PART_H

#include <liplaw/net.h>

/* Does every way from the input to the output pass node `at`? Such a node may divide the network:
   what comes after it is a function of its value alone. True of the first and of the last node. */
bool lip_graph_is_passage(const lip_net *net, size_t at);

/* The nodes from + 1, ..., to as a network of the value of node `from`, both passages, number by
   number the same ones.
   return  LIP_OK; LIP_ENOMEM; LIP_EINPUT where they are no passages, a map is among the nodes, or
           the network of these nodes would be simplified */
LIP_MUST_CHECK lip_status lip_graph_part(const lip_net *net, size_t from, size_t to, lip_net **part,
                                         lip_error *err);

#endif
