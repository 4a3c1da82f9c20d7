/* kinks.h - a two-layer piecewise linear function along a line or a great circle. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_KINKS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_KINKS_H

#include "lipschitz/problem.h"

/* f(x) = sum_l a_l psi(w_l.x + b_l) + c with psi' = left up to 0 and right beyond it. Its gradient
   g = sum_l (low_l + [z_l > 0] jump_l) w_l is constant between the hyperplanes z_l = w_l.x + b_l =
   0, where it jumps by jump_l w_l.

   Where squares of g could under- or overflow, low, jump and with them g and slope are
   2^-exponent times the network's; else exponent is 0. */
typedef struct lip_kinks {
  const lip_problem *problem;
  size_t k, d;
  const double *W, *b;         /* k x d; k or NULL */
  double *low, *jump, *length; /* k: a_l left, a_l (right - left), |w_l| */
  double *x, *z, *g;           /* the current point (d), its z (k) and gradient (d) */
  int exponent;
  double slope;                  /* on the domain, at x */
  double *v, *u;                 /* a direction (d, unit length) and W v (k) */
  double *walker;                /* d: the gradient on the way along the line */
  double *weight;                /* k: scratch */
  bool *on;                      /* k: z_l > 0 on the way */
  struct lip_crossing *crossing; /* 2 k */
  double *memory;                /* owns all of the doubles */
} lip_kinks;

/* Only for two-layer networks with a piecewise linear activation. */
bool lip_kinks_apply(const lip_problem *problem);
LIP_MUST_CHECK lip_status lip_kinks_create(const lip_problem *problem, lip_kinks *kinks,
                                           lip_error *err);
void lip_kinks_clear(lip_kinks *kinks);

/* Makes x the current point: z, g and slope. Two passes over the weights. */
void lip_kinks_settle(lip_kinks *kinks, const double *x);

/* The steepest point of the domain on the line x + t v, or on the great circle through x with
   tangent v; u = W v is made here. About three passes.
   best  out  d entries, not aliasing x: inside the best piece
   return     the slope there, scaled as kinks->slope, by the sums carried along; -1 if no piece is
   longer than rounding */
double lip_kinks_best_on_line(lip_kinks *kinks, double *best);

#endif
