/* norm_parts.h - the parts in the norm 2 of a claim in the norm 1 or inf, and their proofs as one.
 */
#ifndef LIP_CERTIFICATE_GRAPHS_NORM_PARTS_H
#define LIP_CERTIFICATE_GRAPHS_NORM_PARTS_H

#include "certificate/proof.h"

enum { LIP_PART_ARRAYS = 3 };

/* How many parts a claim can have beside the whole function: m outputs in the norm inf, d inputs
   (columns of J) in the norm 1; 1: none. */
size_t lip_norm_most_parts(const lip_claim *claim);

/* The part's claim: of 1 part the whole function, of lip_norm_most_parts one output or input; it
   borrows what the claim has. */
lip_claim lip_norm_part(const lip_claim *claim, size_t parts, size_t part);

/* What a bound of all parts is multiplied by, rounded up: sqrt(d) in the norm inf, sqrt(m) in 1. */
double lip_norm_factor(const lip_claim *claim);

/* One proof (norm-equivalence) out of those of all parts, which are of one kind: graph-product,
   sectors or regions.
   part    in   parts of them; copied
   joined  out  untouched on failure
   return       LIP_OK; LIP_EINPUT: another kind; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_norm_parts_join(size_t parts, const lip_proof *part,
                                              lip_proof *joined, lip_error *err);

#endif
