/* domain.c - points of a domain, and what of a gradient counts there. */
#include "certificate/domain.h"

#include "base/error.h"
#include "linalg/interval.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* |x - c|^2, not below. */
static double square_distance_up(size_t d, const double *x, const double *c)
{
  double square = 0;

  for (size_t i = 0; i < d; i += 64) {
    double apart[64];
    size_t count = d - i < 64 ? d - i : 64;

    for (size_t j = 0; j < count; j++) {
      lip_interval t = lip_interval_sub(lip_interval_of(x[i + j]), lip_interval_of(c[i + j]));

      apart[j] = fmax(-t.low, t.high);
    }
    square = lip_interval_add(lip_interval_of(square), lip_interval_dot(count, apart, apart)).high;
  }
  return square;
}

static bool all_finite(size_t d, const double *x)
{
  for (size_t i = 0; i < d; i++)
    if (!isfinite(x[i])) return false;
  return true;
}

/* The nearest one, as far as floating point tells. */
static const double *nearest_center(lip_domain domain, const double *x)
{
  const double *nearest = domain.centers;
  double least = INFINITY;

  for (size_t c = 0; c < domain.count; c++) {
    const double *center = domain.centers + c * domain.d;
    double square = 0;

    for (size_t i = 0; i < domain.d && square <= least; i++)
      square += (x[i] - center[i]) * (x[i] - center[i]);
    if (square < least) {
      least = square;
      nearest = center;
    }
  }
  return nearest;
}

static bool is_near(lip_domain domain, const double *x, const double *center)
{
  lip_interval square = lip_interval_of(square_distance_up(domain.d, x, center));

  return lip_interval_sqrt(square).high <= domain.radius;
}

bool lip_domain_contains(lip_domain domain, size_t d, const double *x)
{
  if (!all_finite(d, x)) return false;
  switch (domain.kind) {
  case LIP_SPACE:
    return true;
  case LIP_BALL:
    return lip_interval_norm(d, x).high <= domain.radius;
  case LIP_ON_SPHERE:
    return lip_largest(d, x) > 0;
  case LIP_BOX:
    for (size_t i = 0; i < d; i++)
      if (!(domain.low <= x[i] && x[i] <= domain.high)) return false;
    return true;
  case LIP_AROUND_DATA:
    return domain.d == d && is_near(domain, x, nearest_center(domain, x));
  }
  return false;
}

/* x = center + t (x - center), t as large as may be; where rounding leaves no other, the center. */
static void into_ball_around(lip_domain domain, const double *center, double *x)
{
  double square = 0, ratio;

  if (is_near(domain, x, center)) return;
  for (size_t i = 0; i < domain.d; i++) square += (x[i] - center[i]) * (x[i] - center[i]);
  ratio = domain.radius / sqrt(square);
  if (!(ratio < 1)) ratio = 1;
  for (double less = 0x1p-52; less <= 1; less *= 16) {
    for (size_t i = 0; i < domain.d; i++)
      x[i] = center[i] + (1 - less) * ratio * (x[i] - center[i]);
    if (is_near(domain, x, center)) return;
    ratio = 1;
  }
  memcpy(x, center, domain.d * sizeof *x);
}

/* The length of x becomes the radius; of a ball: not certainly more than it. */
static void onto_sphere(lip_domain domain, size_t d, double *x)
{
  double largest = lip_largest(d, x), length;

  if (!(largest > 0)) { /* the centre has no ray: the first axis will do */
    memset(x, 0, d * sizeof *x);
    x[0] = domain.radius;
    return;
  }
  for (size_t i = 0; i < d; i++) x[i] /= largest;
  length = lip_norm(d, x);
  for (size_t i = 0; i < d; i++) x[i] = x[i] / length * domain.radius;
  for (double less = 0x1p-52; domain.kind == LIP_BALL && less < 1; less *= 4) {
    if (lip_interval_norm(d, x).high <= domain.radius) return;
    for (size_t i = 0; i < d; i++) x[i] *= 1 - less;
  }
}

void lip_domain_project(lip_domain domain, size_t d, double *x)
{
  for (size_t i = 0; i < d; i++) {
    if (isnan(x[i])) x[i] = 0;
    if (isinf(x[i])) x[i] = copysign(0x1p1000, x[i]);
  }
  switch (domain.kind) {
  case LIP_SPACE:
    break;
  case LIP_BALL:
    if (!(lip_interval_norm(d, x).high <= domain.radius)) onto_sphere(domain, d, x);
    break;
  case LIP_ON_SPHERE:
    onto_sphere(domain, d, x);
    break;
  case LIP_BOX:
    for (size_t i = 0; i < d; i++) x[i] = fmin(fmax(x[i], domain.low), domain.high);
    break;
  case LIP_AROUND_DATA:
    into_ball_around(domain, nearest_center(domain, x), x);
    break;
  }
}

double lip_domain_radius(lip_domain domain, size_t d)
{
  double longest = 0;

  switch (domain.kind) {
  case LIP_SPACE:
    break;
  case LIP_BALL:
  case LIP_ON_SPHERE:
    return domain.radius;
  case LIP_BOX:
    longest = fmax(fabs(domain.low), fabs(domain.high));
    return d == 1 ? longest : lip_mul_up(lip_sqrt_up((double)d), longest);
  case LIP_AROUND_DATA:
    for (size_t c = 0; c < domain.count; c++)
      longest = fmax(longest, lip_interval_norm(domain.d, domain.centers + c * domain.d).high);
    return lip_add_up(longest, domain.radius);
  }
  return INFINITY;
}

void lip_domain_tangential(lip_domain domain, size_t d, const double *x, double *v)
{
  if (domain.kind == LIP_ON_SPHERE) lip_add_multiple(d, -lip_dot(d, x, v) / lip_dot(d, x, x), x, v);
}

double lip_domain_slope(lip_domain domain, size_t d, const double *x, const double *gradient)
{
  double along, square = 0;

  if (domain.kind != LIP_ON_SPHERE) return lip_norm(d, gradient);
  along = lip_dot(d, x, gradient) / lip_dot(d, x, x);
  for (size_t i = 0; i < d; i++) {
    double part = gradient[i] - along * x[i];

    square += part * part;
  }
  return sqrt(square);
}
