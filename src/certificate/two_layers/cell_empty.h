/* cell_empty.h - proves that no point of a domain lies strictly on given sides of hyperplanes. */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_CELL_EMPTY_H
#define LIP_CERTIFICATE_TWO_LAYERS_CELL_EMPTY_H

#include "certificate/claim.h"

/* One row of a Farkas vector: sign (w.x + b) > 0 of this neuron, with a weight > 0. */
typedef struct lip_cell_row {
  size_t neuron;
  double sign, weight; /* +1 or -1; finite, > 0 */
} lip_cell_row;

/* Is there certainly no x in the domain with sign (w.x + b) > 0 for all rows? With
   g = sum weight sign w and h = sum weight sign b: sup over the domain of g.x + h <= 0 proves it,
   as the sum of positive numbers is positive. On a bounded domain the supremum is bounded, rounding
   counted. On the space g must be 0: it is exactly, or the rows are one more than the columns that
   they use and weights near the given ones are proved to make it so, >= 0 and with h <= 0.
   Rows whose weights w are all zero prove nothing here (such a neuron has no sides).
   empty   out  false also where it is not certain, for LIP_AROUND_DATA, and for a box that is a
                point
   return       LIP_OK; LIP_ENOMEM
   cost         O(rows d); where weights are solved for, O(rows^3) */
LIP_MUST_CHECK lip_status lip_cell_certainly_empty(const lip_claim *claim, size_t rows,
                                                   const lip_cell_row *row, bool *empty,
                                                   lip_error *err);

#endif
