/* pattern_bound_parts.h - the bound of a node in pieces: the workspace that its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BOUND_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BOUND_PARTS_H

#include "lipschitz/two_layers/pattern_bound.h"
#include "lipschitz/two_layers/pattern_outputs.h"
#include "lipschitz/two_layers/pattern_signs.h"

struct lip_pattern_bound {
  const lip_claim *claim;
  const double *gram;
  size_t k, m, free;
  double *half, *middle, *at; /* k: of the slopes; the node's c, or the slopes of a pattern */
  double *weight;             /* k: |column of A|^2 */
  double *p, *Kp;             /* k x m: diag(at) A', gram p */
  double *square, *values;    /* m x m; m: J J' of a pattern, its eigenvalues */
  double *along;              /* k: A'u */
  double *t, *h;              /* k + 1 */
  size_t *neuron;             /* of each free row of the relaxation */
  double *G;                  /* several outputs: (k + 1)^2, the Gram matrix for a fixed u */
  lip_pattern_signs *signs;   /* one output */
  lip_pattern_outputs *outputs;
};

static inline size_t lip_pattern_bound_stride(const lip_pattern_bound *bound)
{
  return bound->signs ? bound->signs->stride : bound->outputs->stride;
}

static inline double *lip_pattern_bound_V(const lip_pattern_bound *bound)
{
  return bound->signs ? bound->signs->V : bound->outputs->V;
}

/* p = diag(at) A', Kp = gram p */
void lip_pattern_bound_multiply(lip_pattern_bound *bound);

/* |A diag(s) W|^2 at the ends, t for the free neurons; `along` becomes A'u, u the leading output
   direction. */
LIP_MUST_CHECK lip_status lip_pattern_bound_value(lip_pattern_bound *bound, const signed char *ends,
                                                  const signed char *t, double *value,
                                                  lip_error *err);

/* Climbs from t; the relaxation's G is the node's. */
LIP_MUST_CHECK lip_status lip_pattern_bound_climb(lip_pattern_bound *bound, const signed char *ends,
                                                  signed char *t, double *value, lip_error *err);

#endif
