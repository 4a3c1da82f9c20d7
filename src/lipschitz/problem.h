/* problem.h - what is measured: a function of a network, a norm, a domain; the slope at a point. */
#ifndef LIP_LIPSCHITZ_PROBLEM_H
#define LIP_LIPSCHITZ_PROBLEM_H

#include "certificate/claim.h"

#include <liplaw/measure.h>

typedef struct lip_problem {
  const lip_net *net;
  /* What is asked (the caller of lip_problem_state makes it): `claim` where the network has two
     layers, `deep` where it has not; the other one is NULL. */
  const lip_claim *claim, *deep;
  lip_output output;
  lip_norm_kind norm;
  size_t d, m; /* inputs, values of the function */
  lip_domain domain;
  const lip_dataset *data; /* may be NULL */
  size_t random_points, starts;
  uint64_t seed;
  double time_limit;        /* s, of the whole measurement; a method that can go on takes a share */
  const double *layer_norm; /* |W_j|_op by layer, of the last one the rows asked for; NaN: unknown;
                               of chains of layers only */
  double layer_norm_error;  /* relative, of their product, estimated */
  double *node_norm; /* nodes entries, or NULL: where a method leaves what it learns of |L_i| */
} lip_problem;

/* Reads the options; the norms stay unknown, the claim NULL.
   domain  in  what the options' domain was parsed to; its centers are borrowed
   return  LIP_OK; LIP_EOPTION; LIP_EINPUT where the data or the centers have another number of
           inputs */
LIP_MUST_CHECK lip_status lip_problem_state(const lip_net *net, const lip_dataset *data,
                                            const lip_measure_options *options, lip_domain domain,
                                            lip_problem *problem, lip_error *err);

/* Whichever of the two there is. */
const lip_claim *lip_problem_claim(const lip_problem *problem);

/* Makes the norms of a chain's layers known, as far as it is not stopped.
   norms  out  depth entries, used by the problem from now on */
LIP_MUST_CHECK lip_status lip_problem_norms(lip_problem *problem, double *norms,
                                            const lip_control *control, lip_error *err);

/* f as a sum over hidden neurons, A psi(W x + b) + c with rows of the last layer. */
bool lip_problem_is_two_layer(const lip_problem *problem);

/* A: the rows of the last layer that are asked for, a difference rounded.  A  out  m x in */
void lip_problem_output_rows(const lip_problem *problem, double *A);

/* False where an activation of unbounded slope (square) meets an unbounded domain. */
bool lip_problem_slope_is_bounded(const lip_problem *problem);

/* The number of weights, of windows once for each place, all of it once for each value of f: the
   cost of one slope is about four times that. */
double lip_problem_weights(const lip_problem *problem);

/* How many rows lip_problem_slopes should get at once so that a stop is heard soon. */
size_t lip_problem_block_rows(const lip_problem *problem, size_t rows);

/* At each row of X the slope, |J(x)| from p to p (-1 where it is not a number), and what of J it is
   the length of: g = J'u with a u of length at most 1 (dual norm) that makes |g| (dual norm) as
   large as |J|; of one output the gradient. On the sphere |J P| and P g, P the projection to the
   tangent space. Of several outputs the slope is |g| itself, attained whatever the accuracy of u.
   X  in  rows x d, points of the domain;  G  out  rows x d;  slopes  out  rows
   cost   four flops for each weight and output; an eigenproblem of size min(m, d) for each row */
LIP_MUST_CHECK lip_status lip_problem_slopes(const lip_problem *problem, size_t rows,
                                             const double *X, double *G, double *slopes,
                                             lip_error *err);

/* |v| in the norm dual to the problem's; on the sphere of its tangential part at x. */
double lip_problem_length(const lip_problem *problem, const double *x, const double *v);

#endif
