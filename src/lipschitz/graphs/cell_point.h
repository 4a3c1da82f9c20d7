/* cell_point.h - a point deep inside a cell given by sides of affine forms, or a proposal why there
   is none. */
#ifndef LIP_LIPSCHITZ_GRAPHS_CELL_POINT_H
#define LIP_LIPSCHITZ_GRAPHS_CELL_POINT_H

#include "certificate/graphs/cell_forms.h"
#include "lipschitz/two_layers/pattern_cell.h"

/* Rows side z >= 0 of a cell that grows and shrinks, neuron by neuron. */
typedef struct lip_cell_point lip_cell_point;

/* forms    in  borrowed; on space, ball or box
   control  in  borrowed; once it asks to stop, verdicts come at once and are LIP_CELL_UNKNOWN */
LIP_MUST_CHECK lip_status lip_cell_point_create(const lip_cell_forms *forms,
                                                const lip_control *control, lip_cell_point **cell,
                                                lip_error *err);
void lip_cell_point_free(lip_cell_point *cell); /* takes NULL */

/* No rows. */
void lip_cell_point_begin(lip_cell_point *cell);
/* Adds the row of a neuron whose argument is up to date in the forms, and takes the last one away.
 */
void lip_cell_point_push(lip_cell_point *cell, size_t neuron, signed char side);
void lip_cell_point_pop(lip_cell_point *cell);

/* wide     in   tries to show that a cell with hyperplanes a little further out is empty: proofs
   have room then for rounding; but cones, and cells that are thin, are not verdict  out
   LIP_CELL_POINT: x is in the domain and has every row's side, in floating point; LIP_CELL_EMPTY:
   the rows listed may prove that there is none (lip_cell_forms_empty) x        out  d rows     out
   their number; row: at most one for each neuron */
void lip_cell_point_find(lip_cell_point *cell, bool wide, lip_cell_verdict *verdict, double *x,
                         size_t *rows, lip_side_row *row);

#endif
