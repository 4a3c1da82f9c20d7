/* gram_blocks.h - visits the inner products of the rows of a matrix block by block, on several
   threads. */
#ifndef LIP_CONSTRUCT_GRAM_BLOCKS_H
#define LIP_CONSTRUCT_GRAM_BLOCKS_H

#include "construct/construction.h"

/* One block of G = A B': its place and size, and its entries, `rows` rows of `columns`. */
typedef struct lip_gram_block {
  size_t row, rows, column, columns;
  const double *G;
} lip_gram_block;

/* Calls visit for every block; all blocks of a row on one thread, in the order of their columns, so
   that sums along a row depend on no number of threads.
   A     in  m x d;  B  in  n x d, row-major
   half  in  only blocks that meet the entries with column >= row (for A = B)
   cost      2 m n d flops, half of it with `half`; 2 MB a thread
   return    LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_gram_blocks(const lip_construct_job *job, size_t m, const double *A,
                                          size_t n, const double *B, size_t d, bool half,
                                          void (*visit)(void *context, const lip_gram_block *block),
                                          void *context, lip_error *err);

#endif
