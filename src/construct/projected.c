/* projected.c - tents about the points' first coordinates: p = n (kept + 1) numbers for a constant
   that grows as fewer are kept, the whole curve between size and smoothness (universal law, Remark
   1.1; theory.md U14). See tents.c. */
#include "construct/tents.h"

#include "base/error.h"

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  size_t kept = job->options->dimensions, d = job->data->d;

  if (kept < 1 || kept > d)
    return lip_fail(err, LIP_EOPTION,
                    "--dimensions: %zu coordinates to keep; the points have 1 to %zu", kept, d);
  result->source = "universal law, Remark 1.1 (U14): 2 max |y_i| / min |Px_i - Px_j|, P the first "
                   "coordinates";
  return lip_build_tents(job, kept, net, result, err);
}

const lip_construction lip_projected_construction = {
    .name = "projected", .tolerance = 1e-12, .build = build};
