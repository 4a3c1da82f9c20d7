/* slope_box.h - the semidefinite test: is |A diag(s) W|_op <= upper for every s in a box? */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_SLOPE_BOX_H
#define LIP_CERTIFICATE_TWO_LAYERS_SLOPE_BOX_H

#include "certificate/claim.h"

/* The test, for slopes low_l <= s_l <= high_l, and multipliers T = diag(tau), tau > 0:
   with c, r the middles and half widths, M = A diag(c) W, B = A diag(r) over the free neurons
   (low < high),

     S = I - B T^-1 B' > 0   and   upper^2 I >= W' T W + M' S^-1 M       (LipSDP-Neuron; derivation
                                                                          in docs/theory.md)

   prove |A diag(s) W| <= upper for every s of the box. It is asked as the definiteness of one
   symmetric matrix, of size d + m or (free neurons) + m, whichever is smaller:

     [ upper^2 I - W'TW   M' ]          [ upper^2 T^-1 - WW'   -W M'           ]
     [ M                  S  ] >= 0     [ -M W'                upper^2 S - M M' ] >= 0

   For one output this is the sign relaxation: with lambda_l = r_l^2 a_l^2 / tau_l and
   lambda_0 = 1 - sum lambda_l it says upper^2 I >= m m'/lambda_0 + sum v_l v_l'/lambda_l,
   v_l = r_l a_l w_l. Multipliers of neurons that are fixed, or have a zero row of W or column of A,
   do not matter. */
typedef struct lip_slope_box lip_slope_box;

/* A workspace for many tests on one claim; for few neurons it keeps W W' with its error bound, so
   that a test costs O(k^2 m + (free + m)^3). The claim is borrowed.
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_slope_box_create(const lip_claim *claim, lip_slope_box **box,
                                               lip_error *err);
void lip_slope_box_free(lip_slope_box *box); /* takes NULL */

/* low, high    in   k each, as the network's slopes (not scaled); the box of the exact slopes lies
                     inside. Infinite ends: not proved.
   tau          in   k; about the scaled A and W of the claim. NaN or <= 0 on a neuron that matters:
                     not proved. NULL: all neurons are fixed.
   upper        in   about the network's J (not scaled)
   proved       out  true: proved, rounding counted, whatever BLAS does within its error bounds
   margin       out  relative error bound of this test, in terms of `upper`: what was given away to
                     rounding. A writer claims upper (1 + 2 margin). Where it is not proved: what
                     `upper` should be raised by, if that is known. May be NULL.
   return       LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_slope_box_test(lip_slope_box *box, const double *low,
                                             const double *high, const double *tau, double upper,
                                             bool *proved, double *margin, lip_error *err);

#endif
