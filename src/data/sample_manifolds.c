/* sample_manifolds.c - uniform distributions on spheres, products of spheres, SO(m) and Stiefel
   manifolds, all scaled to |x| = 1.

   Vectors of normals, made orthonormal by Gram and Schmidt (twice, for orthogonality to rounding):
   their law is invariant under rotations, and so is that of the result (Stewart 1980). */
#include "data/sample_kinds.h"

#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static void draw_normals(const lip_drawing *drawing, size_t row, double *x)
{
  lip_stream stream = {drawing->options->seed, LIP_FOR_POINTS};

  lip_random_normal(stream, (uint64_t)row * drawing->d, drawing->d, x);
}

void lip_sample_normalise(size_t d, double *x)
{
  double squares = 0, length;

  for (size_t j = 0; j < d; j++) squares += x[j] * x[j];
  length = sqrt(squares);
  for (size_t j = 0; j < d; j++) x[j] /= length;
}

static void draw_sphere(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  (void)thread;
  draw_normals(drawing, row, x);
  lip_sample_normalise(drawing->d, x);
}

/* Two points (d = 1) have c = 1 by Hoeffding. */
static double sphere_c(const lip_sample_options *options)
{
  double d = (double)options->d;

  return options->d > 1 ? d / (d - 1) : 1;
}

const lip_distribution lip_sphere = {
    .name = "sphere",
    .draw = draw_sphere,
    .isoperimetry = sphere_c,
    .source = "logarithmic Sobolev inequality of the unit sphere, C = 1/(d - 1)"};

static const char *spheres_missing(const lip_sample_options *options)
{
  return options->factors >= 1 && options->d % options->factors == 0 &&
                 options->d / options->factors >= 2
             ? NULL
             : "d must be a multiple of --factors, at least twice it";
}

static void draw_spheres(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t factors = drawing->options->factors, m = drawing->d / factors;
  double shrink = 1 / sqrt((double)factors);

  (void)thread;
  draw_normals(drawing, row, x);
  for (size_t i = 0; i < factors; i++) lip_sample_normalise(m, x + i * m);
  for (size_t j = 0; j < drawing->d; j++) x[j] *= shrink;
}

/* Spheres in R^m of radius 1 / sqrt(factors): C = 1 / (factors (m - 1)), of the product too. */
static double spheres_c(const lip_sample_options *options)
{
  double m = (double)(options->d / options->factors);

  return m / (m - 1);
}

const lip_distribution lip_spheres = {
    .name = "spheres",
    .missing = spheres_missing,
    .draw = draw_spheres,
    .isoperimetry = spheres_c,
    .source = "logarithmic Sobolev inequality of each sphere, which products keep"};

/* The first `count` rows of m numbers become orthonormal. */
static void make_orthonormal(size_t count, size_t m, double *Q)
{
  for (size_t i = 0; i < count; i++)
    for (int pass = 0; pass < 2; pass++) {
      for (size_t j = 0; j < i; j++)
        lip_add_multiple(m, -lip_dot(m, Q + i * m, Q + j * m), Q + j * m, Q + i * m);
      lip_sample_normalise(m, Q + i * m);
    }
}

/* Of an orthogonal matrix, which is destroyed: the sign of its determinant, by elimination. */
static double orientation(size_t m, double *A)
{
  double sign = 1;

  for (size_t c = 0; c < m; c++) {
    size_t best = c;

    for (size_t i = c + 1; i < m; i++)
      if (fabs(A[i * m + c]) > fabs(A[best * m + c])) best = i;
    for (size_t j = 0; j < m && best != c; j++) {
      double swap = A[c * m + j];

      A[c * m + j] = A[best * m + j];
      A[best * m + j] = swap;
    }
    if (best != c) sign = -sign;
    if (A[c * m + c] < 0) sign = -sign;
    for (size_t i = c + 1; i < m; i++)
      lip_add_multiple(m - c, -A[i * m + c] / A[c * m + c], A + c * m + c, A + i * m + c);
  }
  return sign;
}

static size_t side_of(size_t d)
{
  size_t m = (size_t)(sqrt((double)d) + 0.5);

  return m * m == d ? m : 0;
}

static const char *rotations_missing(const lip_sample_options *options)
{
  return side_of(options->d) >= 3 ? NULL : "d must be m^2 for some m >= 3";
}

static void draw_rotation(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d, m = side_of(d);
  double shrink = 1 / sqrt((double)m), sign, *copy = drawing->scratch + thread * d;

  draw_normals(drawing, row, x);
  make_orthonormal(m, m, x);
  memcpy(copy, x, d * sizeof *copy);
  sign = orientation(m, copy);
  for (size_t j = 0; j < m; j++) x[j] *= sign;
  for (size_t j = 0; j < d; j++) x[j] *= shrink;
}

/* Ric >= (m - 2)/4 on SO(m) in the Frobenius metric, m (m - 2)/4 after dividing by sqrt m. */
static double rotations_c(const lip_sample_options *options)
{
  double m = (double)side_of(options->d);

  return 4 * m / (m - 2);
}

const lip_distribution lip_rotations = {
    .name = "rotations",
    .scratched = true,
    .missing = rotations_missing,
    .draw = draw_rotation,
    .isoperimetry = rotations_c,
    .source = "Bakry-Emery: Ricci curvature (m - 2)/4 of SO(m) in the Frobenius metric"};

static const char *stiefel_missing(const lip_sample_options *options)
{
  size_t q = options->factors;

  return q >= 1 && options->d % q == 0 && options->d / q >= 3 && options->d / q > q
             ? NULL
             : "d must be a multiple m q of q = --factors, m >= 3 and m > q";
}

static void draw_stiefel(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t q = drawing->options->factors, m = drawing->d / q;
  double shrink = 1 / sqrt((double)q);

  (void)thread;
  draw_normals(drawing, row, x);
  make_orthonormal(q, m, x);
  for (size_t j = 0; j < drawing->d; j++) x[j] *= shrink;
}

/* The first q rows of a rotation: a 1-Lipschitz image of SO(m), C <= 4 / (m - 2), over q. */
static double stiefel_c(const lip_sample_options *options)
{
  double m = (double)(options->d / options->factors);

  return 4 * m / (m - 2);
}

const lip_distribution lip_stiefel = {
    .name = "stiefel",
    .missing = stiefel_missing,
    .draw = draw_stiefel,
    .isoperimetry = stiefel_c,
    .source = "1-Lipschitz image of SO(m), Ricci curvature (m - 2)/4"};
