/* isotropic.h - coordinates of x in which the hyperplanes of the neurons look in all directions
   alike. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_ISOTROPIC_H
#define LIP_LIPSCHITZ_TWO_LAYERS_ISOTROPIC_H

#include <liplaw/status.h>

/* Radial isotropic position: a matrix Q with sum of h h'/|h|^2 = (k/D) I over the rows h of H Q.
   With x = Q y every sign pattern sign(H x) = sign(H Q y) stays; only lengths and angles change.

   H        in   k x D, row-major, k >= 1, D >= 1, finite; row l is [w_l, b_l], or w_l. Rows of
                 zeros, and the lengths of the others, do not matter
   Q        out  D x D, row-major, always nonsingular: of condition at most 1e5 D, apart from powers
                 of two before its rows that even out the columns of H
   inverse  out  D x D: Q^-1 to rounding; may be NULL
   cost          about 20 k D^2 flops for each of at most 60 steps, k D doubles
   return        LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where H is not finite
   limits        there is no such position where more than (j / D) k of the rows lie in a subspace
                 of dimension j (equal neurons; H of less than full rank): then Q is as near to one
                 as the limit on its condition allows
   source        Barthe, Inventiones 134 (1998): existence; the fixed point is Tyler's M-estimator
                 of scatter */
LIP_MUST_CHECK lip_status lip_isotropic_position(size_t k, size_t D, const double *H, double *Q,
                                                 double *inverse, lip_error *err);

#endif
