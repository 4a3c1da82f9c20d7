/* problem.c - what is measured: one output of a network on a domain; and the slope at a point. */
#include "lipschitz/problem.h"

#include "lipschitz/domain.h"

#include <math.h>

bool lip_problem_is_two_layer(const lip_problem *problem)
{
  return problem->net->depth == 2 && problem->net->layer[1].activation.kind == LIP_IDENTITY;
}

const double *lip_problem_output_weights(const lip_problem *problem)
{
  const lip_layer *last = &problem->net->layer[problem->net->depth - 1];

  return last->W + problem->output * last->in;
}

bool lip_problem_slope_is_bounded(const lip_problem *problem)
{
  bool bounded = true;

  for (size_t j = 0; j < problem->net->depth; j++)
    bounded = bounded && isfinite(lip_activation_lipschitz(problem->net->layer[j].activation));
  return bounded || isfinite(lip_domain_radius(problem->domain));
}

double lip_problem_weights(const lip_problem *problem)
{
  double weights = 0;

  for (size_t j = 0; j < problem->net->depth; j++)
    weights += (double)problem->net->layer[j].in * (double)problem->net->layer[j].out;
  return weights;
}

size_t lip_problem_block_rows(const lip_problem *problem, size_t rows)
{
  double block = 1e9 / lip_problem_weights(problem);

  if (block < 32) block = 32;
  return block < (double)rows ? (size_t)block : rows;
}

lip_status lip_problem_slopes(const lip_problem *problem, size_t rows, const double *X, double *G,
                              double *slopes, lip_error *err)
{
  lip_status st = lip_net_gradients(problem->net, problem->output, rows, X, G, err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; i < rows; i++) {
    double slope = lip_domain_slope(problem->domain, problem->d, X + i * problem->d,
                                    G + i * problem->d);

    slopes[i] = isfinite(slope) ? slope : -1;
  }
  return LIP_OK;
}
