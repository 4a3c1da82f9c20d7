/* largest_eigenvalue.h - the largest eigenvalue of a symmetric map that is given by its products
   with vectors, as computed: an estimate. */
#ifndef LIP_LINALG_LARGEST_EIGENVALUE_H
#define LIP_LINALG_LARGEST_EIGENVALUE_H

#include <liplaw/status.h>

/* y <- H x, both of n entries */
typedef void lip_symmetric_map(void *context, const double *x, double *y);

typedef struct lip_eigenvalue {
  double value;    /* at most the largest eigenvalue, up to rounding */
  double residual; /* |H v - value v| at the unit vector v found */
  double error;    /* what may be missing of the value: the residual, or its square over the gap */
  size_t steps;    /* products with H */
} lip_eigenvalue;

/* Lanczos with full reorthogonalisation, restarted from the vector found when its basis is full
   (Golub and Van Loan, Matrix Computations, 10.1 and 10.3).
   tolerance  in      relative to the value: it stops where the error is below it, or after 20
                      restarts
   vector     in/out  n: where to start (0: at random; a start orthogonal to what is sought is never
                      left, so a random part of it is advisable); the unit vector found
   found      out     untouched on failure
   cost               a product and 4 n j operations at step j, j at most 120; 120 n doubles
   return             LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where H is not finite */
LIP_MUST_CHECK lip_status lip_largest_eigenvalue(size_t n, lip_symmetric_map *map, void *context,
                                                 double tolerance, double *vector,
                                                 lip_eigenvalue *found, const lip_control *control,
                                                 lip_error *err);

#endif
