/* mcshane.c - the extension of least constant: f(x) = min_i (y_i + L* |x - x_i|).

   L* = max |y_i - y_j| / |x_i - x_j| is a lower limit for every function through the data, and f,
   the least of functions of constant L*, has at most that; at x_j the j-th term is y_j and no other
   is less (McShane, Kirszbraun; theory.md B24). So its constant on the space is exactly L*: with
   several points of different labels the steepest pair attains it.
   L* is rounded upward, by the error of its slopes, so that no other term falls below y_j.
   cost    of L*: n^2 d / 2 products in single precision; a value takes n d
   limits  none: any labels; equal points with different labels are refused before */
#include "construct/construction.h"

#include "base/error.h"
#include "data/smallest_constant.h"

#include <stdio.h>
#include <string.h>

static lip_status create(const lip_dataset *data, lip_net **net, lip_error *err)
{
  return lip_net_create_maps(2, (const size_t[]){data->d, data->n, 1},
                             (const lip_map[]){LIP_DISTANCE, LIP_SMALLEST},
                             (const lip_activation[]){{LIP_IDENTITY, 0}, {LIP_IDENTITY, 0}},
                             (const bool[]){true, false}, LIP_F64, net, err);
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  lip_pair steepest = {0};
  size_t count = 0;
  double constant = 0;

  TRY(lip_smallest_constant_on(job->team, data, 1, &steepest, &count, &constant, job->control,
                               err));
  TRY(create(data, net, err));
  memcpy((*net)->layer[0].W, data->X, data->n * data->d * sizeof(double));
  memcpy((*net)->layer[0].b, data->y, data->n * sizeof(double));
  (*net)->layer[0].scale = constant * (1 + 0x1p-48);
  result->k = data->n;
  result->parameters = data->n * (data->d + 1) + 1;
  result->lipschitz = (*net)->layer[0].scale;
  result->exact = true;
  result->domain = "space";
  result->source = "McShane, Kirszbraun (B24): L* = max |y_i - y_j| / |x_i - x_j|";
  if (count)
    (void)snprintf(result->note, sizeof result->note,
                   "no function through the data has a smaller constant: points %zu and %zu",
                   steepest.i, steepest.j);
  else
    (void)snprintf(result->note, sizeof result->note, "all labels are equal: a constant function");
done:
  return st;
}

const lip_construction lip_mcshane_construction = {
    .name = "mcshane", .tolerance = 1e-9, .build = build};
