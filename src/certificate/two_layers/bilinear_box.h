/* bilinear_box.h - norms 1 and inf: how large is a row or column of A diag(s) W, s in a box? */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_BILINEAR_BOX_H
#define LIP_CERTIFICATE_TWO_LAYERS_BILINEAR_BOX_H

#include "certificate/claim.h"

/* From inf to inf |J| is the largest l1 norm of a row, from 1 to 1 that of a column: the blocks.
   For slopes c + t r, |t_l| <= 1, the l1 norm of a block is at most the largest t'U s over signs
   t_0 ... t_f, s_1 ... s_q: row 0 of U is the block of A diag(c) W, the others are those of
   r_l A_l w_l' over the f neurons with r_l > 0 that matter to the block. As the norm is convex in
   s, it is that at a corner of the box.

   All numbers are about the scaled A and W of the claim. */
typedef struct lip_bilinear_box {
  const lip_claim *claim; /* borrowed */
  size_t blocks, q;       /* rows of J and d (norm inf), columns of J and m (norm 1) */

  /* of the block that was formed last */
  size_t f;
  size_t *neuron; /* f: the free neurons, ascending */
  double *U;      /* (f + 1) x q */
  double *E;      /* the exact U is within U +- E */
  double *size;   /* scratch, q */
  double *H;      /* scratch of the tests, `room` doubles */
  size_t room;
} lip_bilinear_box;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_bilinear_box_create(const lip_claim *claim, lip_bilinear_box *box,
                                                  lip_error *err);
void lip_bilinear_box_clear(lip_bilinear_box *box); /* takes one that is zeroed */

/* Makes U of a block for low_l <= s_l <= high_l (k each, the network's own slopes).
   return  false where one of them is not finite: nothing is known of U */
bool lip_bilinear_box_form(lip_bilinear_box *box, size_t block, const double *low,
                           const double *high);

/* Upper bounds of the block's l1 norm over the box, rounding counted: the sum of all |U|; the
   largest t'U s, by all signs of the shorter side of U, infinite where that side is longer than
   LIP_MOST_SIGNS (cost: 2^side entries of the other side). */
enum { LIP_MOST_SIGNS = 13 };
double lip_bilinear_box_sizes(const lip_bilinear_box *box);
LIP_MUST_CHECK lip_status lip_bilinear_box_signs(lip_bilinear_box *box, double *bound,
                                                 lip_error *err);

/* Do multipliers prove that the block's l1 norm is at most `limit`? Where

       [ diag(lambda)   -U       ]
       [ -U'            diag(mu) ] >= 0   then   t'U s <= (sum lambda + sum mu) / 2

   (Grothendieck's relaxation); they are taken with the common factor that makes this `limit`.
   row     in   f + 1;  column  in  q;  NaN, infinite or negative: not proved
   margin  out  relative: what was given away to rounding
   cost         (f + 1 + q)^3 / 3 */
LIP_MUST_CHECK lip_status lip_bilinear_box_test(lip_bilinear_box *box, const double *row,
                                                const double *column, double limit, bool *proved,
                                                double *margin, lip_error *err);

#endif
