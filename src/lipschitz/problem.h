/* problem.h - what is measured: one output of a network on a domain; and the slope at a point. */
#ifndef LIP_LIPSCHITZ_PROBLEM_H
#define LIP_LIPSCHITZ_PROBLEM_H

#include "certificate/claim.h"

#include <liplaw/measure.h>

typedef struct lip_problem {
  const lip_net *net;
  const lip_claim *claim; /* what is asked, where the network has two layers; else NULL */
  size_t output, d;
  lip_domain domain;
  const lip_dataset *data; /* may be NULL */
  size_t random_points, starts;
  uint64_t seed;
  const double *layer_norm; /* |W_j|_op by layer, of the last one the output's row; NaN: unknown */
  double layer_norm_error;  /* relative, of their product, estimated */
} lip_problem;

/* Reads the options; the norms stay unknown.
   return  LIP_OK; LIP_EOPTION; LIP_EINPUT where the data have another number of inputs */
LIP_MUST_CHECK lip_status lip_problem_state(const lip_net *net, const lip_dataset *data,
                                            const lip_measure_options *options,
                                            lip_problem *problem, lip_error *err);

/* Makes the norms known, as far as it is not stopped.
   norms  out  depth entries, used by the problem from now on */
LIP_MUST_CHECK lip_status lip_problem_norms(lip_problem *problem, double *norms,
                                            const lip_control *control, lip_error *err);

/* f as a sum over hidden neurons, a . psi(W x + b) + c with a row of the last layer. */
bool lip_problem_is_two_layer(const lip_problem *problem);
const double *lip_problem_output_weights(const lip_problem *problem);

/* False where an activation of unbounded slope (square) meets an unbounded domain. */
bool lip_problem_slope_is_bounded(const lip_problem *problem);

/* The number of weights: the cost of one gradient is about four times that. */
double lip_problem_weights(const lip_problem *problem);

/* How many rows lip_problem_slopes should get at once so that a stop is heard soon. */
size_t lip_problem_block_rows(const lip_problem *problem, size_t rows);

/* At each row of X: the gradient, and the slope on the domain (-1 where it is not a number).
   X  in  rows x d, points of the domain;  G  out  rows x d;  slopes  out  rows */
LIP_MUST_CHECK lip_status lip_problem_slopes(const lip_problem *problem, size_t rows,
                                             const double *X, double *G, double *slopes,
                                             lip_error *err);

#endif
