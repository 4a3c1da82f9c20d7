/* sector_partition.h - in which parts the variables of a sector form are eliminated. */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_PARTITION_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_PARTITION_H

#include "certificate/graphs/sector_form.h"

/* Every variable, and after them one for each output (rows of D), is in one part, at one place of
   it; parts are eliminated in their order. */
typedef struct lip_sector_partition {
  size_t parts, variables; /* variables = order of the form + outputs */
  size_t slabs;            /* 0: parts are the blocks, one after the other, the outputs last */
  size_t *size;            /* owned; parts */
  size_t *part, *place;    /* owned; by variable */
  bool *pattern; /* owned; parts x parts: [i * parts + j], i > j: not zero for some multipliers */
  size_t *last;  /* owned; by part: the last block whose rows reach it */
} lip_sector_partition;

/* The parts that need the fewest operations: the blocks, or, where images are wide and the network
   is not deep, slabs of image rows of all blocks at the same height, then what is no image. Looks
   at the couplings, which are filled where they are needed. slabs_too  in   whether to look for
   slabs (all couplings stay filled then) return          LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT;
   LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_sector_partition_choose(lip_sector_form *form, bool slabs_too,
                                                      lip_sector_partition *partition,
                                                      const lip_control *control, lip_error *err);
void lip_sector_partition_clear(lip_sector_partition *partition);

/* To which group of rows row i of z of block b belongs, or of the sums of its windows: rows of one
   group meet the same parts. Below lip_sector_groups. */
size_t lip_sector_group(const lip_sector_form *form, const lip_sector_partition *partition,
                        size_t b, bool sums, size_t i);
size_t lip_sector_groups(const lip_sector_partition *partition);

/* Operations and doubles that an elimination takes. */
void lip_sector_partition_cost(const lip_sector_partition *partition, double *flops, double *room);

#endif
