/* upper_path_norm.c - sum over neurons of |A_l| |w_l| Lip(psi), for two-layer networks.

   J = sum A_l psi'(z_l) w_l, A_l column l of A, so the triangle inequality gives it (two-layer
   paper, section 4.1; theory.md B9), in every norm with |w_l| the dual one. Lip(psi) is the largest
   slope that psi has on the neuron's range over the domain where it has none on the reals (square
   on a ball). Cost: one pass over the weights. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"
#include "lipschitz/neuron_range.h"

#include <math.h>

static bool applies(const lip_problem *problem)
{
  return lip_problem_is_two_layer(problem) && lip_problem_slope_is_bounded(problem);
}

/* |A_l| from p to itself: the norm of a column. */
static double column_length(const lip_problem *problem, const double *A, size_t k, size_t l,
                            double *column)
{
  for (size_t j = 0; j < problem->m; j++) column[j] = A[j * k + l];
  if (problem->norm == LIP_NORM_2) return lip_norm(problem->m, column);
  return lip_dual_length(problem->norm == LIP_NORM_1 ? LIP_NORM_INF : LIP_NORM_1, problem->m,
                         column);
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_layer *hidden = &problem->net->layer[0];
  double *A = lip_alloc(problem->m, (hidden->out + 1) * sizeof *A);
  double radius = lip_domain_radius(problem->domain, problem->d), sum = 0;

  (void)steepest, (void)control;
  if (!A) FAIL(LIP_ENOMEM, "%zu x %zu weights", problem->m, hidden->out);
  lip_problem_output_rows(problem, A);
  for (size_t l = 0; l < hidden->out; l++) {
    const double *w = hidden->W + l * hidden->in;
    double length = lip_norm(hidden->in, w), bias = hidden->b ? hidden->b[l] : 0;
    double out = column_length(problem, A, hidden->out, l, A + problem->m * hidden->out);

    if (out > 0 && length > 0)
      sum += out * lip_dual_length(problem->norm, hidden->in, w) *
             lip_neuron_slope(hidden->activation, length, bias, radius);
  }
  finding->found = true;
  finding->value = sum;
done:
  lip_free(A);
  return st;
}

const lip_method lip_upper_path_norm = {
    "path-norm", "two-layer paper, section 4.1: sum of |a_l| |w_l| Lip(psi)", applies, run};
