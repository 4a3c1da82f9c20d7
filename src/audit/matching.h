/* matching.h - pairs of points with different labels, none in two pairs, near ones first. */
#ifndef LIP_AUDIT_MATCHING_H
#define LIP_AUDIT_MATCHING_H

#include <liplaw/audit.h>

/* Greedy: for every r the pairs nearer than 2 r are a maximal matching of those that are.
   X       in  rows of d
   points  in  whose rows are matched; the first MOST_MATCHED of them
   label   in  by row
   distances  out  of the pairs, ascending, rounded up; released with lip_free
   return      LIP_OK; LIP_ENOMEM
   cost        count^2 d / 2, count^2 / 2 numbers of 16 bytes */
LIP_MUST_CHECK lip_status lip_match_rivals(const double *X, size_t d, size_t count,
                                           const lip_audit_point *points, const size_t *label,
                                           double **distances, size_t *pairs, lip_error *err);

/* |a - b|, rounded up. */
double lip_distance_up(size_t d, const double *a, const double *b);

enum { MOST_MATCHED = 2000 };

#endif
