/* tensor_parts.h - the parts of the tensor network: weights of an exact fit, neurons, constant. */
#ifndef LIP_CONSTRUCT_TENSOR_PARTS_H
#define LIP_CONSTRUCT_TENSOR_PARTS_H

#include "construct/construction.h"

/* Weights with sum_j alpha_j (x_i.x_j)^p = y_i, to a relative residual of 1e-11.
   alpha  out  n
   return  LIP_OK; LIP_EINPUT where there are none: the number of dimensions, or the nearest points;
           LIP_ENOMEM; LIP_EINTERRUPT.  cost  conjugate gradients; tensor_weights.c */
LIP_MUST_CHECK lip_status lip_tensor_weights(const lip_construct_job *job, double *alpha,
                                             lip_error *err);

/* t -> t^p */
lip_activation lip_power_activation(size_t p);

/* t^p by repeated products. */
double lip_whole_power(double t, size_t p);

/* The number of monomials of degree p in d variables; infinite where it overflows. */
double lip_monomials(size_t d, size_t p);

/* Neurons for sum_i alpha_i (x_i.x)^p by the polarisation formula (two-layer paper, Lemma 2), for
   p >= 2: at most 2^(p-1) for each monomial of degree p - 1, fewer where its variables repeat.
   return  LIP_OK; LIP_EINPUT where the network would be above 2 GB; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_polarised_neurons(const lip_construct_job *job, const double *alpha,
                                                lip_net **net, lip_error *err);

/* An upper bound on the constant of sum_i alpha_i (x_i.x)^p on the unit sphere, for p >= 2.
   how  out  static text: the formula */
LIP_MUST_CHECK lip_status lip_tensor_constant(const lip_construct_job *job, const double *alpha,
                                              double *bound, const char **how, lip_error *err);

#endif
