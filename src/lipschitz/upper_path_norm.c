/* upper_path_norm.c - sum over neurons of |a_l| |w_l| Lip(psi), for two-layer networks.

   grad f = sum a_l psi'(z_l) w_l, so the triangle inequality gives it (two-layer paper, section
   4.1; theory.md B9). Lip(psi) is the largest slope that psi has on the neuron's range over the
   domain where it has none on the reals (square on a ball). Cost: one pass over the weights. */
#include "lipschitz/method.h"

#include "certificate/domain.h"
#include "lipschitz/neuron_range.h"
#include "linalg/vector.h"

#include <math.h>

static bool applies(const lip_problem *problem)
{
  return lip_problem_is_two_layer(problem) && lip_problem_slope_is_bounded(problem);
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  const lip_layer *hidden = &problem->net->layer[0];
  const double *a = lip_problem_output_weights(problem);
  double radius = lip_domain_radius(problem->domain), sum = 0;

  (void)steepest, (void)control, (void)err;
  for (size_t l = 0; l < hidden->out; l++) {
    double length = lip_norm(hidden->in, hidden->W + l * hidden->in);
    double bias = hidden->b ? hidden->b[l] : 0;

    if (a[l] != 0 && length > 0)
      sum += fabs(a[l]) * length * lip_neuron_slope(hidden->activation, length, bias, radius);
  }
  finding->found = true;
  finding->value = sum;
  return LIP_OK;
}

const lip_method lip_upper_path_norm = {
    "path-norm", "two-layer paper, section 4.1: sum of |a_l| |w_l| Lip(psi)", applies, run};
