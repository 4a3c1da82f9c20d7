/* matrix_norm.h - the operator norm of every matrix within given bounds of its entries. */
#ifndef LIP_CERTIFICATE_GRAPHS_MATRIX_NORM_H
#define LIP_CERTIFICATE_GRAPHS_MATRIX_NORM_H

#include <liplaw/certificate.h>

/* Is |X| <= bound, from p to p, for every m x d matrix X with |X_ij - center_ij| <= radius_ij?
   1 and inf: sums of |center| + radius, which the largest matrix attains. 2: the norm of |center| +
   radius, or that of the center and sqrt(|radius|_1 |radius|_inf), by lip_certainly_semidefinite;
   of one row or column the former alone, which is attained.
   center, radius  in   m x d, row-major
   margin          out  relative: what was given away to rounding; only where proved
   return               LIP_OK; LIP_ENOMEM.  cost  m d min(m, d) */
LIP_MUST_CHECK lip_status lip_matrix_norm_is_below(lip_norm_kind norm, size_t m, size_t d,
                                                   const double *center, const double *radius,
                                                   double bound, bool *proved, double *margin,
                                                   lip_error *err);

/* The same as a number, in floating point: about the least bound that is proved. */
LIP_MUST_CHECK lip_status lip_matrix_norm_estimate(lip_norm_kind norm, size_t m, size_t d,
                                                   const double *center, const double *radius,
                                                   double *estimate, lip_error *err);

#endif
