/* told.h - quantities of a law that a network and a data set tell. */
#ifndef LIP_LAW_TOLD_H
#define LIP_LAW_TOLD_H

#include <liplaw/dataset.h>
#include <liplaw/law.h>
#include <liplaw/net.h>

typedef struct lip_told {
  const lip_net *net;      /* may be NULL */
  const lip_dataset *data; /* may be NULL */
  const char *name;        /* of the data, for messages */
  const double *values;    /* what the network, or a function made of it, has at the points; NULL
                              without data or network */
  bool keep_c, keep_error; /* c and fit_error were given */
  bool no_search;          /* L* is not looked for where it is not given */
} lip_told;

/* Whether the law needs or may use a quantity. */
bool lip_law_speaks_of(const lip_law *law, const char *quantity);

/* Fills what is NaN in `input` and what the law speaks of. Of data: n, d, positive, L_star; and,
   where an .npz told them, sigma2, and c of its law (of its isoperimetric profile for the profile
   laws), or what is not known of it, as an assumption. Of a network: k, p, bits (32 of f32 weights,
   where nothing else counts the class), and the norm of profile-two-layer. Of values: fit_error,
   and outliers where the law has them: the number of points, at most a tenth, at which the bound is
   largest.
   return  LIP_OK; LIP_EINPUT where labels are not -1 and +1; what lip_smallest_constant and
           lip_law_evaluate return */
LIP_MUST_CHECK lip_status lip_law_tell(const lip_told *told, const lip_law *law,
                                       lip_law_input *input, const lip_control *control,
                                       lip_error *err);

#endif
