/* pattern_signs.h - the semidefinite relaxation of the largest t'Gt over signs t, and signs with
   a large t'Gt. G = U U' of vectors u_0, ..., u_(n-1): t'Gt = |sum t_i u_i|^2. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_SIGNS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_SIGNS_H

#include <liplaw/status.h>

/* A workspace for problems of at most `capacity` signs. The relaxation is

     max <G, X>, X >= 0, X_ii = 1     =     min sum y, diag(y) >= G,

   the primal on unit rows of V, X = V V' (n x rank, `stride` apart); the dual y is what proves:
   every positive y with diag(y) >= G shows t'Gt <= sum y for all signs t. */
typedef struct lip_pattern_signs {
  size_t capacity, n, rank, stride;
  double *G; /* n x n, row-major, symmetric, positive semidefinite; provided by the caller */
  double *V; /* n x stride; unit rows, the entries from `rank` on are 0 */
  double *y; /* n */
  double *test, *row; /* n x n; stride */
} lip_pattern_signs;

LIP_MUST_CHECK lip_status lip_pattern_signs_create(size_t capacity, lip_pattern_signs **relax,
                                                   lip_error *err);
void lip_pattern_signs_free(lip_pattern_signs *relax); /* takes NULL */

/* Random unit rows. */
void lip_pattern_signs_start(lip_pattern_signs *relax, uint64_t seed);

/* Improves V by coordinate ascent and y with it, until y proves `below` (its sum is `below` then),
   or V shows that the value is above `above` (or above `below`, and hardly grows), or `sweeps` are
   done, or it is stopped. return  true: proved, up to rounding value   out  <G, V V'>: at most the
   relaxation's value */
bool lip_pattern_signs_solve(lip_pattern_signs *relax, double below, double above, size_t sweeps,
                             double *value, const lip_control *control);

/* The least factor in [1, most], roughly, for which y scaled to the sum factor * value proves; y is
   scaled to it. Infinite where `most` does not do. */
double lip_pattern_signs_bound(lip_pattern_signs *relax, double value, double most,
                               const lip_control *control);

/* Flips signs of t, one or two at a time, while t'Gt grows.
   h  workspace  n
   return  t'Gt */
double lip_pattern_climb(size_t n, const double *G, double *t, double *h);

#endif
