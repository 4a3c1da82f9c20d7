/* smoothed_graph.h - a graph whose kinks are smoothed: its slopes at many points, and which way
   they grow. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SMOOTHED_GRAPH_H
#define LIP_LIPSCHITZ_GRAPHS_SMOOTHED_GRAPH_H

#include "lipschitz/problem.h"

/* Values are those of the network itself; the slope of a neuron with a kink is a smooth step of its
   argument, of `width` times the node's typical argument w; other slopes, and softmax, are what
   they are at arguments 1 + w times smaller. */
typedef struct lip_smoothed_graph lip_smoothed_graph;

/* Has the problem's graph only nodes that can be smoothed? */
bool lip_smoothed_graph_applies(const lip_problem *problem);

/* Has it a softmax or an activation that is not piecewise linear? */
bool lip_smoothed_graph_bends(const lip_problem *problem);

/* How many numbers a row takes, about. */
double lip_smoothed_graph_numbers(const lip_problem *problem);

LIP_MUST_CHECK lip_status lip_smoothed_graph_create(const lip_problem *problem, size_t rows,
                                                    lip_smoothed_graph **graph, lip_error *err);
void lip_smoothed_graph_free(lip_smoothed_graph *graph); /* takes NULL */

/* The network's values at the first `rows` rows of X (rows x d). With `typical` they say what a
   typical argument is.
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where a value is not finite */
LIP_MUST_CHECK lip_status lip_smoothed_graph_forward(lip_smoothed_graph *graph, size_t rows,
                                                     const double *X, bool typical, lip_error *err);

/* For the rows of the last forward: with J the smoothed Jacobian and u, v of length 1 that make u'J
   v large (kept from call to call, a step of alternating maximisation each), the derivative of u'J
   v by x. anew   in   u starts from all outputs alike UP     out  rows x d value  out  rows: u'J v
   cost        three passes over the weights a row */
LIP_MUST_CHECK lip_status lip_smoothed_graph_rise(lip_smoothed_graph *graph, double width,
                                                  bool anew, double *UP, double *value,
                                                  lip_error *err);

#endif
