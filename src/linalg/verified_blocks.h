/* verified_blocks.h - definiteness of large symmetric matrices of blocks, most of them zero, by a
   Cholesky factorisation that runs through (verified.h) and keeps only the blocks it still needs.
 */
#ifndef LIP_LINALG_VERIFIED_BLOCKS_H
#define LIP_LINALG_VERIFIED_BLOCKS_H

#include <liplaw/status.h>

/* A symmetric matrix of count x count blocks under elimination, block 0 first. Of the blocks (i,
   j), i >= j, size_i x size_j, those exist that the caller has added to or that filled in; those of
   a column that was eliminated are gone. */
typedef struct lip_block_matrix lip_block_matrix;

/* size       in  count
   pattern    in  count x count: pattern[i * count + j], i > j, says whether block (i, j) may be
                  other than zero; the rest is not read
   additions  in  how often the caller adds to one entry, at most
   return     LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_block_matrix_create(size_t count, const size_t *size,
                                                  const bool *pattern, size_t additions,
                                                  lip_block_matrix **matrix, lip_error *err);
void lip_block_matrix_free(lip_block_matrix *matrix); /* takes NULL */

/* The most roundings that a number goes through after it has been added to an entry. */
size_t lip_block_matrix_roundings(const lip_block_matrix *matrix);

/* The largest number of doubles that exist at one time. */
double lip_block_matrix_most(const lip_block_matrix *matrix);

/* What the caller has to take off the diagonal for the rounding of the factorisation: where
   everything that was taken off is at least that, and elimination runs through, the matrix is
   positive semidefinite. Infinite where the order is too large.
   diagonal  in   upper bounds of the diagonal entries, >= 0, all blocks one after the other; they
                  should be of the order of 1 at most
   taken     out  as many */
void lip_block_matrix_taken(const lip_block_matrix *matrix, const double *diagonal, double *taken);

/* Block (i, j), i >= j, row-major, to be added to; zeros at first. Of diagonal blocks the lower
   triangle counts.
   return  LIP_OK; LIP_ENOMEM; LIP_EINPUT outside of the pattern and what fills in */
LIP_MUST_CHECK lip_status lip_block_matrix_at(lip_block_matrix *matrix, size_t i, size_t j,
                                              double **block, lip_error *err);

/* Eliminates block k, k = 0, 1, ... in this order; everything that belongs into its row and column
   must have been added.
   runs    out  false: not certainly definite
   return       LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_block_matrix_eliminate(lip_block_matrix *matrix, size_t k, bool *runs,
                                                     lip_error *err);

#endif
