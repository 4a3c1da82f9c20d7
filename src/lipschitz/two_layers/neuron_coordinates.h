/* neuron_coordinates.h - coordinates y of the points of a domain, in which the hyperplanes of the
   neurons lie evenly around the origin. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_NEURON_COORDINATES_H
#define LIP_LIPSCHITZ_TWO_LAYERS_NEURON_COORDINATES_H

#include "certificate/claim.h"

/* The neurons' arguments are z_l = length_l (H_l.y + offset_l), H_l of length 1 (0 of a zero row).

   Space, piecewise linear or softplus: y is a ray of points (x, s), s > 0, of which the pattern
   depends: |y| = 1, D = d + 1 (d without biases: all points x of a ray; and for softplus, whose
   slopes are steepest far out). Where k > D, in radial isotropic position, as near as a few steps
   of its iteration come.
   Other domains: x = center + unit y, |y| <= 1 on a ball and around data, |y| = 1 on the sphere,
   every |y_i| <= 1 in a box. Space, other activations: the same with any y. */
typedef struct lip_neuron_coordinates {
  const lip_claim *claim; /* borrowed */
  size_t D;
  bool rays;      /* the first of the above */
  double *H;      /* k x D */
  double *length; /* k; 1 of rays */
  double *b;      /* k: b_l in units of length_l, at center 0 */
  double unit;
  double *axis;   /* D, of length 1: s grows along it; NULL where there is no s */
  double s_scale; /* b_l was multiplied by this */
  double *Q;      /* D x D: (x, s / s_scale) = Q y up to a positive factor; NULL: the identity */
} lip_neuron_coordinates;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_neuron_coordinates_create(const lip_claim *claim,
                                                        lip_neuron_coordinates *to, lip_error *err);
void lip_neuron_coordinates_clear(lip_neuron_coordinates *of); /* takes one that is zeroed */

/* offset  out  k: of y around this center (0 where the domain has one only) */
void lip_neuron_offsets(const lip_neuron_coordinates *of, size_t center, double *offset);

/* y <- a y of the domain near to it. */
void lip_neuron_coordinates_project(const lip_neuron_coordinates *of, double *y);

/* The point x (d) of y: a point of the domain. */
void lip_neuron_coordinates_point(const lip_neuron_coordinates *of, size_t center, const double *y,
                                  double *x);

#endif
