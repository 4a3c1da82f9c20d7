/* half_plane_moments.c - the small semidefinite blocks of the moment program. Eigenvalues by cyclic
   Jacobi rotations: about 3 microseconds a block. */
#include "lipschitz/half_plane_moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SWEEPS = 12 };
static const double INSIDE = 1e-12; /* how far inside the cone, relative to the trace */

lip_half_plane_places lip_half_plane_places_make(void)
{
  lip_half_plane_places places = {.even = {-1, -1, -1, 0, 1, 2, -1, -1, -1, -1, 3, 4, 5, 6, 7}};
  size_t at = 0;

  for (size_t i = 0; i < LIP_HALF_S; i++)
    for (size_t j = 0; j < LIP_HALF_S; j++)
      places.moment[at++] = (unsigned char)lip_half_plane_monomial(i >= j ? i * (i + 1) / 2 + j
                                                                          : j * (j + 1) / 2 + i);
  for (size_t i = 0; i < LIP_HALF_T; i++)
    for (size_t j = 0; j < LIP_HALF_T; j++)
      places.moment[at++] = (unsigned char)lip_half_plane_monomial(
          21 + (i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i));
  for (size_t e = 0; e < LIP_HALF_ENTRIES; e++) places.multiplicity[places.moment[e]]++;
  return places;
}

/* A (n x n, symmetric) becomes diagonal, V (rows: eigenvectors). */
static void diagonalise(size_t n, double *A, double *V)
{
  memset(V, 0, n * n * sizeof *V);
  for (size_t i = 0; i < n; i++) V[i * n + i] = 1;
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    double off = 0, diagonal = 0;

    for (size_t i = 0; i < n; i++) {
      diagonal += A[i * n + i] * A[i * n + i];
      for (size_t j = 0; j < i; j++) off += A[i * n + j] * A[i * n + j];
    }
    if (!(off > 1e-26 * diagonal)) return;
    for (size_t p = 0; p < n; p++)
      for (size_t q = p + 1; q < n; q++) {
        double theta, t, c, s;

        if (A[p * n + q] == 0) continue;
        theta = (A[q * n + q] - A[p * n + p]) / (2 * A[p * n + q]);
        t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
        c = 1 / sqrt(t * t + 1);
        s = t * c;
        for (size_t i = 0; i < n; i++) { /* columns p and q */
          double x = A[i * n + p], y = A[i * n + q];

          A[i * n + p] = c * x - s * y;
          A[i * n + q] = s * x + c * y;
        }
        for (size_t i = 0; i < n; i++) { /* rows p and q */
          double x = A[p * n + i], y = A[q * n + i];

          A[p * n + i] = c * x - s * y;
          A[q * n + i] = s * x + c * y;
          x = V[p * n + i];
          y = V[q * n + i];
          V[p * n + i] = c * x - s * y;
          V[q * n + i] = s * x + c * y;
        }
      }
  }
}

static void project(size_t n, double *block)
{
  double A[LIP_HALF_S * LIP_HALF_S], V[LIP_HALF_S * LIP_HALF_S];

  memcpy(A, block, n * n * sizeof *A);
  diagonalise(n, A, V);
  memset(block, 0, n * n * sizeof *block);
  for (size_t e = 0; e < n; e++)
    if (A[e * n + e] > 0)
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          block[i * n + j] += A[e * n + e] * V[e * n + i] * V[e * n + j];
}

void lip_half_plane_project(double *blocks)
{
  project(LIP_HALF_S, blocks);
  project(LIP_HALF_T, blocks + LIP_HALF_S * LIP_HALF_S);
}

/* Lifts the spectrum above a small positive number. */
static void lift(size_t n, double *block)
{
  double A[LIP_HALF_S * LIP_HALF_S], V[LIP_HALF_S * LIP_HALF_S], least = INFINITY, trace = 0;

  memcpy(A, block, n * n * sizeof *A);
  diagonalise(n, A, V);
  for (size_t i = 0; i < n; i++) {
    least = fmin(least, A[i * n + i]);
    trace += fabs(A[i * n + i]);
  }
  for (size_t i = 0; i < n; i++) block[i * n + i] += fmax(0, -least) + INSIDE * trace + DBL_MIN;
}

void lip_half_plane_repair(const lip_half_plane_places *places, double slope, double *blocks)
{
  double left[LIP_HALF_MONOMIALS] = {0};
  size_t in_S[LIP_HALF_MONOMIALS] = {0}, S = LIP_HALF_S * LIP_HALF_S;

  lip_half_plane_project(blocks);
  lift(LIP_HALF_T, blocks + S);
  left[LIP_HALF_Y] = -slope;
  for (size_t e = 0; e < LIP_HALF_ENTRIES; e++) left[places->moment[e]] -= blocks[e];
  for (size_t e = 0; e < S; e++) in_S[places->moment[e]]++;
  for (size_t e = 0; e < S; e++) {
    size_t t = places->moment[e];
    unsigned degree = (unsigned)lip_half_plane_power[t][0] + lip_half_plane_power[t][1];

    if (degree % 2 == 1) blocks[e] += left[t] / (double)in_S[t];
  }
  lift(LIP_HALF_S, blocks);
}
