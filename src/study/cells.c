/* cells.c - the universal law's counterexample, Theorem 4 (theory.md U15). */
#include "study/cells.h"

#include "base/incomplete_beta.h"
#include "base/random.h"
#include "data/sample_kinds.h"

#include <math.h>
#include <string.h>

enum { MOST_D = 32 };

double cells_constant(size_t d)
{
  return 100 * (double)d * sqrt((double)d);
}

/* x_1^2 has the law Beta(1/2, (d - 1)/2). */
double slab_bound(size_t d)
{
  double w = 1 / cells_constant(d);

  return (double)d * incomplete_beta(0.5, ((double)d - 1) / 2, w * w);
}

double cell_function(size_t d, uint64_t labels, const double *x)
{
  double constant = cells_constant(d), least = 1;

  for (uint64_t cell = 0; cell < (uint64_t)1 << d; cell++) {
    double squares = 0;

    if (labels >> cell & 1) continue;
    for (size_t i = 0; i < d; i++) {
      double missing = 1 / constant - (cell >> i & 1 ? x[i] : -x[i]);

      if (missing > 0) squares += missing * missing;
    }
    least = fmin(least, constant * sqrt(squares) - 1);
  }
  return least;
}

double one_parameter(size_t d, double a, const double *x)
{
  double whole = floor(a), part = a - whole, value = cell_function(d, (uint64_t)whole, x);

  return part > 0 ? (1 - part) * value + part * cell_function(d, (uint64_t)whole + 1, x) : value;
}

reachable cells_reachable(size_t d, size_t n, uint64_t seed, uint32_t *votes)
{
  lip_stream points = {seed, LIP_FOR_POINTS}, labels = {seed, LIP_FOR_LABELS};
  size_t cells = (size_t)1 << d;
  reachable out = {0};
  double width = 1 / cells_constant(d), x[MOST_D];

  memset(votes, 0, 2 * cells * sizeof *votes);
  for (size_t i = 0; i < n; i++) {
    size_t cell = 0;
    bool outside = true;
    uint32_t bits;

    lip_random_normal(points, (uint64_t)i * d, d, x);
    lip_random_bits(labels, i, 1, &bits);
    lip_sample_normalise(d, x);
    for (size_t j = 0; j < d; j++) {
      outside = outside && fabs(x[j]) > width;
      if (x[j] > 0) cell |= (size_t)1 << j;
    }
    if (outside)
      votes[2 * cell + (bits & 1)]++;
    else
      out.in_slabs++;
  }
  for (size_t c = 0; c < cells; c++)
    out.fitted += votes[2 * c] > votes[2 * c + 1] ? votes[2 * c] : votes[2 * c + 1];
  return out;
}

size_t coupons(size_t n, uint64_t seed, uint64_t repetition, unsigned char *seen)
{
  enum { BLOCK = 256 };
  lip_stream stream = {seed, LIP_FOR_LABELLINGS};
  size_t kinds = (size_t)1 << n, left = kinds, draws = 0;
  uint32_t bits[BLOCK];

  memset(seen, 0, kinds);
  while (left > 0) {
    if (draws % BLOCK == 0) lip_random_bits(stream, (repetition << 40) + draws, BLOCK, bits);
    if (!seen[bits[draws % BLOCK] & (kinds - 1)]++) left--;
    seen[bits[draws % BLOCK] & (kinds - 1)] = 1;
    draws++;
  }
  return draws;
}

double coupons_expected(size_t n)
{
  double sum = 0;

  for (size_t k = (size_t)1 << n; k > 0; k--) sum += 1 / (double)k;
  return ldexp(sum, (int)n);
}
