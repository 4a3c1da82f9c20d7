/* jacobian_parts.h - what the two ways of bounding Jacobians share. */
#ifndef LIP_CERTIFICATE_GRAPHS_JACOBIAN_PARTS_H
#define LIP_CERTIFICATE_GRAPHS_JACOBIAN_PARTS_H

#include "certificate/claim.h"
#include "certificate/graphs/slope_back.h"

/* Sets the coefficients of the last node, which are 0, to rows first .. first + count - 1 of the
   claim's function. */
void lip_jacobian_outputs(const lip_claim *claim, lip_slope_back *back, size_t first, size_t count);

/* How many rows of so many doubles are pushed at once. */
size_t lip_jacobian_block(size_t doubles);

/* Upper bounds of |row of J| in the norm 1 (for the constant in the norm inf) or 2, and of J
   itself. work   in  flops that may be spent bound  out infinite where a slope is not bounded */
LIP_MUST_CHECK lip_status lip_jacobian_by_rows(const lip_claim *claim, lip_slope_back *back,
                                               bool euclidean, double work, double *bound,
                                               const lip_control *control, lip_error *err);

/* The largest sum of |J| in a column: the constant in the norm 1. */
LIP_MUST_CHECK lip_status lip_jacobian_by_columns(const lip_claim *claim, lip_slope_back *back,
                                                  double work, double *bound,
                                                  const lip_control *control, lip_error *err);

#endif
