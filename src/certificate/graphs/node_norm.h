/* node_norm.h - the operator norms of affine nodes, rounding counted. */
#ifndef LIP_CERTIFICATE_GRAPHS_NODE_NORM_H
#define LIP_CERTIFICATE_GRAPHS_NODE_NORM_H

#include <liplaw/certificate.h>

/* From above, of the operator L of a node with one parent, from p to p: for the norms 1 and inf the
   largest sum of sizes in a column, in a row, up to rounding; for the norm 2 the least that is
   known without any test: of scales and selections the norm itself, else sqrt(|L|_1 |L|_inf) or the
   root of the sum of squares. node   in   affine, one parent norm   out  infinite where it
   overflows return      LIP_OK; LIP_ENOMEM.  cost  one or two passes */
LIP_MUST_CHECK lip_status lip_node_norm_up(const lip_net *net, size_t node, lip_norm_kind norm,
                                           double *value, lip_error *err);

/* How a norm 2 that is less than that is proved. */
typedef enum lip_norm_test {
  LIP_NORM_BY_GRAM,   /* n^2 I - L L' >= 0, or L'L where that is smaller: the norm itself */
  LIP_NORM_BY_SYMBOL, /* of large convolutions (symbol_norm.h): what padding takes off is not seen
                       */
  LIP_NORM_KNOWN,     /* it is not: scales, selections, pools, what is too large */
} lip_norm_test;

lip_norm_test lip_node_norm_test(const lip_net *net, size_t node);

/* Is |L|_2 <= `norm` certain, by the node's test?
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_node_norm_is_below(const lip_net *net, size_t node, double norm,
                                                 bool *proved, const lip_control *control,
                                                 lip_error *err);

/* From `estimate`, about |L|_2, to a norm that the test proves.
   norm  in/out  lowered where less is proved
   return        LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_node_norm_settle(const lip_net *net, size_t node, double estimate,
                                               double *norm, const lip_control *control,
                                               lip_error *err);

#endif
