/* cells.h - the universal law's counterexample, Theorem 4: functions with one sign on each of the
 * 2^d cells that the sign patterns make (theory.md U15). */
#ifndef LIP_STUDY_CELLS_H
#define LIP_STUDY_CELLS_H

#include <stddef.h>
#include <stdint.h>

/* 100 d^(3/2): 1 over the half-width of the slabs |x_i| <= w that part the cells. */
double cells_constant(size_t d);

/* P(x lies in some slab), x uniform on the unit sphere: at most d times one slab's probability, and
   that is exact. */
double slab_bound(size_t d);

/* h_l(x) = min(1, min over the cells with label -1 of -1 + 100 d^(3/2) distance(x, cell)), d <= 6;
   bit c of `labels` is cell c's label, bit i of c the sign of x_i. */
double cell_function(size_t d, uint64_t labels, const double *x);

/* The one parameter a in [0, 2^(2^d)): linear between whole numbers. */
double one_parameter(size_t d, double a, const double *x);

/* Points uniform on the unit sphere with random labels: how many lie in slabs, and how many of the
   others a labelling of the cells can fit at most. votes: 2 x 2^d, zeroed here. */
typedef struct reachable {
  size_t in_slabs, fitted;
} reachable;
reachable cells_reachable(size_t d, size_t n, uint64_t seed, uint32_t *votes);

/* How many random labellings of n points are drawn until each of the 2^n has come. seen: 2^n. */
size_t coupons(size_t n, uint64_t seed, uint64_t repetition, unsigned char *seen);
double coupons_expected(size_t n); /* 2^n (1 + 1/2 + ... + 1/2^n) */

#endif
