/* pattern_cell_parts.h - cells of patterns in pieces: the workspace that its files share. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_CELL_PARTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_CELL_PARTS_H

#include "lipschitz/two_layers/pattern_cell.h"

enum { LIP_MOST_BOX_INPUTS = 200 }; /* a box's own inequalities are two rows for each input */

struct lip_pattern_cell {
  const lip_claim *claim;
  const lip_control *control; /* may be NULL */
  size_t k, d, capacity;      /* rows of a problem */
  bool every;
  double unit;             /* length of x in which the problems are stated */
  double *length, *offset; /* k: |w_l| (scaled W); b_l / |w_l| in units */
  double *cosine;          /* k x k: w_l.w_j / (|w_l| |w_j|) */
  double *factor;          /* k x k: Cholesky of `cosine`, where every pattern has a point */
  double *gram, *h, *y, *work;
  double *outward;       /* 2 d */
  size_t *list, *member; /* of the active; the neurons of a problem's rows */
};

#endif
