/* activation_lines.h - straight lines above and below an activation on an interval. */
#ifndef LIP_CERTIFICATE_GRAPHS_ACTIVATION_LINES_H
#define LIP_CERTIFICATE_GRAPHS_ACTIVATION_LINES_H

#include "linalg/interval.h"

#include <liplaw/net.h>

typedef struct lip_line {
  double slope, offset;
} lip_line;

/* below.slope t + below.offset <= psi(t) <= above.slope t + above.offset for every t in z, whose
   ends are finite; rounding counted. Offsets are infinite where nothing better is known. */
void lip_activation_lines(lip_activation psi, lip_interval z, lip_line *below, lip_line *above);

#endif
