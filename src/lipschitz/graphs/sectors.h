/* sectors.h - the best multipliers of a semidefinite program over sectors, in floating point: a
   proposal, never a proof. */
#ifndef LIP_LIPSCHITZ_GRAPHS_SECTORS_H
#define LIP_LIPSCHITZ_GRAPHS_SECTORS_H

#include "lipschitz/graphs/sectors_program.h"

/* When a search for multipliers may end. */
typedef struct lip_sectors_goal {
  double accuracy; /* relative, of rho */
  double below;    /* a rho below this is good enough (0: no) */
  double above;    /* give up where the least rho is certainly above this (infinite: no) */
} lip_sectors_goal;

typedef struct lip_sectors_answer {
  bool found;   /* there are multipliers: M(lambda, rho) > 0 */
  double rho;   /* the square of the bound */
  double least; /* a lower bound of what rho can become; 0: unknown */
  size_t steps; /* of Newton's method */
} lip_sectors_answer;

/* A solver with its workspace; the program is borrowed, and its numbers may change (not its sizes,
   not which couplings there are). */
typedef struct lip_sectors_solver lip_sectors_solver;
LIP_MUST_CHECK lip_status lip_sectors_solver_create(const lip_sectors_program *program,
                                                    lip_sectors_solver **solver, lip_error *err);
void lip_sectors_solver_free(lip_sectors_solver *solver); /* takes NULL */

/* The bytes that the solver needs. */
double lip_sectors_solver_bytes(const lip_sectors_program *program);

/* About how many floating-point operations a step takes. */
double lip_sectors_step_flops(const lip_sectors_program *program);

/* lambda  in/out  groups; where warm, the search starts from it: positive, and with M(lambda, rho)
                   > 0 for some rho (else from a start of its own)
   return          LIP_OK, also where it was stopped; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_sectors_solve(lip_sectors_solver *solver, lip_sectors_goal goal,
                                            bool warm, double *lambda, lip_sectors_answer *answer,
                                            const lip_control *control, lip_error *err);

/* A point on the way of the last search: the answer is the 0th, larger numbers are earlier ones,
   farther from the border: where the answer is too near to it for a proof with rounding. False:
   there are no more. */
enum { LIP_SECTORS_HISTORY = 8 };
bool lip_sectors_earlier(const lip_sectors_solver *solver, size_t which, double *lambda,
                         double *rho);

#endif
