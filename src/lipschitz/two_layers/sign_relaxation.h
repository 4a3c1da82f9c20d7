/* sign_relaxation.h - the semidefinite relaxation of max |U' t| over signs t, solved in floating
   point on both sides. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SIGN_RELAXATION_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SIGN_RELAXATION_H

#include <liplaw/status.h>

/* U has n rows in R^d. It is given by its rows, or, where that is cheaper, by their products. */
typedef struct lip_sign_rows {
  size_t n, d;
  const double *first; /* row 0: d */
  const double *W;     /* row l > 0 is scale[l] times row which[l] of W (.. x d) */
  const size_t *which;
  const double *scale;
  const double *squares;  /* n: |u_l|^2 */
  const double *products; /* n x n: u_l . u_j; or NULL: then the rows are used */
} lip_sign_rows;

/* A workspace for up to `most` rows in R^d, given by their products or by themselves. */
typedef struct lip_sign_relaxation lip_sign_relaxation;
LIP_MUST_CHECK lip_status lip_sign_relaxation_create(size_t most, size_t d, bool products,
                                                     lip_sign_relaxation **relaxation,
                                                     lip_error *err);
void lip_sign_relaxation_free(lip_sign_relaxation *relaxation); /* takes NULL */

typedef struct lip_sign_goal {
  double accuracy;     /* relative, of the value: (value - attained) <= accuracy value */
  double below, above; /* as in lip_multipliers_goal */
} lip_sign_goal;

/* Maximises |U' V| over V with unit rows (whose square is the value of the semidefinite program),
   and bounds it: for every lambda > 0, |U' V|^2 <= sum(lambda) eigmax(U' diag(1/lambda) U).
   which_row  in      n, distinct numbers below `most`: under which name each row of V is kept for
                      the next call
   warm       in      start from the rows of V that are kept
   lambda     out     n, positive, sum 1
   value      out     sqrt(sum(lambda) eigmax), the upper bound that lambda gives
   direction  out     d: unit, the main axis of U' V, on the side of row 0; may be NULL
   return     LIP_OK, also where it was stopped: lambda holds; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sign_relaxation_solve(lip_sign_relaxation *relaxation,
                                                    const lip_sign_rows *rows,
                                                    const size_t *which_row, lip_sign_goal goal,
                                                    bool warm, double *lambda, double *value,
                                                    double *direction, const lip_control *control,
                                                    lip_error *err);

#endif
