/* sectors_parts.h - between the files sectors_*.c. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTORS_PARTS_H
#define LIP_LIPSCHITZ_GRAPHS_SECTORS_PARTS_H

#include "lipschitz/graphs/sectors.h"
#include "lipschitz/graphs/sectors_completion.h"
#include "lipschitz/graphs/sectors_matrix.h"

/* n: order, R: rows, N: groups. */
struct lip_sectors_solver {
  const lip_sectors_program *program;
  lip_sectors_matrix *M, *step;       /* M(lambda, rho) and its factor; the change of it */
  lip_sectors_completion *completion; /* of X */
  double *P, *X;                      /* n x n: M^-1; of the primal program */
  double *E, *F, *G;                  /* n x n: scratch */
  double *TP, *TX;                    /* n x R: P C', X C' */
  double *ZP, *ZX;                    /* max rows x R */
  double *H;                          /* (N + 1)^2 */
  double *scale;                      /* N + 1: of the rows of H */
  double *at, *next;                  /* N + 1: lambda and rho */
  double *history;            /* LIP_SECTORS_HISTORY x (N + 1): the last points, in a ring */
  double off;                 /* how much of X's error in its equations is left, from 1 */
  size_t points;              /* that there have been */
  double *toward, *center;    /* N + 1 */
  double *inner;              /* N + 1 */
  const lip_control *control; /* of the search under way; borrowed */
};

/* H_gh = tr(A_g X A_h P), lower triangle, (N + 1)^2; the last row that of rho. P = X may be the
   same pointer (then TP = TX). */
void lip_sectors_hessian(lip_sectors_solver *solver, const double *X, const double *TX,
                         const double *P, const double *TP, double *H);

/* A start of M(lambda, rho) > 0, block by block from the outputs: multipliers that are twice what
   the block must bear. False: there is none (the program is all zeros).
   at  out  lambda and rho */
LIP_MUST_CHECK lip_status lip_sectors_start(lip_sectors_solver *solver, double *at, bool *found,
                                            lip_error *err);

/* at <- the same multipliers with about the least rho, where that is less. */
LIP_MUST_CHECK lip_status lip_sectors_tighten(lip_sectors_solver *solver, double *at,
                                              lip_error *err);

/* Newton's method towards the central path, until X > 0 can be made that nearly meets the primal
   program's equations.
   at       in/out  with M > 0
   central  out     false: it did not come near */
LIP_MUST_CHECK lip_status lip_sectors_center(lip_sectors_solver *solver, double *at, bool *central,
                                             size_t *steps, lip_error *err);

/* H's factor, scaled; rows of `count` right sides <- solutions. */
bool lip_sectors_prepare(lip_sectors_solver *solver);
void lip_sectors_unknowns(const lip_sectors_solver *solver, double *x);

/* Is M(at) > 0? Then M holds its factor. */
bool lip_sectors_definite(lip_sectors_solver *solver, const double *at);

#endif
