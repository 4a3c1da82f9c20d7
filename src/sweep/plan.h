/* plan.h - a plan, taken apart and crossed into cells. */
#ifndef LIP_SWEEP_PLAN_H
#define LIP_SWEEP_PLAN_H

#include "sweep/setting.h"

#include <liplaw/sweep.h>

/* Everything that a lip_setting points to belongs to the plan. */
typedef struct lip_cell {
  lip_setting setting;
  char *key;    /* owned */
  double cost;  /* relative time: decides the order of running and the time left */
  size_t asked; /* number of the last block that asked for it, from 1 */
} lip_cell;

typedef struct lip_plan_block {
  char name[64];
  size_t *cell; /* owned: its distinct cells */
  size_t cells, room, skipped;
} lip_plan_block;

struct lip_plan {
  char *text;  /* owned */
  char *words; /* owned: what text options of the cells point to */
  lip_knobs knobs;
  lip_cell *cell; /* owned: distinct, as the text names them */
  size_t cells, room;
  size_t *order; /* owned: cells, the most expensive first, equally expensive ones by key */
  size_t *slot;  /* owned: a hash table of cell numbers + 1 by key; `slots` is a power of two */
  size_t slots;
  lip_plan_block *block; /* owned: in the order of the text */
  size_t blocks;
};

/* Adds the cell, or finds its equal: *index says where it is. The key is copied.
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_plan_add_cell(lip_plan *plan, const lip_cell *cell, size_t *index,
                                            lip_error *err);
/* Adds a cell to the plan's last block, once. */
LIP_MUST_CHECK lip_status lip_plan_ask(lip_plan *plan, size_t index, lip_error *err);

/* The cell with that key; plan->cells: none. */
size_t lip_plan_find(const lip_plan *plan, const char *key);

#endif
