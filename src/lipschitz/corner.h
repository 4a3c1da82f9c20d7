/* corner.h - corners of the arrangement of the neurons' hyperplanes, and the edges between them. */
#ifndef LIP_LIPSCHITZ_CORNER_H
#define LIP_LIPSCHITZ_CORNER_H

#include "certificate/claim.h"

/* One output on the space, piecewise linear: the gradient is rest + the sum of v_l over the neurons
   with h_l.y > 0, where y is (x, 1) up to a positive factor; y = x where all biases are 0. */
typedef struct lip_arrangement {
  size_t k, d, D; /* neurons that matter; D = d + 1 with biases, else d */
  double s_scale; /* the last entry of y, with biases, is s / s_scale */
  double *H, *v;  /* k x D, rows of length 1; k x d, scaled as in the claim */
  double *rest;   /* d */
} lip_arrangement;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_arrangement_create(const lip_claim *claim, lip_arrangement *made,
                                                 lip_error *err);
void lip_arrangement_clear(lip_arrangement *of); /* takes one that is zeroed */

/* A ray r on D - 1 hyperplanes, one for each slot: all 2^(D-1) sides of these have points next to
   it. Along edge j, r + t e_j with the s of r, only the hyperplane of
   slot j is left. A slot may be empty, where
   too few hyperplanes cross. */
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

LIP_MUST_CHECK lip_status lip_corner_create(const lip_arrangement *in, lip_corner *made,
                                            lip_error *err);
void lip_corner_clear(lip_corner *corner); /* takes one that is zeroed */
void lip_corner_copy(const lip_corner *from, lip_corner *to);

/* A corner of the cell of x, with the cell's signs.  directions  in  D x D random numbers */
void lip_corner_start(lip_corner *corner, const double *x, const double *directions);

/* The corner on edge j next to which a cell has the largest sum of weights of neurons that are on;
   signs of slots other than j are as `weight` (k) wants them. neuron: whose hyperplane is met
   there; k: there is none above `least`.
   return  that sum, less what the cell at hand has */
double lip_corner_best_on_edge(const lip_corner *corner, size_t j, const double *weight,
                               double least, size_t *neuron);

/* Goes there: the neuron takes the slot j. The signs of slots are those that weight wants. */
void lip_corner_move(lip_corner *corner, size_t j, size_t neuron, const double *weight);

/* Without biases: to the opposite ray. (Edges end where they have come half around the origin.) */
void lip_corner_turn(lip_corner *corner);

/* Changes signs of slots while that makes the gradient longer. Returns its length. */
double lip_corner_settle(lip_corner *corner);

/* A point inside the cell. */
void lip_corner_point(const lip_corner *corner, double *x);

#endif
