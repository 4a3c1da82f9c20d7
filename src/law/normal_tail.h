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

/* The t >= 0 with separation_rate(share, t) = rate, to 1e-13 relative; 0 where rate is at most the
   entropy of the share. */
double separation_of_rate(double share, double rate);

#endif
