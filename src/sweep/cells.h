/* cells.h - the crossing of a plan's lines. */
#ifndef LIP_SWEEP_CELLS_H
#define LIP_SWEEP_CELLS_H

#include "sweep/plan.h"
#include "sweep/plan_lines.h"

/* Crosses the keys of one block under its conditions: what comes out goes to the plan's cells,
   where it is new, and to the plan's last block. name          in  the plan's, for error texts
   combinations  in/out  counted over all blocks: more than a million are refused */
typedef struct lip_cross {
  const char *name;
  const lip_plan_key *key[LIP_MAX_KNOBS]; /* n, then d, then the others */
  size_t keys;
  const lip_plan_condition *condition[2]; /* the shared ones, the block's own */
  size_t conditions[2];
} lip_cross;

LIP_MUST_CHECK lip_status lip_cross_cells(const lip_cross *cross, lip_plan *plan,
                                          size_t *combinations, lip_error *err);

#endif
