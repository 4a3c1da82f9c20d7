/* sign_relaxation_parts.h - the sign relaxation in pieces: the workspace that its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SIGN_RELAXATION_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SIGN_RELAXATION_PARTS_H

#include "lipschitz/two_layers/sign_relaxation.h"

#include "linalg/eight_columns.h"

enum { LIP_SIGN_COLUMNS = 32, LIP_SIGN_BAND = 128 };

struct lip_sign_relaxation {
  size_t most, d, columns; /* of V and G, which are packed */
  const lip_eight_columns *loops;
  double *kept; /* most x LIP_SIGN_COLUMNS: V by name */
  double *V;    /* n x columns, of the call under way */
  double *G;    /* d x columns: U' V; used where there are no products */
  double *root; /* n: 1 / sqrt(lambda) */
  double *part; /* n */
  double over;  /* over-relaxation */
  size_t order; /* min(most, d), or most with products: of the matrix whose top eigenvalue counts */
  double *K;    /* order x order; NULL where that is too large */
  double *factor; /* order x order */
  double *band;   /* LIP_SIGN_BAND x d: some rows, scaled */
};

static inline const double *lip_sign_row(const lip_sign_rows *rows, size_t l)
{
  return l == 0 ? rows->first : rows->W + rows->which[l] * rows->d;
}

static inline double lip_sign_scale(const lip_sign_rows *rows, size_t l)
{
  return l == 0 ? 1 : rows->scale[l];
}

/* The bound that lambda (positive, sum 1) gives, squared: `wanted` where it is below that; else,
   where this is the last try, itself; else infinite, or itself where there is no K.
   square  in   |U' V|^2, which no bound is below
   return       LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sign_relaxation_dual(lip_sign_relaxation *relaxation,
                                                   const lip_sign_rows *rows, const double *lambda,
                                                   double square, double wanted, bool last,
                                                   double *bound, lip_error *err);

#endif
