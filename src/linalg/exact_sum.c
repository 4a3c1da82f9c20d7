/* exact_sum.c - the sign of a sum of products of doubles, without any rounding.

   A product is the sum of its rounded value and what a fused multiply-add says that it lost; sums
   are kept as expansions (Shewchuk, Discrete Comput. Geom. 18, 1997). Cost: O(n^2) at worst. */
#include "linalg/exact_sum.h"

#include <math.h>

size_t lip_expansion_add(double *e, size_t count, double x)
{
  size_t kept = 0;

  for (size_t i = 0; i < count; i++) {
    double sum = x + e[i], back = sum - x;
    double lost = (x - (sum - back)) + (e[i] - back);

    if (lost != 0) e[kept++] = lost;
    x = sum;
  }
  if (x != 0) e[kept++] = x;
  return kept;
}

int lip_exact_dot_sign(size_t n, const double *x, const double *y, double *e)
{
  size_t count = 0;

  for (size_t i = 0; i < n; i++) {
    double p = x[i] * y[i];

    if (x[i] == 0 || y[i] == 0) continue;
    if (!(fabs(p) > 1e-250 && fabs(p) < 1e250)) return 2;
    count = lip_expansion_add(e, count, p);
    count = lip_expansion_add(e, count, fma(x[i], y[i], -p));
  }
  if (count == 0) return 0;
  return e[count - 1] > 0 ? 1 : -1;
}
