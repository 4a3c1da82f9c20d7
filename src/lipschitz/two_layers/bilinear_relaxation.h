/* bilinear_relaxation.h - the largest t'U s over signs, from above and from below: multipliers for
   certificate/two_layers/bilinear_box.h, and signs. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_BILINEAR_RELAXATION_H
#define LIP_LIPSCHITZ_TWO_LAYERS_BILINEAR_RELAXATION_H

#include <liplaw/status.h>

/* The low-rank form of Grothendieck's relaxation, max sum U_le <x_l, y_e> over unit vectors. */
typedef struct lip_bilinear_relaxation {
  size_t most_rows, q, rank;
  double *X, *Y;        /* rows x rank, q x rank: unit vectors; Y is where the next ascent starts */
  double *row, *column; /* rows, q: multipliers whose half sum is the bound */
  double *scaled, *scratch;
} lip_bilinear_relaxation;

/* Workspace for U of at most most_rows x q.  return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_bilinear_relaxation_create(size_t most_rows, size_t q,
                                                         lip_bilinear_relaxation *relaxation,
                                                         lip_error *err);
void lip_bilinear_relaxation_clear(lip_bilinear_relaxation *relaxation); /* takes one of zeros */

/* Random unit vectors Y, always the same. */
void lip_bilinear_relaxation_begin(lip_bilinear_relaxation *relaxation);

/* At most `turns` turns of the ascent from Y; fewer where the value settles, or where it is above
   `enough`, so that no multipliers can prove that; then multipliers that are definite, up to
   rounding.
   U       in   rows x q, finite
   bound   out  half the sum of the multipliers; at least the largest t'U s, up to rounding
   cost         4 rows q rank flops a turn, an eigenproblem of the shorter side
   return       LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_bilinear_relax(lip_bilinear_relaxation *relaxation, size_t rows,
                                             const double *U, int turns, double enough,
                                             double *bound, const lip_control *control,
                                             lip_error *err);

/* Signs t of the rows with a large |t'U|_1: the relaxation's, rounded to x_0 and to `tries` random
   directions, each improved until no change of one row gains.
   t      out  rows, t_0 = 1;  spare  scratch, rows
   value  out  |t'U|_1
   cost        rows q a change and row */
void lip_bilinear_round(lip_bilinear_relaxation *relaxation, size_t rows, const double *U,
                        int tries, signed char *t, signed char *spare, double *value);

#endif
