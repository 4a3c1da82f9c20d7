/* sector_sets.h - the quadratic form of a sector form as a sum over sets of rows. */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_SETS_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_SETS_H

#include "certificate/graphs/sector_form.h"

/* Rows R_i = (.., R_i,a, ..) over the blocks of some couplings, and what they add to the form:
   sum_i q_i (R_i y)^2 + 2 sum_i cross_i y_(target, i) (R_i y). */
typedef struct lip_sector_set {
  size_t rows, couplings;
  const lip_coupling *coupling; /* C of each: rows x size of block `from` */
  bool owned;                   /* the couplings are the set's own */
  bool squares;                 /* some q is not 0 */
  double *q;                    /* owned; rows */
  double *cross;                /* owned; rows = size of block `target`; NULL: none */
  size_t target;
} lip_sector_set;

/* The sets of block b, whose couplings are filled (b = blocks + 1: the outputs), at most two.
   Numbers q and cross are off by at most 4 units in the last place.
   multipliers  in   all of them
   return            LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_sector_sets(const lip_sector_form *form, size_t b,
                                          const double *multipliers, lip_sector_set set[2],
                                          size_t *sets, lip_error *err);
void lip_sector_set_clear(lip_sector_set *set);

/* Does block b have squares of z? */
bool lip_sector_has_squares(const lip_sector_form *form, size_t b);

#endif
