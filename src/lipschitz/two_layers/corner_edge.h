/* corner_edge.h - the best corner of a whole edge of an arrangement. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CORNER_EDGE_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CORNER_EDGE_H

#include "lipschitz/two_layers/corner.h"

/* The corner on edge j next to which a cell has the largest sum of weights of neurons that are on;
   signs of slots other than j are as the weights want them.
   weight  in   k
   neuron  out  whose hyperplane is met there; k: there is none above `least`
   return       that sum, less what the cell at hand has; corner->scratch is overwritten */
double lip_corner_best_on_edge(const lip_corner *corner, size_t j, const double *weight,
                               double least, size_t *neuron);

#endif
