/* battery.h - 1-Lipschitz functions that a distribution is tried with (theory.md U1). */
#ifndef LIP_STUDY_BATTERY_H
#define LIP_STUDY_BATTERY_H

#include "data/sample_kinds.h"

typedef enum test_function {
  TEST_COORDINATE, /* x_1 */
  TEST_PROJECTION, /* u.x, u uniform on the unit sphere */
  TEST_LENGTH,     /* |x| */
  TEST_POINTS,     /* distance to the nearest of 5 points of the same distribution */
  TEST_HALF_SPACE, /* distance to {v.x <= its median}, v uniform on the unit sphere */
  TEST_MEDIAN_SET, /* distance to the corners of {-1/sqrt d, 1/sqrt d}^d with at most d/2 pluses */
  TEST_FUNCTIONS
} test_function;

extern const char *const test_function_names[TEST_FUNCTIONS];

/* A distribution in d dimensions with the functions' random parts; all drawn with another seed than
   the points that are tried. */
typedef struct battery {
  const lip_distribution *distribution;
  lip_sample_options options; /* of the points that are tried */
  lip_drawing drawing;
  double *room; /* owned: couplings, scratch, directions, points */
  double *u, *v, *points, *x, *positive;
  double median;
} battery;

LIP_MUST_CHECK lip_status battery_create(lip_sample_kind kind, size_t d, uint64_t seed,
                                         battery *self, lip_error *err);
void battery_clear(battery *self);

/* Draws point `row` and evaluates all functions there. Not for two threads at once. */
void battery_values(battery *self, size_t row, double value[TEST_FUNCTIONS]);

/* Distance of x to the corners of {-1/sqrt d, 1/sqrt d}^d with at most d/2 pluses; room: d. */
double distance_to_median_set(size_t d, const double *x, double *room);

#endif
