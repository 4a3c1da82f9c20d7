/* pencil.h - the largest eigenvalues of -M y = rho E y, E diagonal: below which rho M + rho E is
   not positive definite; estimates. */
#ifndef LIP_LINALG_PENCIL_H
#define LIP_LINALG_PENCIL_H

#include "linalg/sparse_columns.h"

/* MY <- M Y for blocks of LIP_COLUMNS vectors (sparse_columns.h). */
typedef void lip_block_map(void *context, const double *Y, double *MY);

typedef struct lip_pencil {
  size_t n, d;      /* E is 1 on the first d of n coordinates, n at least 64, */
  double elsewhere; /* this times the diagonal on the others, >= 0 */
  lip_block_map *map;
  void *context;
} lip_pencil;

/* Vectors and room, kept from one call to the next. */
typedef struct lip_pencil_work lip_pencil_work;
LIP_MUST_CHECK lip_status lip_pencil_work_create(size_t n, lip_pencil_work **work, lip_error *err);
void lip_pencil_work_free(lip_pencil_work *work);    /* takes NULL */
void lip_pencil_work_shuffle(lip_pencil_work *work); /* random vectors */
/* The vectors: n x 16; those of the last call, at first random. */
double *lip_pencil_vectors(lip_pencil_work *work);

typedef struct lip_pencil_values {
  bool definite;           /* false: M is not definite where E is 0, or rho is beyond all bounds */
  double rho[LIP_COLUMNS]; /* descending; from below */
  size_t steps;
} lip_pencil_values;

/* LOBPCG (Knyazev, SIAM J. Sci. Comput. 23, 2001) on blocks of 16 vectors, from those that the work
   holds, the last four at random; the preconditioner is the diagonal.
   diagonal   in   n - d: of M beyond the first d, > 0
   guess      in   about the largest rho, > 0
   tolerance  in   it stops where the largest rho changes by less, relative, three times in a row
   most       in   steps
   return          LIP_OK; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC where M is not finite
   cost            a product with 16 vectors and some 48^2 4 n flops for each step */
LIP_MUST_CHECK lip_status lip_pencil_largest(const lip_pencil *pencil, const double *diagonal,
                                             double guess, double tolerance, size_t most,
                                             lip_pencil_work *work, lip_pencil_values *found,
                                             const lip_control *control, lip_error *err);

#endif
