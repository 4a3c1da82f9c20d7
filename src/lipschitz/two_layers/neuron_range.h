/* neuron_range.h - how large a neuron, and its slope, can be on a ball. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_NEURON_RANGE_H
#define LIP_LIPSCHITZ_TWO_LAYERS_NEURON_RANGE_H

#include <liplaw/net.h>

/* A neuron psi(w.x + b) with |w| = length, over |x| <= radius (may be infinite). */

/* sup |psi'|: Lip(psi), the papers' L, except where that is infinite: there over the range
   |w.x + b| <= length radius + |b|. */
double lip_neuron_slope(lip_activation psi, double length, double bias, double radius);

/* sup |psi|. */
double lip_neuron_value(lip_activation psi, double length, double bias, double radius);

#endif
