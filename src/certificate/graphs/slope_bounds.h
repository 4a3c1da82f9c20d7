/* slope_bounds.h - between which slopes each activation of the graph stays on the claim's domain.
 */
#ifndef LIP_CERTIFICATE_GRAPHS_SLOPE_BOUNDS_H
#define LIP_CERTIFICATE_GRAPHS_SLOPE_BOUNDS_H

#include "certificate/claim.h"
#include "certificate/graphs/value_bounds.h"

/* low[i][j] <= psi'(z_j) <= high[i][j] for the j-th entry of activation node i at almost every x of
   the domain, and of each connected part of it no less for every difference quotient of psi between
   two of its arguments there. Infinite where the slope is unbounded (square and powers where the
   arguments are). */
typedef struct lip_slope_bounds {
  size_t nodes;
  double **low, **high; /* by node: size entries each; NULL for nodes that are no activation */
  double *block;        /* owned: all of them */
} lip_slope_bounds;

/* Flops that linear bounds may take for all balls together: a few seconds. */
#define LIP_SLOPE_WORK 3e10

/* Deterministic: the same claim gives the same bounds on one machine.
   bounds  out  released with lip_slope_bounds_free
   return       LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_slope_bounds_create(const lip_claim *claim, lip_slope_bounds **bounds,
                                                  const lip_control *control, lip_error *err);
/* Room for slopes, which no value has yet (low infinite, high minus infinity); back to that. */
LIP_MUST_CHECK lip_status lip_slope_bounds_room(const lip_net *net, lip_slope_bounds **bounds,
                                                lip_error *err);
void lip_slope_bounds_empty(lip_slope_bounds *bounds, const lip_net *net);

/* Adds the slopes on the ball about one center alone (LIP_NOWHERE: about all; elsewhere than around
   data: the domain).
   values  in/out  room for this network; afterwards the values' bounds there
   work    in      as lip_value_bounds_find */
LIP_MUST_CHECK lip_status lip_slope_bounds_of_ball(const lip_claim *claim, lip_value_bounds *values,
                                                   size_t ball, double work,
                                                   lip_slope_bounds *bounds,
                                                   const lip_control *control, lip_error *err);
/* The slopes of the whole line: on every domain, without bounds of values. */
LIP_MUST_CHECK lip_status lip_slope_bounds_everywhere(const lip_net *net, lip_slope_bounds **bounds,
                                                      lip_error *err);
void lip_slope_bounds_free(lip_slope_bounds *bounds); /* takes NULL */

#endif
