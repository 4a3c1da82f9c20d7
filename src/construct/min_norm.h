/* min_norm.h - the shortest w with w.x_i = 1 for a few points. */
#ifndef LIP_CONSTRUCT_MIN_NORM_H
#define LIP_CONSTRUCT_MIN_NORM_H

#include <stdbool.h>
#include <stddef.h>

/* The points of a group, orthonormalised one by one: rows x_0, x_1, ... = R Q. */
typedef struct lip_min_norm {
  size_t d, room, count;
  double *Q; /* room x d: orthonormal rows */
  double *R; /* room x room, lower triangle */
  double *X; /* room x d: the points */
  double *r; /* 2 room + d: workspace */
} lip_min_norm;

/* Room for so many points; false where memory is out. Released with lip_min_norm_clear. */
bool lip_min_norm_create(size_t d, size_t room, lip_min_norm *group);
void lip_min_norm_clear(lip_min_norm *group); /* takes one that is zeroed */

/* Adds a point; false, and unchanged, where it lies so near the span of the others that what is
   left of it is below 1e-7 of its length, or there is no room.  cost  4 count d flops */
bool lip_min_norm_add(lip_min_norm *group, const double *x);

/* w  out  d: in the span of the points, w.x_i = 1 up to a few roundings, refined once. */
void lip_min_norm_solve(lip_min_norm *group, double *w);

#endif
