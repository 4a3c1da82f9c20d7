/* eight_columns.h - products of a vector with a matrix of eight columns: the inner loops of
   iterations on blocks of vectors, where a BLAS call would cost more than its work. */
#ifndef LIP_LINALG_EIGHT_COLUMNS_H
#define LIP_LINALG_EIGHT_COLUMNS_H

#include <stddef.h>

/* X is count x 8 within rows of `stride` doubles (a multiple of 8; X aligned to 64 bytes).
   combine  out_j = sum_i w_i X_ij       out     8
   spread   X_ij <- X_ij + w_i delta_j   delta   8
   The order of the sums depends on the machine. */
typedef struct lip_eight_columns {
  void (*combine)(size_t count, const double *w, const double *X, size_t stride, double *out);
  void (*spread)(size_t count, const double *w, const double *delta, double *X, size_t stride);
} lip_eight_columns;

/* The loops for this machine's instruction set. */
const lip_eight_columns *lip_eight_columns_best(void);

/* The ones that every machine has: the reference of the tests. */
extern const lip_eight_columns lip_eight_columns_plain;

#endif
