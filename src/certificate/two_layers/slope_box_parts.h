/* slope_box_parts.h - the semidefinite test in pieces: the workspace that its files share. */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_SLOPE_BOX_PARTS_H
#define LIP_CERTIFICATE_TWO_LAYERS_SLOPE_BOX_PARTS_H

#include "certificate/two_layers/slope_box.h"

#include "linalg/round.h"

#include <math.h>

/* Neuron l is scaled so that numbers of any size meet as numbers of order 1:
     w_l = 2^w_exponent[l] w~_l,  A_l = 2^a_exponent[l] a~_l  (the column),  |w~_l|, |a~_l| in [1/2,
   1], and all of J is divided by 2^exponent, which brings `upper` into [1/2, 1). In these units M =
   F W~,  F_l = center[l] a~_l;   Y = diag(sigma) W~ over the free neurons; B T^-1/2 = Q,  Q_l =
   (radius[l] / sigma[l]) a~_l;   S = I - Q Q'. sigma is a double, whose square is the multiplier
   that is used: it needs no error bound. */
struct lip_slope_box {
  const lip_claim *claim;
  size_t d, k, m;
  int *w_exponent, *a_exponent; /* k each */
  double *w_norm, *a_norm; /* k each: |w~_l|, |a~_l| rounded up; 0: the neuron does not matter */
  double *a;               /* k x m: a~_l */
  double *doubt;           /* k: how far |A_l| |w_l| reaches by A_radius, W_radius */
  bool in_doubt;           /* one of them is not 0 */
  double *gram;            /* k x k: W~ W~', or NULL */
  double gram_error;       /* every entry's */

  /* of one test */
  int exponent;
  size_t count, free;      /* neurons that matter; free among them */
  size_t *member;          /* k: the free ones first */
  double *center, *radius; /* k each, by neuron */
  double *sigma;           /* by place in member */
  double *F, *Q;           /* k x m by place in member; free x m */
  double *S, *S_error;     /* m x m, the lower triangle; m */
  double upper;            /* less what is given away at once */
  double given;            /* of upper = 1, at once */
  double *M;               /* m x d */
  double *X;               /* m x k */
  double *H, *slack;       /* the matrix that is tested */
  size_t room, length;     /* doubles in H and in slack */
  double *part;            /* a part of W~, or of [Y; M] */
  size_t part_room;
};

/* value in [2^(e-1), 2^e) has the exponent e; 0 has 0. */
static inline int lip_slope_box_exponent(double value)
{
  int exponent;

  (void)frexp(value, &exponent);
  return exponent;
}

/* value 2^exponent, not below. */
static inline double lip_slope_box_scaled_up(double value, int exponent)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : lip_up(result);
}

enum { LIP_PART = 64 }; /* terms that are summed at once, before they are added to a sum */

/* The two arrangements. Each makes H and slack, of size n, whose certain definiteness proves the
   claim. `first` is the size of the first block. */
lip_status lip_slope_box_wide(lip_slope_box *box, size_t *n, lip_error *err);      /* d + m */
lip_status lip_slope_box_narrow(lip_slope_box *box, size_t *n, lip_error *err);    /* free + m */
lip_status lip_slope_box_from_gram(lip_slope_box *box, size_t *n, lip_error *err); /* free + m */

/* M, and how far its rounding reaches taken off box->upper. */
lip_status lip_slope_box_center(lip_slope_box *box, lip_error *err);

/* Rows `first` .. `first` + count - 1 in member order, columns from .. from + width - 1 of W~. */
void lip_slope_box_rows(const lip_slope_box *box, size_t first, size_t count, size_t from,
                        size_t width, double *rows);

lip_status lip_slope_box_room(double **memory, size_t *room, size_t wanted, lip_error *err);

#endif
