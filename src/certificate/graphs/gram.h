/* gram.h - L L' or L'L of an affine node, of the smaller order, with what it may be off by. */
#ifndef LIP_CERTIFICATE_GRAPHS_GRAM_H
#define LIP_CERTIFICATE_GRAPHS_GRAM_H

#include <liplaw/certificate.h>

size_t lip_gram_order(const lip_net *net, size_t node);

/* The lower triangle of 2^-2e L L', or of 2^-2e L'L where that is smaller.
   node   in   affine, one parent
   X      out  n x n, n = lip_gram_order
   slack  out  n: of the matrix of errors' sizes the sums of its rows
   return      LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT
   cost        matrices: n^2 times the longer side; convolutions: the products of all pairs of
   kernel entries, and adding them up where they meet; others two passes for each row */
LIP_MUST_CHECK lip_status lip_gram(const lip_net *net, size_t node, int exponent, double *X,
                                   double *slack, const lip_control *control, lip_error *err);

#endif
