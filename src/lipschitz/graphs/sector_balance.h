/* sector_balance.h - powers of two that bring the maps of a sector form near norm 1. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_BALANCE_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_BALANCE_H

#include "certificate/graphs/sector_form.h"

/* Exponents that bring every map (y_0, ..., y_(b-1)) -> z_b, and J, to a norm in [1/2, 1], found by
   estimates: a choice, not a statement. Fills all couplings, and leaves them filled where they take
   less than 1 GB together.
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC where a product of weights overflows */
LIP_MUST_CHECK lip_status lip_sector_balance(lip_sector_form *form, const lip_control *control,
                                             lip_error *err);

#endif
