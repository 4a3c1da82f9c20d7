/* activation_range.h - activations and their slopes over intervals, rounding counted. */
#ifndef LIP_CERTIFICATE_ACTIVATION_RANGE_H
#define LIP_CERTIFICATE_ACTIVATION_RANGE_H

#include "linalg/interval.h"

#include <liplaw/net.h>

/* psi' over an interval of arguments, enclosed: contains psi'(t) for every t in it, and at a kink
   inside (not at an end of the interval alone) the slopes of both sides. An argument may be
   infinite. */
lip_interval lip_activation_slopes_on(lip_activation psi, lip_interval t);

/* psi over an interval of arguments, enclosed. */
lip_interval lip_activation_values_on(lip_activation psi, lip_interval t);

#endif
