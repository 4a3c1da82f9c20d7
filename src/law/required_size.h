/* required_size.h - universal law, section 1.1: how many parameters smooth fits of n points need.
 */
#ifndef LIP_LAW_REQUIRED_SIZE_H
#define LIP_LAW_REQUIRED_SIZE_H

#include <liplaw/status.h>

typedef enum size_position { SIZE_UNKNOWN, SIZE_BELOW, SIZE_INSIDE, SIZE_ABOVE } size_position;

/* n d_eff / L^2, constants and logarithms left out, for the least and the largest effective
   dimension. */
typedef struct required_size {
  double low, high;           /* parameters */
  int order_low, order_high;  /* powers of ten: the nearest ones, or those about one number */
  double classical;           /* as many as equations: n */
  size_position position;     /* of p */
  double steepest, smoothest; /* sqrt(n d_eff / p) for the largest and the least dimension; NaN */
} required_size;

/* p: NaN where there is none; L: the constant that is wanted, 1 for smooth. */
required_size required_size_of(double n, double least, double largest, double L, double p);

/* What section 1.1 warns of: the sentence `index`, NULL after the last. */
const char *required_size_caveat(size_t index);

#endif
