/* attack_walk.h - one walk down the margin, for a block of points at once. */
#ifndef LIP_AUDIT_ATTACK_WALK_H
#define LIP_AUDIT_ATTACK_WALK_H

#include "audit/audit_parts.h"

#include "linalg/interval.h"
#include "net/tape.h"

enum { LIP_ATTACK_BLOCK = 64, LIP_ATTACK_ROUNDS = 8 };

/* One point under attack. */
typedef struct lip_prey {
  lip_audit_point *point;
  const double *x;
  size_t own, rival;
  double radius; /* of the round under way */
  double best;   /* distance of the nearest success so far, rounded up */
  bool done;     /* with this round: something nearer was found */
  bool hit;      /* where it has been moved to, the class is another one */
} lip_prey;

/* What one thread needs for a block of points. */
typedef struct lip_attack_work {
  const audit_run *run;
  lip_prey *prey; /* the block; borrowed */
  size_t count;
  lip_tape *tape;
  double *at;             /* block x d: where each point has been moved to */
  double *rows;           /* block x d: the moved points that are still open, one after the other */
  double *slope;          /* block x d: the gradients there */
  double *side;           /* block x m: +1 at the own class, -1 at the rival */
  lip_interval *enclosed; /* block x m */
  size_t open[LIP_ATTACK_BLOCK], opens; /* the points that are walking */
} lip_attack_work;

LIP_MUST_CHECK lip_status lip_attack_work_create(const audit_run *run, size_t block,
                                                 lip_attack_work *work, lip_error *err);
void lip_attack_work_clear(lip_attack_work *work); /* takes one that is zeroed */

/* Sets every radius to half as far again as where the margin would be 0 if it were linear. */
LIP_MUST_CHECK lip_status lip_attack_first_radii(lip_attack_work *work);

/* Walks with every point of the block that is not done, and keeps what was found: best and done.
   stop    in  asked before every step
   return      LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where the network overflows at some point */
LIP_MUST_CHECK lip_status lip_attack_walk(lip_attack_work *work, size_t round, size_t start,
                                          bool (*stop)(void *context), void *context);

#endif
