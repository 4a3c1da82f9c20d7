/* pattern_ascent.h - the loop around the coordinate ascents of pattern_signs.c and
   pattern_outputs.c: sweeps until multipliers prove what is asked, then the least they prove. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_ASCENT_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_ASCENT_H

#include <liplaw/status.h>

/* A relaxation: a primal point whose value grows, and multipliers that follow it.
   sweep    makes the value grow by a sweep; false: it was stopped
   proves   do the multipliers, scaled for the factor, prove factor * value? (up to rounding)
   scale    scales them so */
typedef struct lip_pattern_relaxation {
  bool (*sweep)(void *relax, double *value, const lip_control *control);
  bool (*proves)(void *relax, double value, double factor, const lip_control *control);
  void (*scale)(void *relax, double value, double factor);
} lip_pattern_relaxation;

/* Sweeps until the multipliers prove `below`, to which they are scaled then, or the value is above
   `above` (or above `below`, and hardly grows), or `sweeps` are done, or it is stopped.
   value   in/out  the primal point's: at most the relaxation's
   return          true: proved, up to rounding */
bool lip_pattern_ascend(const lip_pattern_relaxation *kind, void *relax, double below, double above,
                        size_t sweeps, double *value, const lip_control *control);

/* The least factor in [1, most], roughly, for which the multipliers prove factor * value, `most`
   being known to do; they are scaled for it. */
double lip_pattern_least_factor(const lip_pattern_relaxation *kind, void *relax, double value,
                                double most, const lip_control *control);

/* g <- sum over j < rows of w_j V_j, the rows of V `stride` apart, a multiple of 8.
   V, g  aligned to 64 bytes */
void lip_pattern_pull(size_t rows, const double *w, const double *V, size_t stride, double *g);

#endif
