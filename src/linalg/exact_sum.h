/* exact_sum.h - the sign of a sum of products of doubles, without any rounding. */
#ifndef LIP_LINALG_EXACT_SUM_H
#define LIP_LINALG_EXACT_SUM_H

#include <stddef.h>

/* Adds x to the expansion e of `count` numbers: their exact sum stays exact.
   return  how many numbers there are now, at most count + 1, the last one outweighing the others
   source  Shewchuk, Discrete Comput. Geom. 18, 1997 */
size_t lip_expansion_add(double *e, size_t count, double x);

/* The sign of sum x_i y_i, exactly: -1, 0, +1; 2 where it is not known, as the error of a product
   may underflow.  e  workspace  2 n + 2 */
int lip_exact_dot_sign(size_t n, const double *x, const double *y, double *e);

#endif
