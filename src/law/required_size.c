/* required_size.c - universal law, section 1.1: how many parameters smooth fits of n points need.

   sqrt(n d / p) <= L gives p >= n d / L^2, with the effective dimension in the place of d. Source:
   Bubeck, Sellke, section 1.1 (U12), "highly speculative" by its own words. */
#include "law/required_size.h"

#include <math.h>

required_size required_size_of(double n, double least, double largest, double L, double p)
{
  required_size out = {.low = n * least / (L * L),
                       .high = n * largest / (L * L),
                       .classical = n,
                       .steepest = sqrt(n * largest / p),
                       .smoothest = sqrt(n * least / p)};

  if (least < largest) {
    out.order_low = (int)round(log10(out.low));
    out.order_high = (int)round(log10(out.high));
  } else {
    out.order_low = (int)floor(log10(out.low));
    out.order_high = (int)ceil(log10(out.high));
  }
  if (p < out.low)
    out.position = SIZE_BELOW;
  else if (p <= out.high)
    out.position = SIZE_INSIDE;
  else if (p > out.high)
    out.position = SIZE_ABOVE;
  return out;
}

const char *required_size_caveat(size_t index)
{
  static const char *const caveats[] = {
      ("the law's constants and logarithms are left out: orders of magnitude, \"highly "
       "speculative\" "
       "by the paper's own words"),
      ("which dimension counts is open: that of the pixels is an upper limit, and isoperimetry of "
       "the "
       "data is hoped for, not shown"),
      ("without label noise the law is silent; the paper reads the noise level as the non-robust "
       "test "
       "error of good models, a few per cent on MNIST"),
      ("the law speaks of training error and the Lipschitz constant; experiments report robust "
       "test "
       "error"),
      "the law is about distances in l2; robust training is mostly for l-infinity",
  };

  return index < sizeof caveats / sizeof *caveats ? caveats[index] : NULL;
}
