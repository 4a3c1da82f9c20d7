/* search_cones_parts.h - the search over cones in pieces: what its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_CONES_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_CONES_PARTS_H

#include "lipschitz/two_layers/climb.h"
#include "lipschitz/two_layers/cone_tree.h"
#include "lipschitz/method.h"

/* A search under way. */
typedef struct lip_cone_search {
  const lip_problem *problem;
  lip_problem space; /* the same on the whole space */
  lip_bracket *bracket;
  lip_cones *cones;
  lip_cone_tree tree;
  lip_cone_sum sum;
  const lip_climb_kind *kind;
  lip_climber *climber;
  uint64_t *above, *below; /* words */
  double best;             /* scaled: the steepest gradient seen anywhere */
  double target;           /* scaled: cones at or below are done */
  uint32_t best_form;      /* of its direction */
  uint64_t climbs;
} lip_cone_search;

/* Before anything else: offers the bracket's point, climbs from a few random ones, and sets the
   target. */
LIP_MUST_CHECK lip_status lip_cone_search_start(lip_cone_search *search, const lip_control *control,
                                                lip_error *err);

/* The gradient at a new vertex may be steeper than any before: climbs from there. May move what the
   tree points to; search->sum becomes the vertex's. */
LIP_MUST_CHECK lip_status lip_cone_search_look_at(lip_cone_search *search, const lip_vertex *vertex,
                                                  const lip_control *control, lip_error *err);

#endif
