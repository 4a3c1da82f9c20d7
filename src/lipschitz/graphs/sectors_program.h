/* sectors_program.h - the semidefinite program of a sector form: unknown multipliers, all else
   numbers. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTORS_PROGRAM_H
#define LIP_LIPSCHITZ_GRAPHS_SECTORS_PROGRAM_H

#include "certificate/graphs/sector_form.h"

/* rows x size of block `from`, row-major. */
typedef struct lip_sectors_coupling {
  size_t from;
  double *C; /* owned */
} lip_sectors_coupling;

/* The constraint of group g of a block is sum_i s_i^2 - sum_j v_j^2 >= 0 over the rows of g, with

     z = sum_a C_a y_a,   v_j = y_j - mean_j z_j  (j < size),   s_j = spread_j z_j  (j < rows).

   Slopes in [low, high]: mean and spread are their middle and half width, every row its own group.
   Softmax: both 1/4, one group. Largest of k entries: z_w is their mean (mean 1, spread 0), and the
   further rows are what the entries differ from it (spread sqrt(1 - 1/k)). */
typedef struct lip_sectors_block {
  size_t size, offset;    /* of y; where it begins in (y_0, ..., y_B) */
  size_t rows, first_row; /* of z, at least size; where they begin among all rows */
  size_t groups, first;   /* where they begin among all multipliers */
  double *mean, *spread;  /* owned; size and rows */
  size_t *group;          /* owned; rows: from 0 in every block; y_j is of the group of row j */
  size_t couplings;
  lip_sectors_coupling *coupling; /* owned; ascending in from */
  bool curved;                    /* mean^2 != spread^2 somewhere */
  size_t *entry;                  /* owned; groups: which multiplier of the form's block it is */
} lip_sectors_block;

/* Minimise rho over multipliers with

     M = rho |y_0|^2 - |sum_a D_a y_a|^2 - sum_g lambda_g (constraint g) > 0

   as a quadratic form in y. block[0] is the input, in an orthonormal basis of what matters of it;
   block[blocks + 1] holds the rows of D. */
typedef struct lip_sectors_program {
  size_t blocks;
  lip_sectors_block *block; /* owned; blocks + 2 */
  size_t order, rows, groups;
} lip_sectors_program;

/* From a form that does not keep known slopes; fills its couplings. Neurons of which z is always 0
   are left out.
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where a number is not finite; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_sectors_program_create(lip_sector_form *form,
                                                     lip_sectors_program **program,
                                                     const lip_control *control, lip_error *err);
void lip_sectors_program_free(lip_sectors_program *program); /* takes NULL */

/* Slopes that are known up to less than this share of their middle (or to 1e-12 of the block's
   largest) count as known up to that: else multipliers, or what they say, are lost in rounding.
   Multipliers that do for a wider interval of the same middle do for the narrower one.
   return  is any wider now? */
bool lip_sectors_program_widen(lip_sectors_program *program, double share);

/* Multipliers of the form from those of the program; neurons left out get one that is certainly
   large enough.
   lambda       in   groups
   multipliers  out  the form's */
void lip_sectors_program_multipliers(const lip_sectors_program *program,
                                     const lip_sector_form *form, const double *lambda,
                                     double *multipliers);

#endif
