/* claim_memory.h - bounds of values and slopes on a claim's domain, found once. */
#ifndef LIP_CERTIFICATE_GRAPHS_CLAIM_MEMORY_H
#define LIP_CERTIFICATE_GRAPHS_CLAIM_MEMORY_H

#include "certificate/graphs/slope_bounds.h"
#include "certificate/graphs/value_bounds.h"

/* For one thread at a time. */
typedef struct claim_memory claim_memory;

claim_memory *lip_claim_memory_create(void);      /* NULL: no memory */
void lip_claim_memory_free(claim_memory *memory); /* takes NULL */

/* Bounds on the whole of the claim's domain, as one region (lip_claim_region with LIP_NOWHERE).
   values  out  borrowed from the claim, until bounds for a copy with another domain are asked for
   return       LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_claim_values(const lip_claim *claim, const lip_value_bounds **values,
                                           const lip_control *control, lip_error *err);

/* What lip_slope_bounds_create has found for this domain; NULL: nothing yet. */
const lip_slope_bounds *lip_claim_slopes_kept(const lip_claim *claim);
void lip_claim_keep_slopes(const lip_claim *claim, lip_slope_bounds *slopes); /* takes them over */

/* The number that lip_jacobian_bound has found for this claim; NaN: nothing yet. */
double lip_claim_bound_kept(const lip_claim *claim);
void lip_claim_keep_bound(const lip_claim *claim, double bound);

#endif
