/* moment_program.h - the semidefinite program of moments in (x, u), in floating point. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_PROGRAM_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_PROGRAM_H

#include "certificate/claim.h"
#include "certificate/proof.h"
#include "lipschitz/two_layers/moment_neurons.h"

/* Maximise the mean of sum over l < K of weight_l y_l sign(z_l), z_l = h_l.x, y_l = v_l.u, |x| =
   |u| = 1, relaxed: over moments mu of degree 4 or 6 in (x, u) whose matrix M(mu), in the rows of
   moment_rows.h made orthonormal (times the root of the orders of their variables), is
   semidefinite.

   Neuron 0 stands for the sum of the middles: h_0 = e_D. z and y are scaled to sqrt(D) z and
   sqrt(d) y inside. All arrays are owned. */
typedef struct lip_moment_program {
  lip_moment_rows rows;
  size_t D, d, K, moments, constraints;
  double total;                /* what the weights were divided by to sum to 1 */
  double z_scale, y_scale;     /* sqrt(D), sqrt(d) */
  double *coordinates;         /* D x D: as proofs/moments.c reads it */
  double *weight;              /* K */
  lip_moment_neurons *neurons; /* of the scaled forms */
  double *spread;              /* d x d: sum of weight v v', v scaled */
  double *row_scale;           /* rows */
  uint32_t *place;             /* rows (rows + 1) / 2: which moment stands at (i, j), j <= i */
  uint32_t *of_multiplier;     /* multipliers x (D + d): its products with squares of variables */
  double *multiplicity;        /* moments: |M(mu)|^2 = sum of multiplicity mu^2 */
  double *constraint_inverse;  /* constraints x constraints: (C diag(1/multiplicity) C')^-1 */
  double *matrix;              /* rows x rows: workspace */
} lip_moment_program;

/* claim   in  one output, activation with slopes of two values
   degree  in  of the rows: 2 or 3
   return     LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_moment_program_create(const lip_claim *claim, size_t degree,
                                                    lip_moment_program **program, lip_error *err);
void lip_moment_program_free(lip_moment_program *program); /* takes NULL */

/* Moments of the uniform distribution on the two spheres. */
void lip_moments_uniform(const lip_moment_program *program, double *mu);

/* M(mu), rows x rows; and the adjoint: g = M'(X), of a matrix that need not be symmetric. */
void lip_moments_matrix(const lip_moment_program *program, const double *mu, double *M);
void lip_moments_adjoint(const lip_moment_program *program, const double *X, double *g);

/* The constraints C mu: for each multiplier q mu[q |x|^2] - mu[q |u|^2] = 0, and last that the mean
   of |x|^.. |u|^2 is 1; and g += C' y. */
void lip_moments_constraints(const lip_moment_program *program, const double *mu, double *C_mu);
void lip_moments_add_constraints(const lip_moment_program *program, const double *y, double *g);

/* y = -(C diag(1/multiplicity) C')^-1 C diag(1/multiplicity) g: the multipliers that make g + C'y
   smallest.   work  out  moments + constraints */
void lip_moments_multipliers(const lip_moment_program *program, const double *g, double *y,
                             double *work);

#endif
