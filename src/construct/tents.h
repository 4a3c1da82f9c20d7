/* tents.h - sums of tents about points, the network of rbf and projected. */
#ifndef LIP_CONSTRUCT_TENTS_H
#define LIP_CONSTRUCT_TENTS_H

#include "construct/construction.h"

/* f(x) = sum_i y_i max(0, 1 - |Px - Px_i| / r), P the first `kept` coordinates, over the points
   with different Px_i. Sets of the result what lip_construction's build does, but `source`.
   kept    in  1 to d
   return      as build; LIP_EINPUT names two points with equal Px and different labels, or says
               that all Px are equal */
LIP_MUST_CHECK lip_status lip_build_tents(const lip_construct_job *job, size_t kept, lip_net **net,
                                          lip_construct_result *result, lip_error *err);

#endif
