/* half_plane_moments.c - the small semidefinite blocks of the moment program. Eigenvalues by cyclic
   Jacobi rotations: about 3 microseconds a block. */
#include "lipschitz/half_plane_moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SWEEPS = 12 };
static const double INSIDE = 1e-12; /* how far inside the cone, relative to the trace */

/* sqrt of E z^(2i) of a Gaussian z. */
static double size_of_power(unsigned i)
{
  double product = 1;

  for (unsigned t = 1; t < 2 * i; t += 2) product *= t;
  return sqrt(product);
}

static double size_of(const unsigned char power[2])
{
  return size_of_power(power[0]) * size_of_power(power[1]);
}

/* The entries of an n x n block, whose lower triangle begins at `first`. */
static void list_block(lip_half_plane_places *places, size_t n, size_t first, const double *size)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      size_t at = places->entries++;
      size_t entry = i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;

      places->moment[at] = places->plane.monomial[first + entry];
      places->factor[at] = 1 / (size[i] * size[j]);
      places->multiplicity[places->moment[at]] += places->factor[at] * places->factor[at];
    }
}

lip_half_plane_places lip_half_plane_places_make(const lip_moment_rows *rows)
{
  lip_half_plane_places places = {.plane = lip_half_plane_of(rows->degree)};
  const lip_half_plane *plane = &places.plane;

  for (size_t i = 0; i < plane->S; i++) places.size_of_S[i] = size_of(plane->of_S[i]);
  for (size_t i = 0; i < plane->T; i++) places.size_of_T[i] = size_of(plane->of_T[i]);
  list_block(&places, plane->S, 0, places.size_of_S);
  list_block(&places, plane->T, plane->S * (plane->S + 1) / 2, places.size_of_T);
  for (size_t m = 0; m < plane->monomials; m++) {
    places.even[m] = -1;
    for (size_t t = 0; t < lip_moment_even_count(rows); t++) {
      unsigned i, j;

      lip_moment_even_power(rows, t, &i, &j);
      if (i == plane->power[m][0] && j == plane->power[m][1]) places.even[m] = (signed char)t;
    }
  }
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
  double A[LIP_HALF_MOST * LIP_HALF_MOST], V[LIP_HALF_MOST * LIP_HALF_MOST];

  memcpy(A, block, n * n * sizeof *A);
  diagonalise(n, A, V);
  memset(block, 0, n * n * sizeof *block);
  for (size_t e = 0; e < n; e++)
    if (A[e * n + e] > 0)
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          block[i * n + j] += A[e * n + e] * V[e * n + i] * V[e * n + j];
}

void lip_half_plane_project(const lip_half_plane_places *places, double *blocks)
{
  project(places->plane.S, blocks);
  project(places->plane.T, blocks + places->plane.S * places->plane.S);
}

/* Lifts the spectrum above a small positive number. */
static void lift(size_t n, double *block)
{
  double A[LIP_HALF_MOST * LIP_HALF_MOST], V[LIP_HALF_MOST * LIP_HALF_MOST], least = INFINITY,
                                                                             trace = 0;

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
  const lip_half_plane *plane = &places->plane;
  double left[LIP_HALF_MONOMIALS] = {0}, in_S[LIP_HALF_MONOMIALS] = {0};
  size_t S = plane->S * plane->S;

  lip_half_plane_project(places, blocks);
  lift(plane->T, blocks + S);
  left[LIP_HALF_Y] = -slope;
  for (size_t e = 0; e < places->entries; e++)
    left[places->moment[e]] -= places->factor[e] * blocks[e];
  for (size_t e = 0; e < S; e++) in_S[places->moment[e]] += places->factor[e] * places->factor[e];
  for (size_t e = 0; e < S; e++) {
    size_t t = places->moment[e];

    if ((plane->power[t][0] + plane->power[t][1]) % 2 == 1)
      blocks[e] += places->factor[e] * left[t] / in_S[t];
  }
  lift(plane->S, blocks);
}
