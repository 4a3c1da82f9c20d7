/* multipliers_barrier.h - the semidefinite test's best multipliers, by Newton's method. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_BARRIER_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MULTIPLIERS_BARRIER_H

#include <liplaw/status.h>

/* Minimise rho over tau > 0 with S = I - B T^-1 B' > 0 and rho I > L'TL + M'S^-1 M. */
typedef struct lip_barrier_problem {
  size_t n, p, m;
  const double *L; /* n x p */
  const double *B; /* m x n, no column zero */
  const double *M; /* m x p */
} lip_barrier_problem;

/* A workspace for problems up to these sizes. */
typedef struct lip_barrier lip_barrier;
LIP_MUST_CHECK lip_status lip_barrier_create(size_t n, size_t p, size_t m, lip_barrier **barrier,
                                             lip_error *err);
void lip_barrier_free(lip_barrier *barrier); /* takes NULL */

/* tau        in/out  n, positive; a start, scaled here until S > 0
   accuracy   in      relative, of rho
   below      in      a rho below this is good enough
   above      in      give up where the least rho is above this
   rho        out     which tau attain
   direction  out     p: near the top eigenvector of L'TL + M'S^-1 M; may be NULL
   return     LIP_OK, also where it was stopped; LIP_ENUMERIC where no start can be made of tau */
LIP_MUST_CHECK lip_status lip_barrier_solve(lip_barrier *barrier,
                                            const lip_barrier_problem *problem, double accuracy,
                                            double below, double above, double *tau, double *rho,
                                            double *direction, const lip_control *control,
                                            lip_error *err);

#endif
