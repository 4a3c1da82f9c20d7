/* sector_tied.h - multipliers of large sector forms, tied by channel, by a first-order method: a
   proposal. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTOR_TIED_H
#define LIP_LIPSCHITZ_GRAPHS_SECTOR_TIED_H

#include "lipschitz/graphs/sector_operator.h"
#include "lipschitz/method.h"

/* op           in/out  of a balanced form, of an order of at least 64
   multipliers  out     form->multipliers, scaled, > 0
   value        out     scaled: about what they prove; infinite where nothing was found
   seconds      in      how long it may look
   return               LIP_OK, also where it was stopped; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sector_tied(lip_sector_operator *op, double seconds,
                                          double *multipliers, double *value,
                                          const lip_control *control, lip_error *err);

/* The whole of it for a deep claim in the norm 2: form, multipliers, and a proof that was verified.
   seconds  in      for the multipliers
   finding  out     found and proved, or not (the form is unbounded or too large, or the time ended
                    before anything was proved: then only found, and what may be proved)
   return           LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_sector_tied_finding(const lip_claim *claim, double seconds,
                                                  lip_finding *finding, const lip_control *control,
                                                  lip_error *err);

#endif
