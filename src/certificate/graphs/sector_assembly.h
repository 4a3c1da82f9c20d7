/* sector_assembly.h - between the files of sector_matrix.h. */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_ASSEMBLY_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_ASSEMBLY_H

#include "certificate/graphs/sector_partition.h"
#include "certificate/graphs/sector_sets.h"
#include "linalg/verified_blocks.h"

/* So many rows of a set are multiplied at once. */
enum { LIP_SECTOR_SLICE = 128 };

/* A matrix being made. */
typedef struct lip_sector_assembly {
  lip_sector_form *form;
  const double *multipliers;
  double square; /* L^2, rounded down */
  lip_sector_partition partition;
  lip_block_matrix *matrix;
  bool keeps;                                         /* couplings stay filled */
  double *scale, *diagonal, *slack, *taken, *p, *rho; /* by variable; scale owns them all */
  double *left, *right; /* SLICE rows of all variables, part by part; left owns both */
  size_t *start;        /* by part: the sizes before it; owned */
} lip_sector_assembly;

/* Adds the errors of a set to the slack and its squares to the diagonal. False: out of range. */
bool lip_sector_measure(lip_sector_assembly *a, const lip_sector_set *set);

/* Adds the numbers of a set to the matrix: the cross terms; the squares, the set being the sums of
   windows of block b or its z. */
LIP_MUST_CHECK lip_status lip_sector_add_cross(lip_sector_assembly *a, const lip_sector_set *set,
                                               lip_error *err);
LIP_MUST_CHECK lip_status lip_sector_add_squares(lip_sector_assembly *a, const lip_sector_set *set,
                                                 size_t b, bool sums, lip_error *err);

#endif
