/* deep.h - Theorem 3 for classes whose parameters move the function very fast: J is given by its
   logarithm, which grows with the depth. */
#ifndef LIP_LAW_DEEP_H
#define LIP_LAW_DEEP_H

#include "law/theorem.h"

/* |f_w(x) - f_v(x)| <= J |w - v| at the points, |w - v| <= diameter. */
typedef struct deep_class {
  double log_slope, log_diameter; /* natural logarithms of J and of the diameter */
} deep_class;

/* The theorem (one of theorem-3-paper, -corrected, -sharp, profile) for that class of in->p
   parameters; whatever else `in` says of the size of the class is not used. The net's radius is
   the theorem's eps / 6, or, in the last two, net_radius as given or the best one. */
LIP_MUST_CHECK lip_status deep_law(const lip_law *theorem, const lip_law_input *in,
                                   const deep_class *at, lip_law_result *out, lip_error *err);

#endif
