/* rbf.c - tents about all points: p = n (d + 1) numbers, a constant of order 1 for points that are
   apart (universal law, Remark 1.1; theory.md U14). See tents.c. */
#include "construct/tents.h"

#include "base/error.h"

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  result->source = "universal law, Remark 1.1 (U14): 2 max |y_i| / min |x_i - x_j|";
  return lip_build_tents(job, job->data->d, net, result, err);
}

const lip_construction lip_rbf_construction = {.name = "rbf", .tolerance = 1e-12, .build = build};
