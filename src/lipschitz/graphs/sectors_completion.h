/* sectors_completion.h - positive definite matrices of which only the blocks of a pattern matter:
   the others are those that make the determinant largest. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTORS_COMPLETION_H
#define LIP_LIPSCHITZ_GRAPHS_SECTORS_COMPLETION_H

#include "lipschitz/graphs/sectors_matrix.h"

/* Of the pattern of a block-sparse matrix. Matrices are order x order, whole, row-major. */
typedef struct lip_sectors_completion lip_sectors_completion;
LIP_MUST_CHECK lip_status lip_sectors_completion_create(const lip_sectors_matrix *pattern,
                                                        lip_sectors_completion **completion,
                                                        lip_error *err);
void lip_sectors_completion_free(lip_sectors_completion *completion); /* takes NULL */

/* How many numbers it has, before it is made. */
double lip_sectors_completion_numbers(const lip_sectors_program *program);

/* Has X + a dX a positive definite completion? Reads the pattern of both. */
bool lip_sectors_completable(lip_sectors_completion *completion, const double *X, double a,
                             const double *dX);

/* The blocks of X, which is completable, off the pattern <- those of the completion of greatest
   determinant. False: rounding keeps it from being found. */
bool lip_sectors_complete(lip_sectors_completion *completion, double *X);

/* F <- X E for the X completed last. */
void lip_sectors_completion_times(const lip_sectors_completion *completion, const double *X,
                                  const double *E, double *F);

/* sym(alpha A B) on the pattern, of both triangles; elsewhere C stays. */
void lip_sectors_pattern_product(const lip_sectors_completion *completion, double alpha,
                                 const double *A, const double *B, double *C);

/* C += alpha A on the pattern. */
void lip_sectors_pattern_add(const lip_sectors_completion *completion, double alpha,
                             const double *A, double *C);

#endif
