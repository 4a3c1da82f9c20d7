/* sectors_matrix.h - symmetric matrices over the blocks of a semidefinite program, sparse by
   blocks, with their Cholesky factors and inverses. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTORS_MATRIX_H
#define LIP_LIPSCHITZ_GRAPHS_SECTORS_MATRIX_H

#include "lipschitz/graphs/sectors_program.h"

/* Of blocks a <= b the block (a, b) is stored, size_a x size_b, row-major; on the diagonal the
   lower triangle counts. Where C or D couples blocks, and where elimination from the last block to
   the first fills in. */
typedef struct lip_sectors_matrix {
  const lip_sectors_program *program; /* borrowed */
  double **at;                        /* (blocks + 1)^2; NULL: zero; owned */
  double *base;                       /* of all blocks; owned */
  double *scratch;                    /* max rows x max size; owned */
  size_t numbers;                     /* of all blocks */
} lip_sectors_matrix;

/* How many numbers such a matrix has: before it is made. */
double lip_sectors_matrix_numbers(const lip_sectors_program *program);

/* How many products of two numbers such a matrix times a vector takes. */
double lip_sectors_matrix_products(const lip_sectors_program *program);

LIP_MUST_CHECK lip_status lip_sectors_matrix_create(const lip_sectors_program *program,
                                                    lip_sectors_matrix **matrix, lip_error *err);
void lip_sectors_matrix_free(lip_sectors_matrix *matrix); /* takes NULL */

/* M += sum over the groups of block b of lambda_g (sum v v' - sum s s'); b = blocks + 1: M -= D'D.
   lambda  in  of the block's groups */
void lip_sectors_matrix_add(lip_sectors_matrix *matrix, size_t b, const double *lambda);
void lip_sectors_matrix_clear(lip_sectors_matrix *matrix);

/* M(lambda, rho); without outputs: the linear part of it, for a direction. */
void lip_sectors_matrix_fill(lip_sectors_matrix *matrix, const double *lambda, double rho,
                             bool outputs);

/* Block b of M = F F', the blocks after it being eliminated; then all. False: not definite. */
bool lip_sectors_matrix_eliminate(lip_sectors_matrix *matrix, size_t b);
bool lip_sectors_matrix_factor(lip_sectors_matrix *matrix);
double lip_sectors_matrix_logdet(const lip_sectors_matrix *factor);

/* P <- M^-1, order x order, from the factor. */
LIP_MUST_CHECK lip_status lip_sectors_matrix_inverse(const lip_sectors_matrix *factor, double *P,
                                                     lip_error *err);

/* E <- M P, P and E order x order. */
void lip_sectors_matrix_times(const lip_sectors_matrix *matrix, const double *P, double *E);

/* T <- K C': the product with every row z, order x rows. */
void lip_sectors_rows(const lip_sectors_program *program, const double *K, double *T);

/* v'Kv - s'Ks, summed over each group, and the trace of the input's block; K symmetric.
   sum  out  groups + 1 */
LIP_MUST_CHECK lip_status lip_sectors_inner(const lip_sectors_program *program, const double *K,
                                            double *sum, lip_error *err);

#endif
