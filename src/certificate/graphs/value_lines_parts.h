/* value_lines_parts.h - between value_lines.c and value_lines_back.c. */
#ifndef LIP_CERTIFICATE_GRAPHS_VALUE_LINES_PARTS_H
#define LIP_CERTIFICATE_GRAPHS_VALUE_LINES_PARTS_H

#include "certificate/graphs/activation_lines.h"
#include "certificate/graphs/value_lines.h"

#include <math.h>

struct value_lines {
  const lip_net *net;
  double **sizes;            /* by node: S_n */
  lip_line **below, **above; /* by nonlinear node */
  size_t **pick;             /* by max pool: the parent's entry that the lines speak of */
  bool *cut;                 /* by node: its lines do not depend on its parents */
  bool *unknown;             /* by node: a value or S is infinite */
  bool *tightened, *reached;
  double **coefficient; /* by node, of rows under way */
  double *room;
  size_t room_size;
  double gamma, largest_terms, work;
};

static inline double lip_value_size(const lip_value_bounds *bounds, size_t node, size_t j)
{
  return fmax(fabs(bounds->low[node][j]), fabs(bounds->high[node][j]));
}

#endif
