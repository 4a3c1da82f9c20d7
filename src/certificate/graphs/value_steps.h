/* value_steps.h - bounds of one node's values from those of its parents. */
#ifndef LIP_CERTIFICATE_GRAPHS_VALUE_STEPS_H
#define LIP_CERTIFICATE_GRAPHS_VALUE_STEPS_H

#include "certificate/graphs/value_bounds.h"

typedef struct value_work value_work;

LIP_MUST_CHECK lip_status lip_value_work_create(const lip_net *net, value_work **work,
                                                lip_error *err);
void lip_value_work_free(value_work *work); /* takes NULL */

/* Each sets bounds->low[i] and high[i]. Linear maps, convolutions, average pools; of the input also
   by the lengths of the rows, where the region is in a ball. */
LIP_MUST_CHECK lip_status lip_value_of_operator(lip_value_bounds *bounds, size_t i,
                                                const lip_region *region, lip_error *err);
/* Scales, selections, concatenations, sums. */
void lip_value_of_entries(lip_value_bounds *bounds, size_t i);
void lip_value_of_max_pool(lip_value_bounds *bounds, size_t i);
void lip_value_of_softmax(lip_value_bounds *bounds, size_t i);

#endif
