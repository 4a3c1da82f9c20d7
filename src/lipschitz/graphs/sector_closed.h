/* sector_closed.h - multipliers of a sector form in closed form, block by block: a proposal. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_CLOSED_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_CLOSED_H

#include "certificate/graphs/sector_form.h"

/* form         in/out  balanced (sector_balance.h); couplings are filled as needed and released
                        where all together would be large
   tilt         in      in [0, 1]: how much the multipliers of a block follow the sizes of its rows;
                        0: not at all
   multipliers  out     form->multipliers, scaled, > 0
   value        out     scaled: what they prove, in floating point; infinite where nothing
   return               LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sector_closed(lip_sector_form *form, double tilt, double *multipliers,
                                            double *value, const lip_control *control,
                                            lip_error *err);

/* The doubles that it keeps at one time, at most. */
double lip_sector_closed_room(const lip_sector_form *form);

#endif
