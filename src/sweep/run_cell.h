/* run_cell.h - one network of a sweep, from its options to its row. */
#ifndef LIP_SWEEP_RUN_CELL_H
#define LIP_SWEEP_RUN_CELL_H

#include "sweep/plan.h"
#include "sweep/smallest.h"
#include "sweep/store.h"

/* What all cells of a sweep share. */
typedef struct lip_bench {
  lip_smallest *smallest;
  const char *keep; /* folder for the networks; NULL: none */
  char machine[96];
} lip_bench;

/* Samples, trains, measures, on the calling thread.
   run     out  the row, also of a network that failed in itself; released with lip_run_clear
   return       LIP_OK; LIP_EINTERRUPT, LIP_ENOMEM, LIP_EIO: no row, the network is still to be done
 */
LIP_MUST_CHECK lip_status lip_run_cell(const lip_cell *cell, const lip_bench *bench, lip_run *run,
                                       const lip_control *control, lip_error *err);

/* The bytes that running the cell takes, about. */
double lip_cell_memory(const lip_cell *cell);

/* "PROCESSOR, C cores". */
void lip_describe_machine(char *text, size_t size);

#endif
