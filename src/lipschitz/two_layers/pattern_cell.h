/* pattern_cell.h - a point of the domain with given signs of some neurons, or a proof of none. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_CELL_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_CELL_H

#include "certificate/two_layers/cell_empty.h"

/* A workspace for the cells of one claim (not around data); the claim is borrowed. */
typedef struct lip_pattern_cell lip_pattern_cell;

typedef enum lip_cell_verdict { LIP_CELL_POINT, LIP_CELL_EMPTY, LIP_CELL_UNKNOWN } lip_cell_verdict;

/* gram     in  k x k: W W' of the claim's scaled W
   control      borrowed; once it asks to stop, verdicts come at once, and are LIP_CELL_UNKNOWN
   unless proved */
LIP_MUST_CHECK lip_status lip_pattern_cell_create(const lip_claim *claim, const double *gram,
                                                  const lip_control *control,
                                                  lip_pattern_cell **cell, lip_error *err);
void lip_pattern_cell_free(lip_pattern_cell *cell); /* takes NULL */

/* True: on the whole space every sign pattern has a point, and lip_pattern_cell_reach finds one;
   W has full row rank, numerically. */
bool lip_pattern_cell_every(const lip_pattern_cell *cell);

/* Where every pattern has a point: the least x with w_l.x + b_l = z_l for all l.  z  in  k */
void lip_pattern_cell_reach(lip_pattern_cell *cell, const double *z, double *x);

/* Arguments at which psi has its slopes at the ends (+1 the high one, -1 the low one; 0 counts as
   +1), or as good as: those of smooth activations are only approached.  z  out  k */
void lip_pattern_arguments(const lip_claim *claim, const signed char *ends, double *z);

/* On which sides of their kinks piecewise linear neurons are at these ends (0: 0). Both k. */
void lip_pattern_sides(const lip_claim *claim, const signed char *ends, signed char *side);

/* Is there an x in the domain with side_l (w_l.x + b_l) > 0 for every l with side_l != 0?
   side   in   k: -1, 0, +1; 0 for neurons with a zero row
   deep   in   look for a point far from the hyperplanes, not just any
   x      out  d: the point, where there is one (in floating point)
   row    out  k, and their number `rows`: proves that there is none (lip_cell_certainly_empty says
               so) */
LIP_MUST_CHECK lip_status lip_pattern_cell_find(lip_pattern_cell *cell, const signed char *side,
                                                bool deep, lip_cell_verdict *verdict, double *x,
                                                size_t *rows, lip_cell_row *row, lip_error *err);

#endif
