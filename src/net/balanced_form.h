/* balanced_form.h - a network whose numbers are far from 1, as one whose numbers are not. */
#ifndef LIP_NET_BALANCED_FORM_H
#define LIP_NET_BALANCED_FORM_H

#include <liplaw/net.h>

/* Where weights, or their products along the network, are so large or small that squares of slopes
   may overflow or vanish: g with f = 2^exponent g, of the same nodes. Values of nodes are those of
   f times powers of two, where piecewise linear activations let them through; no digit changes.
   form      out  released with lip_net_free; NULL where there is no need, or no such form
   exponent  out  0 where form is NULL
   return         LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_balanced_form(const lip_net *net, lip_net **form, int *exponent,
                                            lip_error *err);

#endif
