/* cone_split.h - how a search over cones splits one: by a neuron's sign, or at a point of an edge.
 */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CONE_SPLIT_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CONE_SPLIT_H

#include "lipschitz/two_layers/cone_tree.h"

/* In what follows `sum` is the node's, with the multipliers of its form in sum->lambda, as
   lip_cone_form leaves them. */

/* Where few neurons are free and no pattern of theirs is steeper than the target (scaled): the
   neuron to split by, the one that matters most; else -1. */
int lip_cone_split_neuron(const lip_cones *cones, const lip_cone_sum *sum, double target);

/* The edge first < second that is long, and crosses much of what the multipliers say matters. A
   neuron counts less the more vertices lie on its smaller side: it stays free after more splits,
   whichever edge is taken.
   sum    in/out  sum->lambda becomes these weights
   slope  in      a gradient's size, scaled: a trace of it, so that where nothing is crossed the
                  longest edge is taken */
void lip_cone_split_edge(const lip_cone_tree *tree, const lip_cone_node *node, lip_cone_sum *sum,
                         double slope, size_t *first, size_t *second);

/* Where on the edge from p to q, in eighths (1 to 7), the neurons that it crosses are halved, by
   the weights in sum->lambda; not too far from the middle. Bits of the coordinates are spent on it
   while there are enough of them. */
unsigned lip_cone_split_eighths(const lip_cones *cones, const lip_cone_sum *sum,
                                const lip_vertex *p, const lip_vertex *q);

#endif
