/* node_norm.h - the operator norms of affine nodes, rounding counted. */
#ifndef LIP_CERTIFICATE_NODE_NORM_H
#define LIP_CERTIFICATE_NODE_NORM_H

#include <liplaw/certificate.h>

/* From above, of the operator L of a node with one parent, from p to p: for the norms 1 and inf the
   largest sum of sizes in a column, in a row, up to rounding; for the norm 2 the least that is
   known without any test: of scales and selections the norm itself, else sqrt(|L|_1 |L|_inf) or the
   root of the sum of squares. node   in   affine, one parent norm   out  infinite where it
   overflows return      LIP_OK; LIP_ENOMEM.  cost  one or two passes */
LIP_MUST_CHECK lip_status lip_node_norm_up(const lip_net *net, size_t node, lip_norm_kind norm,
                                           double *value, lip_error *err);

/* Is |L|_2 <= `norm` certain, by n^2 I - L L' >= 0 (L'L where that is smaller)?
   margin  out  raised to what was given away to rounding, relative
   return       LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT.  cost  see lip_node_gram_order */
LIP_MUST_CHECK lip_status lip_node_norm_is_below(const lip_net *net, size_t node, double norm,
                                                 bool *proved, double *margin,
                                                 const lip_control *control, lip_error *err);

/* The order n of that matrix; the test costs n^3 / 3, two passes for each of its n rows, and n^2
   doubles. */
size_t lip_node_gram_order(const lip_net *net, size_t node);

enum { LIP_MOST_GRAM = 4500 };

#endif
