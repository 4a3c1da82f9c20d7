/* moment.h - weighted second moments and their quadratic forms, on several threads. */
#ifndef LIP_CONSTRUCT_MOMENT_H
#define LIP_CONSTRUCT_MOMENT_H

#include "construct/construction.h"

/* M <- sum_i alpha_i x_i x_i', D x D, both triangles; the same bits for any number of threads.
   X  in  n x D, row-major;  cost  n D^2 flops
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_moment(const lip_construct_job *job, size_t n, size_t D,
                                     const double *X, const double *alpha, double *M,
                                     lip_error *err);

/* values  out  n: x_i' M x_i.  cost  2 n D^2 flops */
LIP_MUST_CHECK lip_status lip_moment_values(const lip_construct_job *job, size_t n, size_t D,
                                            const double *X, const double *M, double *values,
                                            lip_error *err);

#endif
