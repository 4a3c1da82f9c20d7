/* nearest_rows.h - the nearest other row of a matrix, for some of its rows. */
#ifndef LIP_DATA_NEAREST_ROWS_H
#define LIP_DATA_NEAREST_ROWS_H

#include <liplaw/status.h>

#include "base/parallel.h"

/* X        in   n x d, row-major, finite, n >= 2
   row      in   `count` rows that are asked for
   nearest  out  count: another row that is as near as any, up to the rounding of products; an equal
                 row counts
   return        LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM
   cost          count n d products on the team, a copy of X, 1 MB a thread */
LIP_MUST_CHECK lip_status lip_nearest_rows(lip_team *team, const double *X, size_t n, size_t d,
                                           const size_t *row, size_t count, size_t *nearest,
                                           const lip_control *control, lip_error *err);

#endif
