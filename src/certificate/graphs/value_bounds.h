/* value_bounds.h - between which numbers the values of a graph's nodes stay, rounding counted. */
#ifndef LIP_CERTIFICATE_GRAPHS_VALUE_BOUNDS_H
#define LIP_CERTIFICATE_GRAPHS_VALUE_BOUNDS_H

#include "certificate/claim.h"

/* All x with low <= x <= high entry by entry, |x - center| <= radius, and signs as they are fixed.
   All arrays are borrowed. */
typedef struct lip_region {
  const double *low, *high; /* d each, low <= high, may be infinite; NULL: no limit */
  const double *center;     /* d; NULL: the origin */
  double radius;            /* infinite: no limit */
  /* By node, of activations: +1 keeps what has z_j >= 0, -1 z_j <= 0, 0 both; NULL, and the NULL
     of one node: nothing is fixed */
  const signed char *const *sign;
} lip_region;

/* low[i][j] <= the j-th value of node i <= high[i][j] at every x of the region. */
typedef struct lip_value_bounds {
  const lip_net *net; /* borrowed */
  double **low, **high;
  double *block;             /* owned: all of them */
  bool empty;                /* no x of the region has those signs; the bounds are of no use then */
  struct value_work *work;   /* owned */
  struct value_lines *lines; /* owned */
} lip_value_bounds;

/* Room for bounds of this network, to be found for one region after the other.
   bounds  out  released with lip_value_bounds_free
   return       LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_value_bounds_create(const lip_net *net, lip_value_bounds **bounds,
                                                  lip_error *err);
void lip_value_bounds_free(lip_value_bounds *bounds); /* takes NULL */

/* Infinite ends where nothing is known. Deterministic.
   work    in  0: intervals alone, one pass of the network and of its absolute values. Else also
               linear bounds pushed back to the input, of the nodes that so many flops pay for
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_value_bounds_find(lip_value_bounds *bounds, const lip_region *region,
                                                double work, const lip_control *control,
                                                lip_error *err);

/* Into how many regions the claim's domain falls: around data one for each ball, as long as passes
   of the network for all of them take few seconds; else 1. */
size_t lip_claim_regions(const lip_claim *claim);

/* The claim's domain as a region, around data the ball of center `ball` alone (ignored elsewhere);
   LIP_NOWHERE: all balls, in the box and the ball about them.
   ends  out  3 d entries: the ends of a box, a center; must stay as long as the region */
lip_region lip_claim_region(const lip_claim *claim, size_t ball, double *ends);

/* Region i of lip_claim_regions. */
lip_region lip_claim_region_at(const lip_claim *claim, size_t i, double *ends);

#endif
