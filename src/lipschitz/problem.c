/* problem.c - what is measured: one output of a network on a domain; and the slope at a point. */
#include "lipschitz/problem.h"

#include "lipschitz/domain.h"

#include <math.h>

/* Of a block of rows: a tenth of a second or so, some megabytes, and enough rows for the products
   to be worth it. */
static const double WEIGHTS_A_BLOCK = 1e9, NUMBERS_A_BLOCK = 1 << 20, FEWEST_ROWS = 32;

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
  double block = fmin(WEIGHTS_A_BLOCK / lip_problem_weights(problem),
                      NUMBERS_A_BLOCK / (double)problem->d);

  return (size_t)fmin((double)rows, fmax(block, FEWEST_ROWS));
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
