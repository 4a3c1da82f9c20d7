/* node_norms.h - how much each node of a graph stretches by itself: estimates. */
#ifndef LIP_LIPSCHITZ_GRAPHS_NODE_NORMS_H
#define LIP_LIPSCHITZ_GRAPHS_NODE_NORMS_H

#include <liplaw/certificate.h>

/* |L|_2 of an affine node with one parent, by iteration through the operator, with what it may
   miss; untouched where squares overflow.
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT.  cost  up to some hundred passes */
LIP_MUST_CHECK lip_status lip_node_norm_estimate(const lip_net *net, size_t node, double tolerance,
                                                 double *value, const lip_control *control,
                                                 lip_error *err);

/* The constants of all nodes that stretch their one parent's value: of affine nodes |L| in the
   norm, of activations sup |psi'|, of largest entries and softmax what graph_product.h takes. norms
   in/out  nodes entries: those that are NaN are found, as far as it is not stopped; they stay NaN
   for inputs, sums, concatenations and maps */
LIP_MUST_CHECK lip_status lip_node_norms(const lip_net *net, lip_norm_kind norm, double *norms,
                                         const lip_control *control, lip_error *err);

#endif
