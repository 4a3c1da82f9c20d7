/* smoothed_ascent.h - ascent on |J| of the smoothed network, from many starts at once. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SMOOTHED_ASCENT_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SMOOTHED_ASCENT_H

#include "lipschitz/two_layers/neuron_coordinates.h"
#include "lipschitz/two_layers/pattern_batch.h"

/* An ascent under way. Row i of the batch belongs to point y_i. */
typedef struct lip_smoothed_ascent {
  lip_pattern_batch *batch;                  /* borrowed */
  const lip_neuron_coordinates *coordinates; /* borrowed */
  size_t rows;
  uint64_t seed;
  double *y;          /* rows x D */
  double *best;       /* rows x D: where each row was steepest */
  double *best_value; /* rows: there, as the batch's value; -1 at first */
  size_t *center;     /* rows: which center of the domain */
  double *offset;     /* rows x k */
  double *z, *rise;   /* rows x k: arguments; the derivative of the slopes */
  double *up;         /* rows x D: the direction */
} lip_smoothed_ascent;

/* hints  in  `hinted` rows x k: patterns near which the first rows start; the others at random */
LIP_MUST_CHECK lip_status lip_smoothed_ascent_create(lip_pattern_batch *batch,
                                                     const lip_neuron_coordinates *coordinates,
                                                     size_t hinted, const double *hints,
                                                     uint64_t seed, lip_smoothed_ascent *ascent,
                                                     lip_error *err);
void lip_smoothed_ascent_clear(lip_smoothed_ascent *ascent); /* takes one that is zeroed */

/* `steps` steps with the width of the smoothing going down from `from` to a hundredth; in units of
   the size of z at a random point. Four products with W each for every row, and one more for every
   fourth step, at which the best points are kept. */
void lip_smoothed_ascent_run(lip_smoothed_ascent *ascent, double from, size_t steps,
                             const lip_control *control);

/* Every row starts again near one of the best quarter of what was found, at most `distance` away.
   round  in  which random numbers */
void lip_smoothed_ascent_gather(lip_smoothed_ascent *ascent, double distance, size_t round);

#endif
