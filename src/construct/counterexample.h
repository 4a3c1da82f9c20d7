/* counterexample.h - the family of functions with one parameter, by the parameter. */
#ifndef LIP_CONSTRUCT_COUNTEREXAMPLE_H
#define LIP_CONSTRUCT_COUNTEREXAMPLE_H

#include <liplaw/net.h>

/* f_l of the universal law's Theorem 4 (theory.md U15) on R^d, whose first `coordinates` cut the
   space: at most 17. Functions at real parameters interpolate between those at whole ones.
   seed, parameter  in   l: up to 4 coordinates its bits are the cells' labels, 2^(2^coordinates) of
                         them; beyond, labels are hashed from (seed, l, cell)
   constant         out  of f_l on the space
   return           LIP_OK; LIP_EINPUT; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_counterexample_network(size_t d, size_t coordinates, uint64_t seed,
                                                     uint64_t parameter, lip_net **net,
                                                     double *constant, lip_error *err);

#endif
