/* slope_back.h - rows pushed back through a graph whose activations are replaced by middle slopes,
   and what of the Jacobian that leaves open. */
#ifndef LIP_CERTIFICATE_GRAPHS_SLOPE_BACK_H
#define LIP_CERTIFICATE_GRAPHS_SLOPE_BACK_H

#include "certificate/graphs/value_bounds.h"

/* A nonlinear node's Jacobian is D + E, D with entry `middle` at (j, pick[j]) and no other:
   activations have |E_jj| <= radius and |D_jj + E_jj| <= most; a window of a max pool whose largest
   entry is not certain has D = 0, radius and most 1 (some entry of the window counts); softmax has
   D = 0, radius and most the largest p_j (1 - p_j). */
typedef struct lip_middle {
  double *middle, *radius, *most; /* size entries; NULL for affine nodes */
  size_t *pick;
} lip_middle;

typedef struct lip_slope_back {
  const lip_net *net;
  const lip_value_bounds *values; /* borrowed */
  lip_middle *node;               /* by node */
  double **coefficient; /* by node, where `reached`: rows x size, of the last push, row-major */
  bool *reached;
  double *room;
  size_t room_size;
  double gamma;     /* covers the relative rounding of every sum and product of a push */
  double underflow; /* what underflow may add to one coefficient */
} lip_slope_back;

LIP_MUST_CHECK lip_status lip_slope_back_create(const lip_net *net, lip_slope_back **back,
                                                lip_error *err);
void lip_slope_back_free(lip_slope_back *back); /* takes NULL */

/* Takes the slopes over these values. */
void lip_slope_back_set(lip_slope_back *back, const lip_value_bounds *values);

/* Flops of one row of node `at`, and the doubles its coefficients take. Sets `reached`. */
double lip_slope_back_cost(lip_slope_back *back, size_t at, size_t *doubles);

/* Makes room for the coefficients of rows of node `at`, all 0, after lip_slope_back_cost; the
   caller then sets those of node `at`. */
LIP_MUST_CHECK lip_status lip_slope_back_place(lip_slope_back *back, size_t at, size_t rows,
                                               lip_error *err);

/* With Lambda the coefficients, J^ the Jacobians by the input of what a node's value is:
   Lambda_at J^_at = Lambda_0 + sum over nonlinear i reached of Lambda_i E_i J^_parent(i), up to
   rounding: each Lambda_n is off by e_n, |e_p| <= gamma |L_p|'|Lambda_n| + underflow, summed over
   the children n of p. */
LIP_MUST_CHECK lip_status lip_slope_back_push(lip_slope_back *back, size_t at, size_t rows,
                                              lip_error *err);

/* Is entry `at` of the parent in window j of max pool i, and may it be the largest there? Calls
   `visit` for each such entry. */
void lip_pool_candidates(const lip_value_bounds *values, size_t i, size_t j,
                         void (*visit)(void *context, size_t at), void *context);

#endif
