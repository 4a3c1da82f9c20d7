/* wider.h - what a bracket on a wider domain tells about this one. */
#ifndef LIP_LIPSCHITZ_WIDER_H
#define LIP_LIPSCHITZ_WIDER_H

#include "lipschitz/settle.h"

/* The wider domain's proved upper end, where it is all that this domain's upper methods could find:
   its proof knows the domain by the neurons' slopes alone, and they are the same on both.
   proposals  in/out  takes a copy of the proof, as one that needs no test
   taken      out     false: nothing was taken, the upper methods have to be asked */
LIP_MUST_CHECK lip_status lip_wider_upper(const lip_problem *problem, const lip_measurement *wider,
                                          lip_proposals *proposals, bool *taken, lip_error *err);

/* The wider domain's witness, moved into this one, and the slope there.
   point  out  d */
LIP_MUST_CHECK lip_status lip_wider_witness(const lip_problem *problem,
                                            const lip_measurement *wider, double *point,
                                            double *slope, lip_error *err);

#endif
