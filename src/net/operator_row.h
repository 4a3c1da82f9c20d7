/* operator_row.h - single rows of the linear part of an affine node. */
#ifndef LIP_NET_OPERATOR_ROW_H
#define LIP_NET_OPERATOR_ROW_H

#include <liplaw/net.h>

/* x += v (row j of L_p), or of |L_p|: lip_operator_transpose for a row with one entry, in time of
   the entries of row j that are not 0.
   j  in      entry of the node's value, < size
   x  in/out  size of the p-th parent */
void lip_operator_add_row(const lip_net *net, size_t node, size_t p, bool absolute, size_t j,
                          double v, double *x);

#endif
