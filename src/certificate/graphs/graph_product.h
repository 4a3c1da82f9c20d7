/* graph_product.h - products of operator norms along the paths of a graph. */
#ifndef LIP_CERTIFICATE_GRAPHS_GRAPH_PRODUCT_H
#define LIP_CERTIFICATE_GRAPHS_GRAPH_PRODUCT_H

#include "certificate/claim.h"

/* From the norms of the nodes to a bound of the claim's constant, rounding counted (theory.md).
   claim       in   deep
   everywhere  in   take the slopes of the whole line, not the domain's: no more than they cost
   norm   in   nodes entries: upper bounds of |L_i|_p of affine nodes with one parent, from
               lip_node_norm_up or better; others are not read
   bound  out  infinite where a slope has no bound or it overflows
   return      LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT.  cost  that of the slopes (slope_bounds.h) */
LIP_MUST_CHECK lip_status lip_graph_product(const lip_claim *claim, const double *norm,
                                            bool everywhere, double *bound,
                                            const lip_control *control, lip_error *err);

/* Has the node a norm that lip_graph_product reads? */
bool lip_graph_product_reads(const lip_net *net, size_t node);

/* Of largest entries of windows: the root of the largest number of windows that meet an entry (norm
   2), that number (norm 1), 1 (norm inf), rounded up. */
LIP_MUST_CHECK lip_status lip_graph_product_of_windows(const lip_node *node, lip_norm_kind norm,
                                                       double *constant, lip_error *err);

#endif
