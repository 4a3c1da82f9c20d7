/* two_nearest.h - the intrinsic dimension of a set of points, by the distances to two neighbours.
 */
#ifndef LIP_DATA_TWO_NEAREST_H
#define LIP_DATA_TWO_NEAREST_H

#include <liplaw/status.h>

#include "base/parallel.h"

/* Estimates; NaN for fewer than 20 different points. */
typedef struct lip_two_nearest {
  size_t points;    /* different ones that were compared */
  double dimension; /* fit through the origin of -log(1 - F) on log(r2 / r1), the largest tenth left
                       out */
  double likelihood; /* (N - 1) / sum log(r2 / r1) */
} lip_two_nearest;

/* Two-NN (Facco, d'Errico, Rodriguez, Laio 2017): where the density is constant over the two
   nearest neighbours, P(r2 / r1 <= m) = 1 - m^(-dimension), whatever the density is. Low for
   dimensions above about 20, since the density is not. X      in   n x d, row-major, finite; equal
   rows count once most   in   compares so many points only, evenly spread over the rows; 0: all
   return      LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM
   cost        N^2 d products, N d doubles and 4 MB a thread */
LIP_MUST_CHECK lip_status lip_two_nearest_dimension(lip_team *team, const double *X, size_t n,
                                                    size_t d, size_t most, lip_two_nearest *found,
                                                    const lip_control *control, lip_error *err);

#endif
