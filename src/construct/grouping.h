/* grouping.h - points in groups of equal labels, one neuron each, and what the neurons see off
   their groups. */
#ifndef LIP_CONSTRUCT_GROUPING_H
#define LIP_CONSTRUCT_GROUPING_H

#include "construct/construction.h"

typedef struct lip_grouping {
  const lip_dataset *data; /* borrowed */
  size_t m;                /* points per group: m or m - 1, or as many as a label has */
  size_t k;                /* groups */
  size_t *start;           /* k + 1: where the groups begin in `point` */
  size_t *point;           /* n: the points, group by group */
  size_t *group;           /* n: the group of each point */
  double *W;               /* k x d: w_l, shortest with w_l.x_i = 1 on the group */
  double *largest;         /* k: max of w_l.x_j off the group; -infinite where there is none */
  size_t *where;           /* k: at which point */
} lip_grouping;

/* Groups in the order of the data, sizes as equal as can be, m at most n and d.
   return  LIP_OK; LIP_EINPUT where the points of a group depend on each other: their numbers;
           LIP_ENOMEM; LIP_EINTERRUPT.  cost  2 n k d flops */
LIP_MUST_CHECK lip_status lip_group_points(const lip_construct_job *job, size_t m,
                                           lip_grouping *groups, lip_error *err);
void lip_grouping_clear(lip_grouping *groups); /* takes one that is zeroed */

/* The group whose largest value is highest. */
size_t lip_worst_group(const lip_grouping *groups);

/* Exchanges points of groups whose largest value is above `limit` for others of the same label, as
   long as it helps and is not too much work: at most `budget` flops.
   swaps  out  exchanges made.  return  LIP_OK, mended or not; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_regroup(const lip_construct_job *job, double limit, double budget,
                                      lip_grouping *groups, size_t *swaps, lip_error *err);

#endif
