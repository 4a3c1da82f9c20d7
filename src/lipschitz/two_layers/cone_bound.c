/* cone_bound.c - the sign relaxation on one cone.

   max over S >= 0, tr S = 1 of F(S) = sum over u of sqrt(u'S u), u the fixed sum and the v of the
   free neurons: with N = sum u u'/sqrt(u'S u), bound^2 = F(S) eigmax(N) for every S, and the fixed
   point of S <- N S N / tr has F = bound. F(S) never exceeds the best bound, so that a search ends
   as soon as it is above the target.

   It is no coordinate ascent as pattern_ascent.c drives them, which keep a vector for every neuron
   and look for multipliers that prove something only where the value has settled: here S is d x d,
   every step gives a bound, and all of it stands on the stack.

   source  docs/theory.md, "Cones of inputs"
   cost    O(free d^2) a step, some microseconds at d = 5 */
#include "lipschitz/two_layers/cone_bound.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { N = LIP_CONE_DIMENSIONS, SWEEPS = 12, FEWEST_STEPS = 3 };
static const double SAFETY = 4e-13; /* relative, left for the rounding that the proof counts */

/* Is level I - M > 0? Cholesky. */
static bool below_level(size_t d, const double *M, double level)
{
  double L[N][N];

  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++) {
      double t = (i == j ? level : 0) - M[i * d + j];

      for (size_t c = 0; c < j; c++) t -= L[i][c] * L[j][c];
      if (i != j) {
        L[i][j] = t / L[j][j];
      } else if (t > level * 1e-14) {
        L[i][i] = sqrt(t);
      } else {
        return false;
      }
    }
  return true;
}

/* The largest eigenvalue of M, by Jacobi rotations. M is destroyed. */
static double largest_eigenvalue(size_t d, double *M)
{
  double largest;

  for (size_t sweep = 0; sweep < SWEEPS; sweep++) {
    double off = 0, trace = 0;

    for (size_t i = 0; i < d; i++) trace += M[i * d + i];
    for (size_t p = 0; p < d; p++)
      for (size_t q = 0; q < p; q++) {
        double apq = M[p * d + q], theta, t, c, s;

        off = fmax(off, fabs(apq));
        if (!(fabs(apq) > 1e-16 * trace)) continue;
        theta = (M[q * d + q] - M[p * d + p]) / (2 * apq);
        t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
        c = 1 / sqrt(t * t + 1);
        s = t * c;
        for (size_t i = 0; i < d; i++) {
          double x = M[i * d + p], y = M[i * d + q];

          M[i * d + p] = c * x - s * y;
          M[i * d + q] = s * x + c * y;
        }
        for (size_t i = 0; i < d; i++) {
          double x = M[p * d + i], y = M[q * d + i];

          M[p * d + i] = c * x - s * y;
          M[q * d + i] = s * x + c * y;
        }
      }
    if (!(off > 1e-9 * trace)) break;
  }
  largest = M[0];
  for (size_t i = 1; i < d; i++) largest = fmax(largest, M[i * d + i]);
  return largest;
}

/* S <- M S M / trace; S by its lower triangle. False where that is no number: S stays. */
static bool step(size_t d, const double *M, double *S)
{
  double full[N][N], MS[N][N], next[LIP_CONE_FORM], trace = 0;
  size_t size = 0;

  for (size_t i = 0, c = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++) full[i][j] = full[j][i] = S[c++];
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < d; j++) {
      MS[i][j] = 0;
      for (size_t c = 0; c < d; c++) MS[i][j] += M[i * d + c] * full[c][j];
    }
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++, size++) {
      next[size] = 0;
      for (size_t c = 0; c < d; c++) next[size] += MS[i][c] * M[c * d + j];
      if (i == j) trace += next[size];
    }
  if (!(trace > 0)) return false;
  for (size_t at = 0; at < size; at++) {
    next[at] /= trace;
    if (!(fabs(next[at]) <= 2)) return false;
  }
  memcpy(S, next, size * sizeof *S);
  return true;
}

static double level_of(const lip_cones *cones, double target, double total)
{
  double left = target * (1 - SAFETY) - cones->error;

  return left > 0 ? left * left / total : 0;
}

bool lip_cone_closes(const lip_cones *cones, lip_cone_sum *sum, double target, const double *S)
{
  double M[N * N], total = lip_cone_form(cones, sum, S, M);

  return below_level(cones->d, M, level_of(cones, target, total));
}

bool lip_cone_improve(const lip_cones *cones, lip_cone_sum *sum, double target, size_t steps,
                      double *S, double *bound)
{
  size_t d = cones->d, size = d * (d + 1) / 2 * sizeof *S;
  double tried[LIP_CONE_FORM], M[N * N], total;

  memcpy(tried, S, size);
  for (size_t done = 0;; done++) {
    total = lip_cone_form(cones, sum, tried, M);
    if (below_level(d, M, level_of(cones, target, total))) {
      memcpy(S, tried, size);
      *bound = target;
      return true;
    }
    if (done >= steps || (done >= FEWEST_STEPS && total > target)) break;
    if (!step(d, M, tried)) break;
  }
  memcpy(S, tried, size);
  *bound = sqrt(total * largest_eigenvalue(d, M)) * (1 + 4 * SAFETY) + cones->error;
  if (!(*bound > 0)) *bound = INFINITY;
  return false;
}

double lip_cone_corners(const lip_cones *cones, const lip_cone_sum *sum)
{
  double g[N], largest = 0;
  size_t d = cones->d, padded = cones->padded;
  uint64_t plus = 0;

  for (size_t i = 0; i < d; i++) {
    g[i] = sum->fixed[i];
    for (size_t t = 0; t < sum->free; t++) g[i] -= sum->v[i * padded + t];
  }
  for (uint64_t count = 1;; count++) { /* Gray code: flips the lowest set bit of count */
    double square = 0;
    size_t t = (size_t)__builtin_ctzll(count);
    double twice = plus >> t & 1 ? -2 : 2;

    for (size_t i = 0; i < d; i++) square += g[i] * g[i];
    largest = fmax(largest, square);
    if (count == (uint64_t)1 << sum->free) break;
    for (size_t i = 0; i < d; i++) g[i] += twice * sum->v[i * padded + t];
    plus ^= (uint64_t)1 << t;
  }
  return sqrt(largest);
}
