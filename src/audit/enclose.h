/* enclose.h - outputs of a network with their rounding errors bounded. */
#ifndef LIP_AUDIT_ENCLOSE_H
#define LIP_AUDIT_ENCLOSE_H

#include <liplaw/net.h>

#include "linalg/interval.h"

/* Intervals that contain the outputs of the real function that the weights define.
   X        in   rows x d
   v        out  rows x m
   certain  out  false: this network has layers that are not enclosed here; then the intervals are
                 the outputs in f64, of width 0
   return        LIP_OK; LIP_ENOMEM; LIP_ENUMERIC
   cost          twice that of the values */
LIP_MUST_CHECK lip_status lip_enclose_values(const lip_net *net, size_t rows, const double *X,
                                             lip_interval *v, bool *certain, lip_error *err);

#endif
