/* value_lines.h - bounds of values by linear bounds pushed back to the input. */
#ifndef LIP_CERTIFICATE_GRAPHS_VALUE_LINES_H
#define LIP_CERTIFICATE_GRAPHS_VALUE_LINES_H

#include "certificate/graphs/value_bounds.h"

typedef struct value_lines value_lines;

/* Lines above and below every nonlinear node, as far as nodes are known. */
LIP_MUST_CHECK lip_status lip_value_lines_create(const lip_net *net, value_lines **lines,
                                                 lip_error *err);
void lip_value_lines_free(value_lines *lines); /* takes NULL */

/* Starts over for a region, whose bounds of the input are known.
   work  in  how many flops may be spent until the next start */
void lip_value_lines_start(value_lines *lines, const lip_value_bounds *bounds, double work);

/* Takes node i, whose bounds and whose parents' are known, into the lines. */
LIP_MUST_CHECK lip_status lip_value_lines_add(value_lines *lines, const lip_value_bounds *bounds,
                                              size_t i, lip_error *err);

/* Tightens the bounds of node `at`, which has been added, at the entries that matter to `user`:
   those at which an activation of one kink may switch, of other nodes (and of LIP_NOWHERE) all. */
LIP_MUST_CHECK lip_status lip_value_lines_tighten(value_lines *lines, lip_value_bounds *bounds,
                                                  const lip_region *region, size_t at, size_t user,
                                                  const lip_control *control, lip_error *err);

#endif
