/* flattening.h - the matrix flattening of the form of a network of powers, through Gram matrices.
 */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_FLATTENING_H
#define LIP_CERTIFICATE_TWO_LAYERS_FLATTENING_H

#include "certificate/claim.h"

/* f(x) = sum a_l (w_l.x + b_l)^p on |x| <= R, one output:

     |grad f| <= factor |F|_op,   |F|_op^2 <= the largest eigenvalue of C N,

   C and N being the symmetric matrices below, exact as they stand (all rounding went into their
   diagonals): statement and derivation at the head of flattening.c. */
typedef struct lip_flattening {
  size_t k;
  unsigned power;
  double *C, *N; /* k x k each, owned; entries of size 1 */
  double factor; /* rounded up; about the network's own scale */
} lip_flattening;

/* Squares and powers, one output, norm 2, a bounded domain. */
bool lip_flattening_applies(const lip_claim *claim);
/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_flattening_create(const lip_claim *claim, lip_flattening *form,
                                                lip_error *err);
void lip_flattening_clear(lip_flattening *form); /* takes one that is zeroed */

#endif
