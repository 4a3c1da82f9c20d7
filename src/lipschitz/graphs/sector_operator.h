/* sector_operator.h - the quadratic form of a sector form by its products with vectors, no matrix
   of it being made. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_OPERATOR_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_OPERATOR_H

#include "certificate/graphs/sector_form.h"
#include "linalg/sparse_columns.h"

typedef struct lip_sector_operator {
  const lip_sector_form *form; /* borrowed */
  lip_sparse *rows;            /* owned; blocks + 2: C_b over all variables, of block 0 empty */
  double *z, *w, *sums;        /* owned; most rows x 16, likewise, most windows x 16 */
  double entries;              /* of all rows */
} lip_sector_operator;

/* The couplings as sparse rows. form  in/out  balanced; couplings are filled, and released where
   all together would be large
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sector_operator_create(lip_sector_form *form,
                                                     lip_sector_operator **op,
                                                     const lip_control *control, lip_error *err);
void lip_sector_operator_free(lip_sector_operator *op); /* takes NULL */

/* MY <- M Y with L = 0: -sum |D_a y_a|^2 - sum lambda (constraint). Y, MY: order x 16 */
void lip_sector_operator_apply(lip_sector_operator *op, const double *multipliers, const double *Y,
                               double *MY);

/* Every constraint at every vector: values  out  multipliers x 16 */
void lip_sector_operator_constraints(lip_sector_operator *op, const double *Y, double *values);

/* About |C_ba| (D_a: b = blocks + 1), from below, by a few steps of the power method.
   Y  scratch  order x 16 */
double lip_sector_operator_norm(lip_sector_operator *op, size_t b, size_t a, double *Y);

#endif
