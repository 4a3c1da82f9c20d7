/* search_patterns_parts.h - the search over patterns in pieces: what its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_PATTERNS_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_PATTERNS_PARTS_H

#include "lipschitz/method.h"
#include "lipschitz/two_layers/pattern_bound.h"
#include "lipschitz/two_layers/pattern_cell.h"
#include "lipschitz/two_layers/pattern_tree.h"

#include <math.h>

/* A search under way. Values are squares about the claim's scaled weights. */
typedef struct lip_patterns {
  const lip_claim *claim;
  const lip_control *control;
  lip_bracket *bracket;
  double *gram, *low, *high, *tau;  /* k x k; k each */
  double *x, *z, *gradient, *J, *u; /* d; k; d; m x d; m */
  float *rows;                      /* of the node that is bounded */
  signed char *ends, *t, *side;     /* k each */
  lip_cell_row *row;                /* k */
  lip_pattern_bound *bound;
  lip_pattern_cell *cell;
  lip_pattern_tree tree;
  double best;        /* the steepest witness */
  double slack;       /* leaves prove best (1 + slack) */
  double stuck;       /* the largest value of a leaf that cannot be split further */
  double first_upper; /* the bracket's, when the search began */
  bool every;         /* every pattern has a point */
} lip_patterns;

/* A square about the scaled weights as a value of the network, and back. */
static inline double lip_patterns_unscaled(const lip_patterns *in, double value)
{
  return ldexp(sqrt(value), in->claim->W_exponent + in->claim->A_exponent);
}

static inline double lip_patterns_scaled(const lip_patterns *in, double value)
{
  double root = ldexp(value, -in->claim->W_exponent - in->claim->A_exponent);

  return root * root;
}

/* Tells the caller of a better bracket. */
void lip_patterns_announce(lip_patterns *in, bool better_lower);

/* A witness at x (d), where it is the steepest: with the slope that is certain there. */
LIP_MUST_CHECK lip_status lip_patterns_offer_point(lip_patterns *in, const double *x,
                                                   lip_error *err);

/* Looks for a point whose slopes are at the ends that `ends` and, where these are 0, t give, and
   offers it. ends, t  in  k: -1, 0, +1 */
LIP_MUST_CHECK lip_status lip_patterns_offer_ends(lip_patterns *in, const signed char *ends,
                                                  const signed char *t, lip_error *err);

/* The point of a child, whose ends are in->ends: its parent's, where that lies on its side, or a
   new one; or the child is closed as empty.
   index   in      the child, in in->tree
   neuron  in      that was split
   point   in/out  the parent's (NULL: none); the child's: borrowed, or in->x */
LIP_MUST_CHECK lip_status lip_patterns_child_point(lip_patterns *in, size_t index, size_t neuron,
                                                   const double **point, bool *empty,
                                                   lip_error *err);

#endif
