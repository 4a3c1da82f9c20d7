/* penalty.h - the certified Lipschitz bound as a penalty of training, and its gradient. */
#ifndef LIP_TRAIN_PENALTY_H
#define LIP_TRAIN_PENALTY_H

#include "base/parallel.h"

#include <liplaw/train.h>

/* f(x) = sum_l c_l psi(w_l . x + b_l) + b, slopes of psi within mid +- half. Over all sign vectors
   and more, |grad f| <= max over S >= 0, tr S = 1 of F(S),
     F(S) = |u_0|_S + sum_l |u_l|_S,  u_0 = mid sum c_l w_l,  u_l = half c_l w_l,
   |u|_S = sqrt(u' S u): the semidefinite bound that `measure` proves. */
typedef struct lip_penalty {
  size_t k, d;
  double mid, half;
  double *S;          /* d x d, symmetric, trace 1: frozen between two updates */
  float *rounded;     /* d x d: S */
  double *u, *mapped; /* (k + 1) x d: u_0, ..., u_k, and room for products */
  double *N, *square; /* d x d each */
  float weight;       /* of F in the objective at the step under way; 0: there is no penalty */
  double *sum;        /* d: u_0 */
  float *common;      /* d: mid S u_0 / |u_0|_S: what every c_l w_l shares of the gradient */
  float *by_factor;   /* k: dF / dc_l */
  float *along;       /* k: half |c_l| / |w_l|_S */
  float *SW;          /* threads x block x d: S w_l of the block in hand */
} lip_penalty;

/* Nothing where the options ask for none.
   block  in  neurons of a block at most */
LIP_MUST_CHECK lip_status lip_penalty_create(const lip_train_options *options, size_t d,
                                             size_t threads, size_t block, lip_penalty *penalty,
                                             lip_error *err);
void lip_penalty_clear(lip_penalty *penalty); /* takes zeros */

/* Its weight after so many of `steps` steps: falls by the same factor from step to step, to
   1/10000. */
double lip_penalty_weight(const lip_train_options *options, size_t taken);

/* Moves S towards the maximum of F for these neurons; c_l = factor_l a_l.
   iterations  in   each 4 k d^2 + 4 d^3 flops
   return           F(S) before the last of them */
double lip_penalty_improve(lip_penalty *penalty, const float *W, const float *factor,
                           const float *a, size_t iterations);

/* What all blocks share, for the present neurons: `sum` and `common`. */
void lip_penalty_begin(lip_penalty *penalty, const float *W, const float *factor, const float *a);

/* by_factor, along and SW of neurons first .. first + count.
   cost  2 count d^2 flops */
LIP_MUST_CHECK lip_status lip_penalty_block(lip_penalty *penalty, const float *W,
                                            const float *factor, const float *a, size_t first,
                                            size_t count, float *SW);

/* dW += weight dF / dW of those neurons, at fixed factors. */
void lip_penalty_add(const lip_penalty *penalty, const float *factor, const float *a, size_t first,
                     size_t count, const float *SW, float *dW);

#endif
