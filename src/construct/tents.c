/* tents.c - f(x) = sum_i y_i max(0, 1 - |x - x_i| / r), r half the least distance of the points.

   The tents' supports are disjoint: f(x_i) = y_i, and a segment leaves one before it enters the
   next, so that the constant is exactly max |y_i| / r (theory.md U14 and erratum 11). A larger
   radius, half the least distance of points with different labels, would not do: equal labels then
   add up at points that are nearer, and f misses them. Equal points with equal labels are one
   point. 1 / r is rounded upward by the error of the least distance, so that supports cannot
   overlap by rounding: where two of opposite labels did, slopes would add up to twice the constant.
   cost    of the least distance: n^2 kept / 2 products in single precision */
#include "construct/tents.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"
#include "data/nearest_pair.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The first coordinates of all points, with their labels. */
static lip_status project(const lip_dataset *data, size_t kept, lip_dataset **made, lip_error *err)
{
  lip_status st = lip_dataset_create(data->n, kept, 1, made, err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; i < data->n; i++)
    memcpy((*made)->X + i * kept, data->X + i * data->d, kept * sizeof(double));
  memcpy((*made)->y, data->y, data->n * sizeof(double));
  return LIP_OK;
}

/* chosen  out  the first of each set of equal points, in order; count of them */
static lip_status choose_points(const lip_dataset *points, size_t *chosen, size_t *count,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *number = lip_alloc(points->n, sizeof *number), found = 0;
  bool *seen = lip_alloc_zero(points->n, sizeof *seen);

  if (!number || !seen) FAIL(LIP_ENOMEM, "no memory to compare %zu points", points->n);
  TRY(lip_number_rows(points->X, points->n, points->d, number, err));
  for (size_t i = 0; i < points->n; i++) {
    if (seen[number[i]]) continue;
    seen[number[i]] = true;
    chosen[found++] = i;
  }
  *count = found;
done:
  lip_free(number);
  lip_free(seen);
  return st;
}

/* The layers; the one that projects is left out where all coordinates are kept. */
static lip_status create(size_t d, size_t kept, size_t k, lip_net **net, lip_error *err)
{
  static const lip_map maps[] = {LIP_AFFINE, LIP_DISTANCE, LIP_AFFINE};
  static const lip_activation psi[] = {{LIP_IDENTITY, 0}, {LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  static const bool biases[] = {false, true, false};
  const size_t widths[] = {d, kept, k, 1};
  size_t skip = kept == d;
  lip_status st = lip_net_create_maps(3 - skip, widths + skip, maps + skip, psi + skip,
                                      biases + skip, LIP_F64, net, err);

  for (size_t i = 0; st == LIP_OK && !skip && i < kept; i++) (*net)->layer[0].W[i * d + i] = 1;
  return st;
}

static void fill(const lip_dataset *points, size_t k, const size_t *chosen, double slope,
                 lip_net *net)
{
  lip_layer *tents = &net->layer[net->depth - 2], *sum = &net->layer[net->depth - 1];

  tents->scale = -slope;
  for (size_t l = 0; l < k; l++) {
    memcpy(tents->W + l * points->d, points->X + chosen[l] * points->d, points->d * sizeof(double));
    tents->b[l] = 1;
    sum->W[l] = points->y[chosen[l]];
  }
}

static void describe(const lip_dataset *points, size_t k, const lip_pair *nearest, double largest,
                     lip_construct_result *result)
{
  double a = points->y[nearest->i], b = points->y[nearest->j];
  bool least = largest > 0 && fabs(a - b) == 2 * largest;
  char merged[64] = "";

  if (k < points->n)
    (void)snprintf(merged, sizeof merged, "; %zu points equal others", points->n - k);
  (void)snprintf(result->note, sizeof result->note,
                 "least distance %.6g, of points %zu and %zu with labels %g and %g%s%s",
                 nearest->distance, nearest->i, nearest->j, a, b,
                 least ? ": no function of these coordinates has a smaller constant" : "", merged);
}

lip_status lip_build_tents(const lip_construct_job *job, size_t kept, lip_net **net,
                           lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  lip_dataset *points = NULL;
  size_t *chosen = lip_alloc(data->n, sizeof *chosen), k = 0;
  lip_pair nearest;
  double largest = 0, slope;

  if (!chosen) FAIL(LIP_ENOMEM, "no memory to compare %zu points", data->n);
  TRY(project(data, kept, &points, err));
  st = lip_refuse_equal_points(points, false, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "in the first %zu of %zu coordinates", kept, data->d);
    goto done;
  }
  TRY(choose_points(points, chosen, &k, err));
  if (k < 2)
    FAIL(LIP_EINPUT, "tents need two different points: all %zu are equal in %zu coordinate%s",
         data->n, kept, kept == 1 ? "" : "s");
  TRY(lip_nearest_pair(job->team, points->X, points->n, kept, &nearest, job->control, err));
  slope = 2 / nearest.distance * (1 + 0x1p-48);
  for (size_t i = 0; i < data->n; i++) largest = fmax(largest, fabs(data->y[i]));
  if (!isfinite(slope * largest))
    FAIL(LIP_ENUMERIC, "points %zu and %zu have distance %g: the constant overflows", nearest.i,
         nearest.j, nearest.distance);
  TRY(create(data->d, kept, k, net, err));
  fill(points, k, chosen, slope, *net);
  result->k = k;
  result->parameters = k * (kept + 1);
  result->lipschitz = slope * largest;
  result->exact = true;
  result->domain = "space";
  describe(points, k, &nearest, largest, result);
done:
  lip_free(chosen);
  lip_dataset_free(points);
  return st;
}
