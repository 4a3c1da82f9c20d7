/* differences.h - the network whose outputs are the differences of another one's outputs. */
#ifndef LIP_AUDIT_DIFFERENCES_H
#define LIP_AUDIT_DIFFERENCES_H

#include <liplaw/net.h>

/* x -> (f_a - f_b) over a < b, in the order (0, 1), (0, 2), ..., (1, 2), ...; of one output f
   itself. A softmax at the end is left out: the largest entry is at the same place before it.
   differences  out  released with lip_net_free; NULL: the network has maps that graphs do not
   return            LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_output_differences(const lip_net *net, lip_net **differences,
                                                 lip_error *err);

/* Which output of it is f_a - f_b, a < b, of m. */
size_t lip_difference_index(size_t m, size_t a, size_t b);

#endif
