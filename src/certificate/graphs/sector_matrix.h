/* sector_matrix.h - is the quadratic form of sector_form.h certainly nonnegative? */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_MATRIX_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_MATRIX_H

#include "certificate/graphs/sector_form.h"

typedef struct lip_sector_verdict {
  bool proved;
  double given;       /* the most that was taken off the diagonal for rounding, relative to it */
  const char *reason; /* why not proved; static text */
} lip_sector_verdict;

/* Is L^2 |y_0|^2 - |sum D_a y_a|^2 - sum lambda (constraint) >= 0 for all y, rounding counted?
   Couplings are filled as they are needed, and released where all of them together would be large.

   multipliers  in  lambda, form->multipliers of them, scaled; NaN, < 0 or beyond 2^+-400: not
                    proved
   L            in  scaled
   return           LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT
   cost             lip_block_matrix_eliminate over the blocks in their order */
LIP_MUST_CHECK lip_status lip_sector_definite(lip_sector_form *form, const double *multipliers,
                                              double L, lip_sector_verdict *verdict,
                                              const lip_control *control, lip_error *err);

#endif
