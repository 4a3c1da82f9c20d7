/* sector_parts.h - between the files of sector_form.h. */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_PARTS_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_PARTS_H

#include "certificate/graphs/sector_form.h"
#include "certificate/graphs/slope_bounds.h"

/* What is known of the network's nodes. */
typedef struct lip_sector_routes {
  size_t *block_of;         /* by node: its block, or LIP_NOWHERE */
  size_t **variable_of;     /* by node that is no affine one: by entry of its value, the variable in
                               its block, or LIP_NOWHERE: known, value = slope * parent's entry */
  size_t **source_of;       /* of max pools: by entry of the value, the parent's entry where the
                               window has one alone; else NULL */
  lip_slope_bounds *slopes; /* owned */
} lip_sector_routes;

/* The node where rows of block b begin: its parent, or the network's output. */
size_t lip_sector_start(const lip_sector_form *form, size_t b);

/* Which nodes rows of block b come to.  reached  out  by node */
void lip_sector_reach(const lip_sector_form *form, size_t b, bool *reached);

/* Does anything go on through a node that is not affine? */
bool lip_sector_passes(const lip_sector_form *form, size_t node);

/* The numbers of a filled block times 2^by. */
LIP_MUST_CHECK lip_status lip_sector_scale(lip_sector_form *form, size_t b, lip_coupling *coupling,
                                           int by, lip_error *err);

/* fill without any scale. */
LIP_MUST_CHECK lip_status lip_sector_fill_raw(lip_sector_form *form, size_t b,
                                              const lip_control *control, lip_error *err);

#endif
