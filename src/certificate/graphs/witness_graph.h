/* witness_graph.h - derivatives of a graph along a vector at a point, in interval arithmetic. */
#ifndef LIP_CERTIFICATE_GRAPHS_WITNESS_GRAPH_H
#define LIP_CERTIFICATE_GRAPHS_WITNESS_GRAPH_H

#include "certificate/claim.h"
#include "linalg/interval.h"

/* The functions asked for, differentiated along P v at x: P the projection to the tangent space on
   the sphere, else the identity; on the sphere at radius x / |x|. Where x lies on a kink the
   derivatives of points close by are enclosed as well.
   claim  in   deep
   x, v   in   d each, finite
   along  out  m
   known  out  false where a slope or a value has no bound: then `along` is undefined
   return      LIP_OK; LIP_ENOMEM
   cost        four passes through the graph */
LIP_MUST_CHECK lip_status lip_witness_graph_along(const lip_claim *claim, const double *x,
                                                  const double *v, lip_interval *along, bool *known,
                                                  lip_error *err);

/* The same with some 250 bits, for networks so deep that doubles know nothing; `known` is also
   false on the sphere and for kinds of nodes that it does not know. cost  about 100 passes */
LIP_MUST_CHECK lip_status lip_witness_graph_along_long(const lip_claim *claim, const double *x,
                                                       const double *v, lip_interval *along,
                                                       bool *known, lip_error *err);

/* The same in floating point.  along  out  m; zeros where it overflows */
LIP_MUST_CHECK lip_status lip_witness_graph_push(const lip_claim *claim, const double *x,
                                                 const double *v, double *along, lip_error *err);

/* The gradients at x of the functions asked for, in floating point; zeros where they overflow.
   G  out  m x d.  return  LIP_OK; LIP_ENOMEM.  cost  a pass forward, and m back */
LIP_MUST_CHECK lip_status lip_witness_graph_jacobian(const lip_claim *claim, const double *x,
                                                     double *G, lip_error *err);

/* Where that would be too large: a vector along which the functions are steep together in the norm
   2, on the sphere tangential.  v  out  d; zeros where there is none
   return  LIP_OK; LIP_ENOMEM.  cost  some hundred passes */
LIP_MUST_CHECK lip_status lip_witness_graph_direction(const lip_claim *claim, const double *x,
                                                      double *v, lip_error *err);

#endif
