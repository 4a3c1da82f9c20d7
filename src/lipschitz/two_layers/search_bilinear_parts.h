/* search_bilinear_parts.h - the search with bilinear forms in pieces: what its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_BILINEAR_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_SEARCH_BILINEAR_PARTS_H

#include "certificate/two_layers/bilinear_box.h"
#include "lipschitz/two_layers/bilinear_relaxation.h"
#include "lipschitz/method.h"
#include "lipschitz/two_layers/pattern_cell.h"
#include "lipschitz/two_layers/pattern_tree.h"

#include <math.h>

/* A search under way. Values are about the claim's scaled weights. */
typedef struct lip_forms {
  const lip_problem *problem;
  const lip_claim *claim;
  const lip_control *control;
  lip_bracket *bracket;
  double *gram, *low, *high, *at_low, *at_high, *z, *tau; /* k x k; k each; k + 1 + q */
  double *x, *g;                                          /* d each */
  float *rows;                                            /* q x rank: the relaxation's Y */
  signed char *ends, *all, *t, *spare;                    /* k + 1 each */
  lip_cell_row *row;                                      /* k */
  lip_bilinear_box box;
  lip_bilinear_relaxation relaxation;
  lip_pattern_cell *cell;
  lip_pattern_tree tree;
  double best;        /* the steepest witness */
  double slack;       /* leaves prove best (1 + slack) */
  double stuck;       /* the largest value of a leaf that cannot be split further */
  double first_upper; /* the bracket's, when the search began */
  bool every;         /* every pattern has a point */
  bool linear;        /* piecewise linear: a cell's points by linear programming */
} lip_forms;

/* What is known of a node. */
typedef struct lip_form_bound {
  double value;
  size_t pick;    /* the neuron to split at; k: none is free */
  bool plain;     /* no multipliers are needed */
  size_t numbers; /* multipliers, in tau */
} lip_form_bound;

/* A value about the scaled weights as one of the network, and back. */
static inline double lip_forms_unscaled(const lip_forms *in, double value)
{
  return ldexp(value, in->claim->W_exponent + in->claim->A_exponent);
}

static inline double lip_forms_scaled(const lip_forms *in, double value)
{
  return ldexp(value, -in->claim->W_exponent - in->claim->A_exponent);
}

/* Nodes at or below are proved. */
static inline double lip_forms_target(const lip_forms *in)
{
  return in->best * (1 + in->slack);
}

static inline bool lip_forms_is_gain(const lip_forms *in, double value)
{
  return value > in->best * (1 + 1e-13);
}

/* Tells the caller of a better bracket.  roots  in  every block has its root: there is a bound */
void lip_forms_announce(lip_forms *in, bool roots, bool better_lower);

/* Looks for a point with the ends in->ends and, where they are free, those of the signs t of the
   rows of U, and offers it.  t  in  in->box.f + 1: +-1, t_0 = 1 */
LIP_MUST_CHECK lip_status lip_forms_offer_signs(lip_forms *in, const signed char *t,
                                                lip_error *err);

/* The point of a child, whose ends are in->ends: its parent's, where that lies on its side, or a
   new one; or the child is closed as empty.
   index   in      the child, in in->tree
   neuron  in      that was split
   point   in/out  the parent's (NULL: none); the child's: borrowed, or in->x */
LIP_MUST_CHECK lip_status lip_forms_child_point(lip_forms *in, size_t index, size_t neuron,
                                                const double **point, bool *empty, lip_error *err);

/* in->box.U <- the form of a block for in->ends. */
void lip_forms_make(lip_forms *in, size_t block);

/* Bounds that form; in->tau becomes the multipliers.  parent  in  NULL: a root */
LIP_MUST_CHECK lip_status lip_forms_bound(lip_forms *in, const lip_pattern_node *parent,
                                          lip_form_bound *found, lip_error *err);

/* Rounds the relaxation of that form to a pattern, in->t, and looks for a point of it. */
LIP_MUST_CHECK lip_status lip_forms_round(lip_forms *in, int tries, lip_error *err);

#endif
