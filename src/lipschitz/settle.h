/* settle.h - from what the methods propose to ends that are proved, rounding counted. */
#ifndef LIP_LIPSCHITZ_SETTLE_H
#define LIP_LIPSCHITZ_SETTLE_H

#include "lipschitz/method.h"

/* An upper end that a method proposes. */
typedef struct lip_proposal {
  double value;
  const char *method; /* static text */
  lip_proof proof;    /* owned */
  bool proved;        /* the value is a claim that the proof has been found to verify */
} lip_proposal;

typedef struct lip_proposals {
  size_t count;
  lip_proposal item[LIP_MAX_BOUNDS];
} lip_proposals;

/* Takes the proof over, and empties it; a proof of no kind is not kept.
   proved  in  as in lip_proposal */
void lip_proposals_take(lip_proposals *proposals, double value, const char *method,
                        lip_proof *proof, bool proved);
void lip_proposals_clear(lip_proposals *proposals);

/* The certificate of the best ends that can be proved: the steepest of the points whose slope is
   certain, the smallest proposal that verifies.
   candidates   in   in descending order of their slopes
   proposals    in   the chosen proof moves into the certificate
   certificate  out  NULL where one of the ends cannot be proved
   lower, upper, method  out  of the certificate; untouched without one
   witness      in   d, the best point so far;  out  the point of the lower end; untouched without
                     a certificate
   control      in   what is stopped is not proved, and what needs no more proof is taken
   unit         out  d, owned by the caller: the direction of the lower end, of length 1; untouched
                     without one, and where lower is 0 */
LIP_MUST_CHECK lip_status lip_settle(const lip_claim *claim, const lip_steepest *candidates,
                                     lip_proposals *proposals, lip_certificate **certificate,
                                     double *lower, double *upper, const char **method,
                                     double *witness, double **unit, const lip_control *control,
                                     lip_error *err);

#endif
