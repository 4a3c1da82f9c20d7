/* largest_eigenvalue.h - the largest eigenvalue of a symmetric map that is given by its products
   with vectors, as computed: an estimate. */
#ifndef LIP_LINALG_LARGEST_EIGENVALUE_H
#define LIP_LINALG_LARGEST_EIGENVALUE_H

#include <liplaw/status.h>

/* y <- H x, both of n entries */
typedef void lip_symmetric_map(void *context, const double *x, double *y);

/* Lanczos with full reorthogonalisation, restarted from the vector found when its basis is full
   (Golub and Van Loan, Matrix Computations, 10.1 and 10.3).
   tolerance  in      relative to the value: it stops where the residual |H v - value v| is below
                      sqrt(tolerance) value and the value, by the gap to the next one, below
                      tolerance
   vector     in/out  n: where to start (0: at random; a start orthogonal to what is sought is never
                      left, so a random part of it is advisable); the unit vector found
   value      out     at most the largest eigenvalue
   error      out     what may be missing, estimated; may be NULL
   return     LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where H is not finite */
LIP_MUST_CHECK lip_status lip_largest_eigenvalue(size_t n, lip_symmetric_map *map, void *context,
                                                 double tolerance, double *vector, double *value,
                                                 double *error, const lip_control *control,
                                                 lip_error *err);

#endif
