/* corner.h - corners of the arrangement of the neurons' hyperplanes, and steps between them. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CORNER_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CORNER_H

#include "lipschitz/two_layers/arrangement.h"

/* Relative: what is on the hyperplane, or parallel to it. */
#define LIP_CORNER_TINY 1e-10

/* A ray r on D - 1 hyperplanes, one for each slot: all 2^(D-1) sides of these have points next to
   it. Along edge j, r + t e_j with the s of r, only the hyperplane of slot j is left. A slot may be
   empty, where too few hyperplanes cross. */
typedef struct lip_corner {
  const lip_arrangement *in; /* borrowed */
  size_t *neuron;            /* D - 1: of each slot; k: empty */
  double *M;                 /* D x D: row j is e_j (h.e_j = 1 for the hyperplane of slot j, 0 for
                                those of the others), the last one r, of length 1 */
  double *T;                 /* D x k: M H' */
  bool *on;                  /* k: of the cell next to r that is meant */
  double *g;                 /* d: its gradient */
  size_t steps;              /* since M was made accurate */
  double *scratch;           /* 2 k + 2 D^2 */
} lip_corner;

/* z_l = h_l.r of all k neurons: the last row of T. */
static inline const double *lip_corner_ray(const lip_corner *corner)
{
  return corner->T + (corner->in->D - 1) * corner->in->k;
}

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_corner_create(const lip_arrangement *in, lip_corner *made,
                                            lip_error *err);
void lip_corner_clear(lip_corner *corner); /* takes one that is zeroed */
void lip_corner_copy(const lip_corner *from, lip_corner *to);

/* A corner of the cell of x, with the cell's signs.  directions  in  D x D random numbers */
void lip_corner_start(lip_corner *corner, const double *x, const double *directions);

/* Goes to where the neuron is met on edge j: it takes the slot j. The signs of slots are those that
 * weight wants. */
void lip_corner_move(lip_corner *corner, size_t j, size_t neuron, const double *weight);

/* Without biases: to the opposite ray. (Edges end where they have come half around the origin.) */
void lip_corner_turn(lip_corner *corner);

/* Changes signs of slots while that makes the gradient longer. Returns its length. */
double lip_corner_settle(lip_corner *corner);

/* A point inside the cell. */
void lip_corner_point(const lip_corner *corner, double *x);

#endif
