/* construction.h - what every construction has: its name, what it needs of the data, its builder.
 */
#ifndef LIP_CONSTRUCT_CONSTRUCTION_H
#define LIP_CONSTRUCT_CONSTRUCTION_H

#include <liplaw/construct.h>

#include "base/parallel.h"

/* One call of lip_construct, as a builder sees it: checked data with one finite label per point,
   normalised where that was asked for. */
typedef struct lip_construct_job {
  const lip_dataset *data;
  const lip_construct_options *options;
  lip_team *team; /* for loops over independent tasks */
  const lip_control *control;
} lip_construct_job;

typedef struct lip_construction {
  const char *name;
  bool sphere;      /* needs points of length 1 */
  bool signs;       /* needs labels -1 and +1 */
  bool distinct;    /* needs different points; equal ones with different labels nobody can fit */
  double tolerance; /* |f(x_i) - y_i| <= tolerance max |y| is a fit, and beyond it a failure;
                       infinite: an approximation */
  /* Builds the network, f64, one output. Of the result it sets k, lipschitz, exact, domain, source,
     and where it has them threshold, note, and parameters (0 means net->parameters); the errors and
     the share of right signs are found by lip_construct. */
  lip_status (*build)(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                      lip_error *err);
} lip_construction;

extern const lip_construction lip_linear_construction, lip_caps_construction,
    lip_groups_construction, lip_tensor_construction, lip_baum_construction,
    lip_mcshane_construction, lip_rbf_construction, lip_projected_construction,
    lip_counterexample_construction;

/* f(x) = a . psi(W x + b), without b where `bias` is false: zeros, to be filled. */
LIP_MUST_CHECK lip_status lip_two_layers(size_t d, size_t k, lip_activation psi, bool bias,
                                         bool output_bias, lip_net **net, lip_error *err);

/* LIP_EINPUT, naming the pair, where two points are equal; `always`: also where their labels are.
 */
LIP_MUST_CHECK lip_status lip_refuse_equal_points(const lip_dataset *data, bool always,
                                                  lip_error *err);

/* True when the caller asked to stop. */
bool lip_construct_stopped(const lip_construct_job *job);

#endif
