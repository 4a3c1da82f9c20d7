/* curve.c - how many points keep their class within a radius: certified, attacked, possible at all.

   What is possible for any classifier whatever: of two points nearer than 2 r with different labels
   one at most has its own class on all of the open ball of radius r about it, as the balls meet. So
   does one at most of each pair of a matching, pairs without common points; the pairs are taken
   greedily, shortest first, which gives a maximal matching for every r at once.

   cost  all distances between the points with different labels: MOST points at most */
#include "audit/audit_parts.h"

#include "audit/matching.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 8 };

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* A radius that nearly all of the positive, finite ones are below: 0 where there are none. */
static double reach(size_t count, double *radii)
{
  size_t kept = 0;

  for (size_t k = 0; k < count; k++)
    if (radii[k] > 0 && isfinite(radii[k])) radii[kept++] = radii[k];
  if (!kept) return 0;
  qsort(radii, kept, sizeof *radii, ascending);
  return radii[(kept - 1) * 98 / 100];
}

static void add_steps(double last, double *radii, size_t *count)
{
  for (size_t k = 1; k <= STEPS && last > 0; k++) radii[(*count)++] = last * (double)k / STEPS;
}

/* The radii of the table: even steps as far as the constants reach, the bounds near
   the points, and the attack. */
static lip_status choose_radii(const audit_run *run, double *radii, size_t *count, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_audit *found = &run->found;
  double *all = lip_alloc(found->points, sizeof *all);
  size_t kept = 1;

  if (!all) FAIL(LIP_ENOMEM, "%zu radii", found->points);
  radii[0] = 0;
  *count = 1;
  for (size_t k = 0; k < found->points; k++) all[k] = found->point[k].radius;
  add_steps(reach(found->points, all), radii, count);
  for (size_t k = 0; k < found->points; k++) all[k] = found->point[k].local;
  if (found->local) add_steps(reach(found->points, all), radii, count);
  for (size_t k = 0; k < found->points; k++) all[k] = found->point[k].broken;
  add_steps(reach(found->points, all), radii, count);
  qsort(radii, *count, sizeof *radii, ascending);
  for (size_t k = 1; k < *count; k++)
    if (radii[k] > radii[kept - 1] * (1 + 1e-9)) radii[kept++] = radii[k];
  *count = kept;
done:
  lip_free(all);
  return st;
}

lip_audit_radius lip_audit_at(const lip_audit *result, double radius)
{
  lip_audit_radius row = {.radius = radius, .possible = result->points};

  for (size_t k = 0; k < result->points; k++) {
    const lip_audit_point *point = &result->point[k];

    row.certified += point->right && point->radius >= radius;
    row.local += point->right && point->local >= radius;
    row.attacked += point->right && point->broken >= radius;
  }
  for (size_t k = 0; k < result->rivals && result->rival[k] < 2 * radius; k++) row.possible--;
  return row;
}

lip_status audit_curve(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  double radii[3 * STEPS + 1];
  size_t count = 0;

  if (!found->points) return LIP_OK;
  TRY(choose_radii(run, radii, &count, err));
  TRY(lip_match_rivals(run->data->X, run->data->d, found->points, found->point, run->label,
                       &found->rival, &found->rivals, err));
  found->curve = lip_alloc(count, sizeof *found->curve);
  if (!found->curve) FAIL(LIP_ENOMEM, "%zu radii", count);
  for (size_t k = 0; k < count; k++) found->curve[k] = lip_audit_at(found, radii[k]);
  found->curve_points = count;
done:
  return st;
}
