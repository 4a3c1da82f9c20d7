/* slope_range.h - between which slopes each neuron of a claim stays, rounding counted. */
#ifndef LIP_CERTIFICATE_SLOPE_RANGE_H
#define LIP_CERTIFICATE_SLOPE_RANGE_H

#include "certificate/activation_range.h"
#include "certificate/claim.h"

/* z_l = w_l.x + b_l over the claim's domain; around data over the ball of center `ball` alone
   (ignored elsewhere). For tests: proofs ask for slopes.  z  out  k */
void lip_claim_arguments(const lip_claim *claim, size_t ball, lip_interval *z);

/* psi'(z_l) over the same: low[l] <= psi'(w_l.x + b_l) <= high[l] for almost every x there.
   Infinite where the slope is unbounded (square and powers on the space). low, high  out  k each */
void lip_claim_slopes(const lip_claim *claim, size_t ball, double *low, double *high);

/* The same over the whole domain: around data the hull over all balls. */
void lip_claim_all_slopes(const lip_claim *claim, double *low, double *high);

#endif
