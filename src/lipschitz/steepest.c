/* steepest.c - the steepest points found so far. */
#include "lipschitz/steepest.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

lip_status lip_steepest_create(size_t capacity, size_t d, lip_steepest *list, lip_error *err)
{
  double *slope = lip_alloc(capacity, sizeof *slope);
  double *point = d > SIZE_MAX / (capacity + 1) ? NULL : lip_alloc(capacity * d, sizeof *point);

  if (!slope || !point) {
    lip_free(slope);
    lip_free(point);
    return lip_fail(err, LIP_ENOMEM, "%zu points in %zu dimensions", capacity, d);
  }
  *list = (lip_steepest){capacity, 0, d, slope, point};
  return LIP_OK;
}

void lip_steepest_clear(lip_steepest *list)
{
  lip_free(list->slope);
  lip_free(list->point);
  memset(list, 0, sizeof *list);
}

void lip_steepest_offer(lip_steepest *list, double slope, const double *x)
{
  size_t d = list->d, at = list->count;

  if (!(slope >= 0)) return;
  while (at > 0 && slope > list->slope[at - 1]) at--;
  if (at >= list->capacity) return;
  if (list->count < list->capacity) list->count++;
  memmove(list->slope + at + 1, list->slope + at, (list->count - 1 - at) * sizeof *list->slope);
  memmove(list->point + (at + 1) * d, list->point + at * d,
          (list->count - 1 - at) * d * sizeof *list->point);
  list->slope[at] = slope;
  memcpy(list->point + at * d, x, d * sizeof *x);
}
