/* sample_flat.c - distributions on R^d whose coordinates are independent (or nearly).

   Row i of a Gaussian is made of the normal draws i d, ..., i d + d - 1 of the seed's stream; the
   others use uniform draws or random bits of the same places. */
#include "data/sample_kinds.h"

#include "base/random.h"

#include <math.h>

static lip_stream points_of(const lip_drawing *drawing)
{
  return (lip_stream){drawing->options->seed, LIP_FOR_POINTS};
}

static void draw_gaussian(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d;
  double shrink = 1 / sqrt((double)d);

  (void)thread;
  lip_random_normal(points_of(drawing), (uint64_t)row * d, d, x);
  for (size_t j = 0; j < d; j++) x[j] *= shrink;
}

static double gaussian_c(const lip_sample_options *options)
{
  (void)options;
  return 1;
}

const lip_distribution lip_gaussian = {
    .name = "gaussian",
    .draw = draw_gaussian,
    .isoperimetry = gaussian_c,
    .source = "logarithmic Sobolev inequality of N(0, I/d), C = 1/d (Gross)"};

static void draw_cube(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d;
  double side = 1 / sqrt((double)d);

  (void)thread;
  lip_random_uniform(points_of(drawing), (uint64_t)row * d, d, x);
  for (size_t j = 0; j < d; j++) x[j] = (x[j] - 0.5) * side;
}

/* The uniform law on [0, 1] is the image of N(0, 1) under its distribution function, whose slope is
   at most 1 / sqrt(2 pi); side 1 / sqrt d. */
static double cube_c(const lip_sample_options *options)
{
  (void)options;
  return 1 / (2 * 3.14159265358979323846);
}

const lip_distribution lip_cube = {
    .name = "cube",
    .draw = draw_cube,
    .isoperimetry = cube_c,
    .source =
        "image of a Gaussian under a map of slope at most 1/sqrt(2 pi d) (docs/theory.md U1)"};

static void draw_hypercube(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d;
  double side = 1 / sqrt((double)d);
  uint32_t bits[256];

  (void)thread;
  for (size_t first = 0; first < d; first += 256) {
    size_t count = d - first < 256 ? d - first : 256;

    lip_random_bits(points_of(drawing), (uint64_t)row * d + first, count, bits);
    for (size_t j = 0; j < count; j++) x[first + j] = bits[j] & 1 ? side : -side;
  }
}

const lip_distribution lip_hypercube = {
    .name = "hypercube",
    .draw = draw_hypercube,
    .source = "none: the distance to {at most d/2 coordinates positive} is 1-Lipschitz and has "
              "deviation about 0.68 d^(-1/4), not O(d^(-1/2)) (docs/theory.md U1)"};

static void draw_gaussian_plus(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d;
  lip_stream shifts = {drawing->options->seed, LIP_FOR_SHIFTS};
  double shrink = 1 / sqrt((double)d), length = drawing->options->radius * shrink, squares = 0;
  double part[2], scale;

  /* The direction's normals are drawn twice, for their length and for adding: no room is needed. */
  for (size_t j = 0; j < d; j += 2) {
    size_t count = d - j < 2 ? 1 : 2;

    lip_random_normal(shifts, (uint64_t)row * d + j, count, part);
    for (size_t t = 0; t < count; t++) squares += part[t] * part[t];
  }
  scale = length / sqrt(squares);
  draw_gaussian(drawing, row, thread, x);
  for (size_t j = 0; j < d; j += 2) {
    size_t count = d - j < 2 ? 1 : 2;

    lip_random_normal(shifts, (uint64_t)row * d + j, count, part);
    for (size_t t = 0; t < count; t++) x[j + t] += scale * part[t];
  }
}

/* t = 1/d, R = radius / sqrt d: C <= 6 (4 R^2 + t) exp(4 R^2 / t), c = d C. */
static double gaussian_plus_c(const lip_sample_options *options)
{
  double ratio = options->radius * options->radius;

  return ratio == 0 ? 1 : 6 * (4 * ratio + 1) * exp(4 * ratio);
}

const lip_distribution lip_gaussian_plus = {
    .name = "gaussian-plus",
    .draw = draw_gaussian_plus,
    .isoperimetry = gaussian_plus_c,
    .source = "logarithmic Sobolev inequality of a Gaussian plus a bounded vector, C <= 6 (4 R^2 + "
              "1/d) exp(4 R^2 d) (Chen, Chewi, Niles-Weed 2021)"};

/* By rejection from normals: a coordinate t is kept with probability exp(-quartic t^4 / 4). Draw
   `a` of a coordinate stands 2^44 places behind draw a - 1. */
static void draw_log_concave(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d;
  double shrink = 1 / sqrt((double)d), quartic = drawing->options->quartic;
  lip_stream stream = points_of(drawing);

  (void)thread;
  for (size_t j = 0; j < d; j++) {
    uint64_t place = (uint64_t)row * d + j;
    double t, chance;

    do {
      lip_random_normal(stream, place, 1, &t);
      lip_random_uniform(stream, place, 1, &chance);
      place += (uint64_t)1 << 44;
    } while (chance > exp(-quartic * t * t * t * t / 4));
    x[j] = t * shrink;
  }
}

const lip_distribution lip_log_concave = {
    .name = "log-concave",
    .draw = draw_log_concave,
    .isoperimetry = gaussian_c,
    .source = "Bakry-Emery: the density is d-strongly log-concave, C <= 1/d"};
