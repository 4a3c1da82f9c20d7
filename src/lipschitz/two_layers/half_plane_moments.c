/* half_plane_moments.c - the small semidefinite blocks of the moment program. Eigenvalues by cyclic
   Jacobi rotations: about 3 microseconds a block. */
#include "lipschitz/two_layers/half_plane_moments.h"

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

/* The entries of an n x n block, whose lower triangle begins at `first`.  ratio  in  what the
   second moment is multiplied by: 0 in S */
static void list_block(lip_half_plane_places *places, size_t n, size_t first, const double *size,
                       double ratio)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      size_t at = places->entries++;
      size_t entry = i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;

      places->moment[at] = places->plane.monomial[first + entry];
      places->less[at] = places->plane.less[first + entry];
      places->factor[at] = 1 / (size[i] * size[j]);
      places->taken[at] = ratio * places->factor[at];
    }
}

static void list_parities(lip_half_plane_places *places, const lip_moment_rows *rows)
{
  places->count = lip_moment_even_count(rows);
  for (size_t m = 0; m < places->plane.monomials; m++) {
    const unsigned char *power = places->plane.power[m];

    places->even[m] = -1;
    if ((power[0] + power[1]) % 2 == 1) places->odd[places->odd_count++] = m;
    for (size_t t = 0; t < places->count; t++) {
      unsigned i, j;

      lip_moment_even_power(rows, t, &i, &j);
      if (i != power[0] || j != power[1]) continue;
      places->even[m] = (signed char)t;
      places->at[t] = m;
    }
  }
}

/* The inverse of a positive definite matrix (n x n), by elimination. */
static void invert(size_t n, double (*A)[LIP_HALF_MONOMIALS])
{
  for (size_t p = 0; p < n; p++) {
    double pivot = 1 / A[p][p];

    A[p][p] = 1;
    for (size_t j = 0; j < n; j++) A[p][j] *= pivot;
    for (size_t i = 0; i < n; i++) {
      double factor = A[i][p];

      if (i == p) continue;
      A[i][p] = 0;
      for (size_t j = 0; j < n; j++) A[i][j] -= factor * A[p][j];
    }
  }
}

/* A'A without its odd moments. No entry mixes the constant with another moment. */
static void reduce(lip_half_plane_places *places)
{
  double G[LIP_HALF_MONOMIALS][LIP_HALF_MONOMIALS], unit[LIP_HALF_MONOMIALS] = {0};
  size_t n = places->odd_count;

  for (size_t m = 0; m < places->plane.monomials; m++) {
    double blocks[LIP_HALF_ENTRIES];

    unit[m] = 1;
    lip_half_plane_blocks(places, unit, blocks);
    lip_half_plane_adjoint(places, blocks, G[m]);
    unit[m] = 0;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) places->odd_inverse[i][j] = G[places->odd[i]][places->odd[j]];
  invert(n, places->odd_inverse);
  for (size_t i = 0; i < n; i++)
    for (size_t t = 0; t < places->count; t++)
      for (size_t j = 0; j < n; j++)
        places->odd_of_even[i][t] += places->odd_inverse[i][j] * G[places->odd[j]][places->at[t]];
  for (size_t s = 0; s < places->count; s++)
    for (size_t t = 0; t < places->count; t++) {
      places->reduced[s][t] = G[places->at[s]][places->at[t]];
      for (size_t i = 0; i < n; i++)
        places->reduced[s][t] -= G[places->at[s]][places->odd[i]] * places->odd_of_even[i][t];
    }
}

lip_half_plane_places lip_half_plane_places_make(const lip_moment_rows *rows)
{
  lip_half_plane_places places = {.plane = lip_half_plane_of(rows->degree)};
  const lip_half_plane *plane = &places.plane;

  for (size_t i = 0; i < plane->S; i++) places.size_of_S[i] = size_of(plane->of_S[i]);
  for (size_t i = 0; i < plane->T; i++) places.size_of_T[i] = size_of(plane->of_T[i]);
  list_block(&places, plane->S, 0, places.size_of_S, 0);
  list_block(&places, plane->T, plane->S * (plane->S + 1) / 2, places.size_of_T,
             1 / sqrt((double)rows->D));
  list_parities(&places, rows);
  reduce(&places);
  return places;
}

void lip_half_plane_blocks(const lip_half_plane_places *places, const double *moments,
                           double *blocks)
{
  for (size_t e = 0; e < places->entries; e++)
    blocks[e] = places->factor[e] * moments[places->moment[e]] -
                places->taken[e] * moments[places->less[e]];
}

void lip_half_plane_adjoint(const lip_half_plane_places *places, const double *blocks, double *sum)
{
  memset(sum, 0, LIP_HALF_MONOMIALS * sizeof *sum);
  for (size_t e = 0; e < places->entries; e++) {
    sum[places->moment[e]] += places->factor[e] * blocks[e];
    sum[places->less[e]] -= places->taken[e] * blocks[e];
  }
}

void lip_half_plane_eliminate(const lip_half_plane_places *places, const double *sum,
                              double *moments, double *even)
{
  for (size_t i = 0; i < places->odd_count; i++) {
    double value = 0;

    for (size_t j = 0; j < places->odd_count; j++)
      value += places->odd_inverse[i][j] * sum[places->odd[j]];
    moments[places->odd[i]] = value;
  }
  for (size_t t = 0; t < places->count; t++) {
    even[t] = sum[places->at[t]];
    for (size_t i = 0; i < places->odd_count; i++)
      even[t] -= places->odd_of_even[i][t] * sum[places->odd[i]];
  }
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
  double sum[LIP_HALF_MONOMIALS], in_S[LIP_HALF_MONOMIALS] = {0};
  size_t S = plane->S * plane->S;

  lip_half_plane_project(places, blocks);
  lift(plane->T, blocks + S);
  lip_half_plane_adjoint(places, blocks, sum);
  sum[LIP_HALF_Y] += slope;
  for (size_t e = 0; e < S; e++) in_S[places->moment[e]] += places->factor[e] * places->factor[e];
  for (size_t e = 0; e < S; e++) {
    size_t t = places->moment[e];

    if ((plane->power[t][0] + plane->power[t][1]) % 2 == 1)
      blocks[e] -= places->factor[e] * sum[t] / in_S[t];
  }
  lift(plane->S, blocks);
}
