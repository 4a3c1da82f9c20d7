/* normal_tail.h - logarithms of the normal distribution, far out, and the rate at which two sets
   that are apart can hold points of two labels. */
#ifndef LIP_LAW_NORMAL_TAIL_H
#define LIP_LAW_NORMAL_TAIL_H

/* log Phi(x), relative error about 1e-14. */
double normal_log(double x);

/* -max over a of (share log Phi(a) + (1 - share) log Phi(-2 t - a)): how improbable, per point and
   as a logarithm, it is that two sets at Gaussian distance 2 t hold the points of their labels. At
   share 1/2: -log Phi(-t). Rises with t; at t = 0 the entropy of the share. */
double separation_rate(double share, double t);

/* What the points' labels leave of a class. */
typedef struct separation {
  double points, share; /* n, and the share of the labels +1 */
  double outliers;      /* j of them may lie anywhere, whichever they are */
  double log_size, delta;
} separation;

/* The smallest t for which, with probability 1 - delta at least, no function of the class puts all
   points but the outliers on the sides of their labels with sets at Gaussian distance 2 t. 0: none
   does at any distance; INFINITY: nothing is proved. */
double separation_of_class(const separation *of);

#endif
