/* sparse_columns.h - products of sparse matrices with blocks of sixteen vectors, as computed. */
#ifndef LIP_LINALG_SPARSE_COLUMNS_H
#define LIP_LINALG_SPARSE_COLUMNS_H

#include <liplaw/status.h>

enum { LIP_COLUMNS = 16 };

/* Row i has the entries start[i], ..., start[i + 1] - 1 of column and value. */
typedef struct lip_sparse {
  size_t rows, room;
  size_t *start;    /* owned; rows + 1 */
  uint32_t *column; /* owned; room */
  double *value;    /* owned; room */
} lip_sparse;

/* Empty rows, to be appended to row by row. return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_sparse_create(size_t rows, lip_sparse *made, lip_error *err);
void lip_sparse_clear(lip_sparse *sparse); /* takes one that is zeroed */

/* Appends what is not zero of `count` numbers, which stand in columns first, first + 1, ..., to row
   i; rows before it are complete. */
LIP_MUST_CHECK lip_status lip_sparse_append(lip_sparse *sparse, size_t i, size_t first,
                                            size_t count, const double *numbers, lip_error *err);

/* Blocks of vectors: entries x 16, row-major, aligned to 64 bytes.
   apply      Z (rows x 16) <- C Y
   transpose  Y <- Y + C' Z
   cost       32 flops for each entry; vectorised for this machine */
void lip_sparse_apply(const lip_sparse *C, const double *Y, double *Z);
void lip_sparse_transpose(const lip_sparse *C, const double *Z, double *Y);

#endif
