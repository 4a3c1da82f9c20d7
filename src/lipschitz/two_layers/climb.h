/* climb.h - the ways to climb on the gradient norm from a point. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CLIMB_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CLIMB_H

#include "lipschitz/problem.h"

/* A climber works on one problem and keeps its workspace between climbs. */
typedef struct lip_climber lip_climber;

typedef struct lip_climb_kind {
  bool (*applies)(const lip_problem *problem);
  lip_status (*create)(const lip_problem *problem, lip_climber **climber, lip_error *err);
  void (*free)(lip_climber *climber); /* takes NULL */

  /* Moves x (in the domain) to where the slope is larger, or leaves it.
     stream  in      random numbers from this position on; each climb of a measurement gets its own
     passes  in/out  the work left, in passes over the weights; the climb ends when it is used up,
                     or when it finds nothing better
     slope   out     at the new x
     return          LIP_OK, also when it was stopped */
  lip_status (*climb)(lip_climber *climber, uint64_t stream, double *passes, double *x,
                      double *slope, const lip_control *control, lip_error *err);
} lip_climb_kind;

/* Two layers, piecewise linear, one output, norm 2, the space, d < k: along edges of the
   arrangement of hyperplanes. */
extern const lip_climb_kind lip_climb_corners;

/* Two layers, piecewise linear: the best point of a whole line or great circle, exactly. */
extern const lip_climb_kind lip_climb_exact_lines;

/* Two layers, tanh, sigmoid or softplus: along lines from steep part to steep part. In addition to
   the others. */
extern const lip_climb_kind lip_climb_crossings;

/* x <- the steepest of some points on several hyperplanes of random neurons each.
   climber  of lip_climb_crossings; stream, passes  as of a climb */
LIP_MUST_CHECK lip_status lip_climb_crossings_draw(lip_climber *climber, uint64_t stream,
                                                   double *passes, double *x, lip_error *err);

/* Any network: gradients at samples of a line. */
extern const lip_climb_kind lip_climb_sampled_lines;

/* The one that reaches most of those that apply. */
const lip_climb_kind *lip_climb_kind_for(const lip_problem *problem);

/* Climbs get blocks of random numbers that do not meet. */
enum { LIP_CLIMB_STREAM_BITS = 40 };

#endif
