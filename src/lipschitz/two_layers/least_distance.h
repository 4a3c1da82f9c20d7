/* least_distance.h - the point nearest to 0 that satisfies linear inequalities. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_LEAST_DISTANCE_H
#define LIP_LIPSCHITZ_TWO_LAYERS_LEAST_DISTANCE_H

#include <liplaw/status.h>

/* min |x| with g_i.x >= h_i, from the Gram matrix of the g_i alone: x = sum y_i g_i / slack.
   n      in   at most the workspace's
   gram   in   n x n
   y      out  n, >= 0; where slack is about 0, sum y_i g_i is about 0 and sum y_i h_i about 1: no x
               satisfies the inequalities
   work   in   n (n + 4) doubles
   list   in   n
   control     where it asks to stop, what was found so far is returned: y prove nothing then
   return      slack = 1 - sum y_i h_i, in [0, 1]; |x|^2 = (1 - slack) / slack
   source      Lawson, Hanson, Solving Least Squares Problems, chapter 23 (problem LDP by NNLS)
   cost        O(active^3) for each row that becomes active */
double lip_least_distance(size_t n, const double *gram, const double *h, double *y, double *work,
                          size_t *list, const lip_control *control);

#endif
