/* trainer.h - a training under way: parameters, points, workspace, and one step of it. */
#ifndef LIP_TRAIN_TRAINER_H
#define LIP_TRAIN_TRAINER_H

#include "base/parallel.h"
#include "train/elementwise.h"
#include "train/penalty.h"

#include <liplaw/train.h>

/* The parameters of f(x) = a . psi(gamma N(W x) + beta) + c, N the batch normalisation over the
   points of a step; without it gamma and N are left out and beta is the bias of W. Gradients and
   Adam's two moments have the same shape. */
typedef struct lip_parameters {
  size_t k, d, count;
  float *W;            /* k x d, row-major */
  float *gamma, *beta; /* k each */
  float *a;            /* k */
  float *c;            /* 1 */
  float *block;        /* owned: all `count` of them in this order */
} lip_parameters;

/* The points of one step. X is kept twice: with either product reading rows, the library's kernels
   need no packing, and a block of a few dozen neurons runs at full speed. */
typedef struct lip_points {
  size_t n, padded; /* padded: n rounded up to whole vectors; the points above n are zero */
  size_t d;
  size_t stride;    /* padded, or more: the length of a row with one entry per point */
  float *X;         /* padded x d, row-major; with batch norm less its column means */
  float *transpose; /* d x stride: X^T */
  float *y;         /* padded */
} lip_points;

/* What the forward half of a step finds, before the parameters change. */
typedef struct lip_fit {
  double loss;    /* mean of r_i^2, r = f(X) - y */
  double mean;    /* of r_i */
  size_t correct; /* points with f(x_i) y_i > 0 */
} lip_fit;

typedef struct lip_trainer {
  const lip_train_options *options;
  const lip_elementwise *loops;
  lip_team *team;
  lip_parameters weights, first, second; /* Adam's moments */
  size_t updates;                        /* Adam's t */
  lip_points points;
  size_t block, blocks; /* neurons per block: the unit of threading and of cache residency */
  float *Z;             /* k x points.stride: W X^T, in the backward half its gradient */
  float *scale, *shift; /* k each: u = scale z + shift is what the activation sees */
  float *inverse;       /* k: 1 / sqrt(variance + epsilon) */
  float *partial;       /* blocks x padded: each block's share of the outputs */
  float *residual;      /* padded: f(X) - y */
  float *gradient;      /* threads x block x d: of the block of W in hand */
  float *sums;          /* 5 k: sums over the points, and what follows from them */
  lip_adam adam;        /* of the step under way */
  lip_penalty penalty;  /* of the Lipschitz constant; zeros: none */
  lip_status *outcome;  /* blocks: of the products */
} lip_trainer;

LIP_MUST_CHECK lip_status lip_parameters_create(size_t k, size_t d, lip_parameters *parameters,
                                                lip_error *err);
void lip_parameters_clear(lip_parameters *parameters);

/* Draws W, beta (without batch norm), a and c from U(+-1 / sqrt(fan in)); draw i of the seed's
   stream belongs to parameter i, whatever the team. */
void lip_parameters_draw(lip_parameters *parameters, const lip_train_options *options,
                         lip_team *team);

/* Room for n points in d dimensions. */
LIP_MUST_CHECK lip_status lip_points_create(size_t n, size_t d, lip_points *points, lip_error *err);
void lip_points_clear(lip_points *points);

/* Takes the rows which[0 .. points->n) of the data, all in order where `which` is NULL; `centre`:
   less their column means (taken in f64). */
void lip_points_take(lip_points *points, const lip_dataset *data, const size_t *which, bool centre,
                     lip_team *team);

/* A trainer for steps of n points. options must outlive it. The points are not filled. */
LIP_MUST_CHECK lip_status lip_trainer_create(const lip_train_options *options, size_t n, size_t d,
                                             lip_trainer *trainer, lip_error *err);
void lip_trainer_clear(lip_trainer *trainer);

/* The two halves of a step. cost: 2 n k d flops each, and the penalty's */
LIP_MUST_CHECK lip_status lip_trainer_forward(lip_trainer *trainer, lip_fit *fit, lip_error *err);
LIP_MUST_CHECK lip_status lip_trainer_backward(lip_trainer *trainer, const lip_fit *fit,
                                               lip_error *err);

/* The network of the present parameters, with the batch-norm statistics of all of the data folded
   in, rounded to float.
   cost  2 n k d flops in f32 */
LIP_MUST_CHECK lip_status lip_trainer_fold(const lip_trainer *trainer, const lip_dataset *data,
                                           lip_net **net, lip_error *err);

#endif
