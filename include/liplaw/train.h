/* liplaw/train.h - from data to a two-layer network by the papers' protocol. */
#ifndef LIPLAW_TRAIN_H
#define LIPLAW_TRAIN_H

#include <liplaw/dataset.h>
#include <liplaw/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What training keeps small beside the error. */
typedef enum lip_minimise {
  LIP_MINIMISE_NOTHING,
  LIP_MINIMISE_LIPSCHITZ /* the semidefinite upper bound on its Lipschitz constant over the whole
                            space: the one that `measure` proves */
} lip_minimise;

/* The protocol of section 5 of the two-layer paper, with its open choices as in theory.md 2.2:
   linear layer, batch normalisation, activation, linear output; Adam on the mean squared error. */
typedef struct lip_train_options {
  size_t k;        /* hidden neurons */
  double eps;      /* fitted: loss <= eps and every sign right */
  double accuracy; /* > 0: fitted also when this share of the signs is right (second stop rule) */
  size_t steps;    /* give up after so many */
  size_t batch;    /* points per step; 0: all of them */
  uint64_t seed;   /* of the initial weights and of the batches */
  lip_activation_kind activation;
  double slope; /* leaky ReLU's */
  bool batch_norm;
  bool bias; /* false: f(x) = a . psi(W x), which Theorem 3 of the paper needs; not with batch_norm
              */
  double learning_rate, beta1, beta2, adam_epsilon, batch_norm_epsilon;
  double output_scale; /* factor on the initial output weights */
  lip_minimise minimise;
  double weight;  /* of that bound beside the mean squared error, at the first step; it falls by the
                     same factor from step to step, to a 10,000th at the last: what first fits on
                     the way is kept, so that more steps find smaller bounds */
  size_t threads; /* 0: all cores; changes no bit of the result */
} lip_train_options;

/* What became of it. All of it speaks of the folded network, evaluated in f64 on the whole data. */
typedef struct lip_train_result {
  size_t steps;    /* taken */
  double loss;     /* mean of (f(x_i) - y_i)^2 */
  double accuracy; /* share of right signs; NaN where the labels are not all -1 or +1 */
  bool fitted;     /* by the rule that stopped it, verified again on the folded network */
  double seconds;
  const char *kernel; /* instruction set of the elementwise passes: "avx512", "avx2", "generic" */
} lip_train_result;

LIP_PUBLIC void lip_train_defaults(lip_train_options *options);

/* Trains on data with one label per point. The network is always returned, fitted or not: it is a
   member of F_k(psi) with output bias, precision LIP_F32.
   cost     4 n k d flops a step; memory about 4 (n k + n d + 4 k d) bytes
   return   LIP_OK; LIP_EOPTION; LIP_EINPUT (m != 1, or classes); LIP_ENUMERIC if the training
   diverges; LIP_EINTERRUPT; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_train(const lip_dataset *data,
                                               const lip_train_options *options, lip_net **net,
                                               lip_train_result *result, const lip_control *control,
                                               lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
