/* cells.h - the crossing of a plan's lines. */
#ifndef LIP_SWEEP_CELLS_H
#define LIP_SWEEP_CELLS_H

#include "sweep/plan.h"
#include "sweep/plan_lines.h"

/* What is crossed for one block.
   name  in  the plan's, for error texts */
typedef struct lip_cross {
  const char *name;
  const lip_plan_key *key[LIP_MAX_KNOBS]; /* n, then d, then the others */
  size_t keys;
  const lip_plan_condition *condition[2]; /* the shared ones, the block's own */
  size_t conditions[2];
} lip_cross;

/* Crosses the keys of the plan's last block under its conditions: what comes out goes to the plan's
   cells, where it is new, and to that block. */
LIP_MUST_CHECK lip_status lip_cross_cells(const lip_cross *cross, lip_plan *plan, lip_error *err);

/* Counts the combinations, whatever becomes of them, and adds no cell: more than a million, over
   all blocks, are refused before memory is filled with them. combinations  in/out */
LIP_MUST_CHECK lip_status lip_cross_count(const lip_cross *cross, lip_plan *plan,
                                          size_t *combinations, lip_error *err);

#endif
