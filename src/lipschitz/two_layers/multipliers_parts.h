/* multipliers_parts.h - what the files multipliers*.c share: a claim with slopes in a box, reduced
   to the neurons that are free. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_PARTS_H

#include "lipschitz/two_layers/multipliers.h"
#include "lipschitz/two_layers/sign_relaxation.h"

typedef struct lip_multipliers_vector lip_multipliers_vector;
typedef struct lip_multipliers_ascent lip_multipliers_ascent;

/* J = M + sum_l t_l half_l A_l w_l, |t_l| <= 1, about the scaled W of the claim, with A and the
   slopes scaled again so that the largest |A_l| |w_l| and slope are about 1: 2^-exponent times the
   J of the claim's scaled matrices. */
struct lip_multipliers {
  const lip_claim *claim;
  double *mid, *half; /* k: of the slopes, scaled */
  int exponent;
  size_t free;    /* neurons that matter: half > 0, column of A and row of W not zero */
  size_t *neuron; /* free: which they are */
  double *A;      /* m x k: the claim's, divided by 2^A_exponent */
  int A_exponent;
  double *M;              /* m x d: A diag(mid) W; made by lip_multipliers_middle */
  double *length, *reach; /* k: |w_l|, |A_l| */
  /* one output */
  lip_sign_relaxation *signs;
  double *gram;     /* k x k: a_l a_j w_l . w_j; NULL where rows are used */
  double *products; /* (k + 1)^2, of the call under way; NULL with gram */
  double *scale, *row_squares, *lambda, *gram_mid; /* k + 1 each */
  size_t *which, *name;                            /* k + 1 each */
  lip_multipliers_vector *vector;                  /* several outputs */
  lip_multipliers_ascent *ascent;                  /* and many neurons */
};

void lip_multipliers_middle(lip_multipliers *solver);

/* The bound for one output, and for several; slopes scaled, tau as for them.
   tau  out  free entries, by `neuron`'s order: written for those alone, at their place in k */
LIP_MUST_CHECK lip_status lip_multipliers_scalar_create(lip_multipliers *solver, lip_error *err);
LIP_MUST_CHECK lip_status lip_multipliers_scalar(lip_multipliers *solver, lip_multipliers_goal goal,
                                                 bool warm, double *tau, double *value,
                                                 double *direction, const lip_control *control,
                                                 lip_error *err);
void lip_multipliers_scalar_clear(lip_multipliers *solver);

LIP_MUST_CHECK lip_status lip_multipliers_vector_create(lip_multipliers *solver, lip_error *err);
LIP_MUST_CHECK lip_status lip_multipliers_vector_find(lip_multipliers *solver,
                                                      lip_multipliers_goal goal, bool warm,
                                                      double *tau, double *value, double *direction,
                                                      const lip_control *control, lip_error *err);
void lip_multipliers_vector_clear(lip_multipliers *solver);

LIP_MUST_CHECK lip_status lip_multipliers_ascent_create(lip_multipliers *solver, lip_error *err);
LIP_MUST_CHECK lip_status lip_multipliers_ascent_find(lip_multipliers *solver,
                                                      lip_multipliers_goal goal, bool warm,
                                                      double *tau, double *value, double *direction,
                                                      const lip_control *control, lip_error *err);
void lip_multipliers_ascent_clear(lip_multipliers *solver);

#endif
