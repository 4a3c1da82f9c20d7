/* sector_spare.h - multipliers that a proof with rounding accepts. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_SPARE_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_SPARE_H

#include "certificate/graphs/sector_form.h"

/* Multiplies all multipliers by 1 + s and the value by its root, with the smallest of s = 2e-11,
   times 32 again and again up to 1e-3, for which the quadratic form is certainly nonnegative. The
   form M goes to (1 + s) M + s |J y_0|^2, so that what M leaves at 0 for the sake of the outputs
   becomes positive; raising L alone hardly reaches the last blocks of a deep network.

   multipliers, value  in/out  scaled; a proposal for value in floating point; unchanged where
                               nothing is proved
   proved              out
   return              LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC
   cost                lip_sector_definite, a few times */
LIP_MUST_CHECK lip_status lip_sector_spare(lip_sector_form *form, double *multipliers,
                                           double *value, bool *proved, const lip_control *control,
                                           lip_error *err);

#endif
