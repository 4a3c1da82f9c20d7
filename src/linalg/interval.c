/* interval.c - intervals with outward rounding.

   Ends are rounded outward only where the operation was not exact, as error-free transformations
   tell (Dekker, Knuth): sums of whole numbers and products of short ones stay points. */
#include "linalg/interval.h"

#include "linalg/vector.h"

#include <float.h>

/* Below this a product's rounding error may itself underflow. */
static const double SMALL = 0x1p-960;

static double error_of_sum(double x, double y, double sum)
{
  double back = sum - x;

  return (x - (sum - back)) + (y - back);
}

/* x + y below (sign -1) or above (+1); of opposite infinities, which bound nothing, the one that
   bounds nothing. */
static double add(double x, double y, double sign)
{
  double sum = x + y, error;

  if (isnan(sum)) return sign * INFINITY;
  if (isinf(sum)) return sum * sign > 0 || isinf(x) || isinf(y) ? sum : -sign * DBL_MAX;
  error = error_of_sum(x, y, sum);
  return error == 0                         ? sum
         : error * sign > 0 || isnan(error) ? nextafter(sum, sign * INFINITY)
                                            : sum;
}

static double mul(double x, double y, double sign)
{
  double product = x * y, error;

  if (x == 0 || y == 0) return 0;
  if (isinf(product)) return product * sign > 0 || isinf(x) || isinf(y) ? product : -sign * DBL_MAX;
  if (fabs(product) < SMALL) return nextafter(product, sign * INFINITY);
  error = fma(x, y, -product);
  return error * sign > 0 ? nextafter(product, sign * INFINITY) : product;
}

lip_interval lip_interval_of(double x)
{
  return (lip_interval){x, x};
}

lip_interval lip_interval_add(lip_interval s, lip_interval t)
{
  return (lip_interval){add(s.low, t.low, -1), add(s.high, t.high, 1)};
}

lip_interval lip_interval_sub(lip_interval s, lip_interval t)
{
  return (lip_interval){add(s.low, -t.high, -1), add(s.high, -t.low, 1)};
}

lip_interval lip_interval_mul(lip_interval s, lip_interval t)
{
  double low = fmin(fmin(mul(s.low, t.low, -1), mul(s.low, t.high, -1)),
                    fmin(mul(s.high, t.low, -1), mul(s.high, t.high, -1)));
  double high = fmax(fmax(mul(s.low, t.low, 1), mul(s.low, t.high, 1)),
                     fmax(mul(s.high, t.low, 1), mul(s.high, t.high, 1)));

  return (lip_interval){low, high};
}

/* x / y below (sign -1) or above (+1), for y > 0: a step outward unless the remainder, which is
   exact away from underflow, says that there is no need. */
static double ratio_to(double x, double y, double sign)
{
  double ratio = x / y;

  if (fabs(x) > 0x1p-900 && fabs(ratio) > 0x1p-900 && isfinite(ratio) &&
      fma(-ratio, y, x) * sign <= 0)
    return ratio;
  return nextafter(ratio, sign * INFINITY);
}

lip_interval lip_interval_over(lip_interval s, lip_interval t)
{
  if (!(t.low > 0)) return (lip_interval){-INFINITY, INFINITY};
  return (lip_interval){ratio_to(s.low, s.low < 0 ? t.low : t.high, -1),
                        ratio_to(s.high, s.high < 0 ? t.high : t.low, 1)};
}

static double root(double x, double sign)
{
  double r = sqrt(x), error;

  if (!(x > 0)) return 0;
  if (isinf(x)) return x;
  if (x < SMALL) return nextafter(r, sign * INFINITY);
  error = fma(-r, r, x); /* exact: x - r^2 */
  return error * sign > 0 ? nextafter(r, sign * INFINITY) : r;
}

lip_interval lip_interval_sqrt(lip_interval t)
{
  return (lip_interval){root(t.low, -1), root(t.high, 1)};
}

/* A sum under way: sum, its rounding errors added up, and their absolute values. */
typedef struct long_sum {
  double sum, errors, sizes;
  size_t small; /* products whose error may have underflowed */
} long_sum;

static inline __attribute__((always_inline)) long_sum add_products(size_t n, const double *x,
                                                                   const double *y)
{
  long_sum s = {0, 0, 0, 0};

  for (size_t i = 0; i < n; i++) {
    double product = x[i] * y[i], next = s.sum + product;
    double e = __builtin_fma(x[i], y[i], -product), f = error_of_sum(s.sum, product, next);

    s.small += fabs(product) < SMALL && x[i] != 0 && y[i] != 0;
    s.errors += e + f;
    s.sizes += fabs(e) + fabs(f);
    s.sum = next;
  }
  return s;
}

#if defined(__x86_64__)
/* Without a call for every fused operation. */
__attribute__((target("fma"))) static long_sum add_products_fma(size_t n, const double *x,
                                                                const double *y)
{
  return add_products(n, x, y);
}
#endif

static long_sum sum_of_products(size_t n, const double *x, const double *y)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("fma")) return add_products_fma(n, x, y);
#endif
  return add_products(n, x, y);
}

/* The products and sums of Ogita, Rump and Oishi's Dot2; the sum of the errors is itself known up
   to (n + 1) 2 u times the sum of their sizes. */
lip_interval lip_interval_dot(size_t n, const double *x, const double *y)
{
  long_sum s = sum_of_products(n, x, y);
  double slack;
  lip_interval result;

  if (!isfinite(s.sum) || !isfinite(s.sizes)) return (lip_interval){-INFINITY, INFINITY};
  slack = ((double)n + 2) * 0x1p-52 * s.sizes;
  slack = slack > 0 ? lip_up(slack * (1 + ((double)n + 4) * 0x1p-52)) : 0;
  if (s.sizes > 0) slack = fmax(slack, 2 * DBL_TRUE_MIN); /* where slack underflowed itself */
  if (s.small > 0) slack = lip_up(slack + 2 * ((double)s.small + 1) * DBL_TRUE_MIN);
  result = (lip_interval){-slack, slack};
  result = lip_interval_add(result, lip_interval_of(s.errors));
  return lip_interval_add(result, lip_interval_of(s.sum));
}

lip_interval lip_interval_norm(size_t n, const double *x)
{
  double largest = lip_largest(n, x);
  int exponent = 0;
  size_t present = 0;
  lip_interval square = {0, 0}, length;

  if (!isfinite(largest)) return (lip_interval){0, INFINITY};
  for (size_t i = 0; i < n && present < 2; i++) present += x[i] != 0;
  if (present < 2) return lip_interval_of(largest); /* exact */
  (void)frexp(largest, &exponent);
  if (exponent > -400 && exponent < 400) return lip_interval_sqrt(lip_interval_dot(n, x, x));
  for (size_t i = 0; i < n; i += 64) {
    double scaled[64];
    size_t count = n - i < 64 ? n - i : 64;

    for (size_t j = 0; j < count; j++) scaled[j] = ldexp(x[i + j], -exponent);
    square = lip_interval_add(square, lip_interval_dot(count, scaled, scaled));
  }
  length = lip_interval_sqrt(square);
  /* entries that scaling underflowed: each changed by at most the smallest number */
  length.high = lip_up(length.high + 2 * (double)n * DBL_TRUE_MIN);
  length.low = fmax(0, lip_down(length.low));
  length.low = lip_down(ldexp(length.low, exponent));
  length.high = lip_up(ldexp(length.high, exponent));
  return (lip_interval){fmax(0, length.low), length.high};
}
