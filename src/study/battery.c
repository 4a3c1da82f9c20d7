/* battery.c - 1-Lipschitz functions that a distribution is tried with (theory.md U1).

   A distance to a set is 1-Lipschitz, and so are linear maps of length 1. Distance to the median
   set A (corners a of the cube of side 2/sqrt d, at most d/2 pluses): |x - a|^2 = |x|^2 + 1 - 2
   a.x, and a.x is largest with pluses at the d/2 largest positive entries and minuses elsewhere, so
   a.x sqrt d = sum |x_i| - 2 (the positive entries beyond the d/2 largest). O(d). */
#include "study/battery.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { POINTS = 5, MEDIAN_DRAWS = 1001 };
static const uint64_t other_seed = 0x9e3779b97f4a7c15u; /* added: of what the functions are made */

const char *const test_function_names[TEST_FUNCTIONS] = {"coordinate",  "projection", "length",
                                                         "five points", "half-space", "median set"};

/* Moves the `count` smallest of n numbers to the front, the largest of these last; count > 0
   (Wirth's version of Hoare's selection). */
static void select_smallest(size_t n, double *a, size_t count)
{
  ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, last = (ptrdiff_t)count - 1;

  while (low < high) {
    double pivot = a[last];
    ptrdiff_t i = low, j = high;

    while (i <= j) {
      while (a[i] < pivot) i++;
      while (pivot < a[j]) j--;
      if (i > j) break;
      double swap = a[i];
      a[i++] = a[j];
      a[j--] = swap;
    }
    if (j < last) low = i;
    if (last < i) high = j;
  }
}

double distance_to_median_set(size_t d, const double *x, double *room)
{
  size_t positives = 0;
  double squares = 0, sum = 0, beyond = 0, square;

  for (size_t i = 0; i < d; i++) {
    squares += x[i] * x[i];
    sum += fabs(x[i]);
    if (x[i] > 0) room[positives++] = x[i];
  }
  if (positives > d / 2) {
    select_smallest(positives, room, positives - d / 2);
    for (size_t i = 0; i < positives - d / 2; i++) beyond += room[i];
  }
  square = squares + 1 - 2 * (sum - 2 * beyond) / sqrt((double)d);
  return sqrt(fmax(0, square));
}

static void draw_direction(lip_stream stream, uint64_t first, size_t d, double *u)
{
  lip_random_normal(stream, first, d, u);
  lip_sample_normalise(d, u);
}

/* The median of v.x over points that are not tried. */
static lip_status find_median(battery *self, const lip_drawing *others, lip_error *err)
{
  double *value = lip_alloc(MEDIAN_DRAWS, sizeof *value);
  size_t d = self->options.d;

  if (!value) return lip_fail(err, LIP_ENOMEM, "no memory for a median");
  for (size_t i = 0; i < MEDIAN_DRAWS; i++) {
    self->distribution->draw(others, POINTS + i, 0, self->x);
    value[i] = lip_dot(d, self->v, self->x);
  }
  select_smallest(MEDIAN_DRAWS, value, MEDIAN_DRAWS / 2 + 1);
  self->median = value[MEDIAN_DRAWS / 2];
  lip_free(value);
  return LIP_OK;
}

lip_status battery_create(lip_sample_kind kind, size_t d, uint64_t seed, battery *self,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sample_options other_options;
  lip_drawing others;
  const char *missing;

  *self = (battery){.distribution = lip_distributions[kind]};
  lip_sample_defaults(&self->options);
  self->options.kind = kind;
  self->options.n = 1;
  self->options.d = d;
  self->options.seed = seed;
  missing = lip_distribution_missing(self->distribution, &self->options);
  if (missing) FAIL(LIP_EOPTION, "%s in %zu dimensions: %s", self->distribution->name, d, missing);
  self->room = lip_alloc(POINTS + 5 + (self->distribution->coupled ? d : 0),
                         d * sizeof *self->room);
  if (!self->room) FAIL(LIP_ENOMEM, "no memory for %zu dimensions", d);
  self->u = self->room;
  self->v = self->u + d;
  self->x = self->v + d;
  self->positive = self->x + d;
  self->points = self->positive + d;
  self->drawing = (lip_drawing){.options = &self->options, .d = d};
  self->drawing.scratch = self->points + POINTS * d;
  if (self->distribution->coupled) {
    self->drawing.couplings = self->drawing.scratch + d;
    lip_spin_couplings(seed, d, self->drawing.couplings);
  }
  draw_direction((lip_stream){seed + other_seed, LIP_FOR_PROBES}, 0, d, self->u);
  draw_direction((lip_stream){seed + other_seed, LIP_FOR_PROBES}, d, d, self->v);
  other_options = self->options;
  other_options.seed = seed + other_seed;
  others = self->drawing;
  others.options = &other_options;
  for (size_t i = 0; i < POINTS; i++) self->distribution->draw(&others, i, 0, self->points + i * d);
  TRY(find_median(self, &others, err));
done:
  if (st != LIP_OK) battery_clear(self);
  return st;
}

void battery_clear(battery *self)
{
  lip_free(self->room);
  *self = (battery){0};
}

void battery_values(battery *self, size_t row, double value[TEST_FUNCTIONS])
{
  size_t d = self->options.d;
  double nearest = INFINITY;

  self->drawing.options = &self->options; /* the struct may have moved */
  self->distribution->draw(&self->drawing, row, 0, self->x);
  for (size_t i = 0; i < POINTS; i++) {
    const double *point = self->points + i * d;
    double square = 0;

    for (size_t j = 0; j < d; j++) square += (self->x[j] - point[j]) * (self->x[j] - point[j]);
    nearest = fmin(nearest, square);
  }
  value[TEST_COORDINATE] = self->x[0];
  value[TEST_PROJECTION] = lip_dot(d, self->u, self->x);
  value[TEST_LENGTH] = lip_norm(d, self->x);
  value[TEST_POINTS] = sqrt(nearest);
  value[TEST_HALF_SPACE] = fmax(0, lip_dot(d, self->v, self->x) - self->median);
  value[TEST_MEDIAN_SET] = distance_to_median_set(d, self->x, self->positive);
}
