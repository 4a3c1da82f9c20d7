/* sectors_hessian.c - H_gh = tr(A_g X A_h P) for the constraints A_g = sum v v' - sum s s'.

   Of two rows, (v'Xv)(v'Pv) - (v'Xs)(v'Ps) - (s'Xv)(s'Pv) + (s'Xs)(s'Ps), made of X C', P C' and
   C X C', C P C', block by block. Cost: 4 order^2 times the width of the couplings. */
#include "lipschitz/graphs/sectors_parts.h"

#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <string.h>

enum { TILE = 32 };

/* One of the two matrices, seen from blocks b and e: y'Ky, y'Kz', z'Ky', z'Kz'. */
typedef struct product {
  const double *yy, *yz, *zy; /* zy: transposed, y' by z */
  const double *zz;
  size_t order, rows;
} product;

/* (v'Kv, v'Ks, s'Kv, s'Ks) of rows i of b and j of e. */
static inline void four(const product *in, const lip_sectors_block *b, const lip_sectors_block *e,
                        size_t i, size_t j, double out[4])
{
  double w = in->zz[i * in->rows + j], left = 0, right = 0;

  out[0] = out[1] = out[2] = 0;
  if (i < b->size) {
    right = in->yz[i * in->rows + j] - b->mean[i] * w; /* v_i'K z_j */
    out[1] = e->spread[j] * right;
  }
  if (j < e->size) {
    left = in->zy[j * in->rows + i] - e->mean[j] * w;
    out[2] = b->spread[i] * left;
  }
  if (i < b->size && j < e->size)
    out[0] = in->yy[i * in->order + j] - b->mean[i] * in->zy[j * in->rows + i] - e->mean[j] * right;
  out[3] = b->spread[i] * e->spread[j] * w;
}

static void add_tile(const product *X, const product *P, const lip_sectors_block *b,
                     const lip_sectors_block *e, size_t first, size_t start, double *H, size_t lda)
{
  for (size_t i = first; i < b->rows && i < first + TILE; i++)
    for (size_t j = start; j < e->rows && j < start + TILE; j++) {
      double x[4], p[4];

      if (b == e && e->group[j] > b->group[i]) continue;
      four(X, b, e, i, j, x);
      four(P, b, e, i, j, p);
      H[(b->first + b->group[i]) * lda + e->first + e->group[j]] += x[0] * p[0] - x[1] * p[1] -
                                                                    x[2] * p[2] + x[3] * p[3];
    }
}

static product seen_from(const lip_sectors_program *program, const double *K, const double *T,
                         const double *Z, const lip_sectors_block *b, const lip_sectors_block *e)
{
  return (product){.yy = K + b->offset * program->order + e->offset,
                   .yz = T + b->offset * program->rows + e->first_row,
                   .zy = T + e->offset * program->rows + b->first_row,
                   .zz = Z + e->first_row,
                   .order = program->order,
                   .rows = program->rows};
}

/* Z <- C_b T over the rows of blocks up to b. */
static void square_rows(const lip_sectors_program *program, const lip_sectors_block *b,
                        const double *T, double *Z)
{
  size_t rows = program->rows;

  for (size_t c = 0; c < b->couplings; c++) {
    const lip_sectors_block *from = &program->block[b->coupling[c].from];

    lip_dgemm(false, false, b->rows, b->first_row + b->rows, from->size, 1, b->coupling[c].C,
              from->size, T + from->offset * rows, rows, c > 0, Z, rows);
  }
  if (b->couplings == 0) memset(Z, 0, b->rows * rows * sizeof *Z);
}

/* The row of rho: (x'v)(x'v) - (x's)(x's) over the input's block. */
static void add_last_row(lip_sectors_solver *s, const double *X, const double *TX, const double *P,
                         const double *TP, double *H)
{
  const lip_sectors_program *program = s->program;
  size_t order = program->order, rows = program->rows, p = program->block[0].size;
  double *last = H + program->groups * (program->groups + 1);

  for (size_t i = 0; i < p; i++) last[program->groups] += lip_dot(p, X + i * order, P + i * order);
  for (size_t k = 0; k < p; k++)
    for (size_t b = 1; b <= program->blocks; b++) {
      const lip_sectors_block *block = &program->block[b];
      const double *x = X + k * order + block->offset, *q = P + k * order + block->offset;
      const double *tx = TX + k * rows + block->first_row, *tq = TP + k * rows + block->first_row;

      for (size_t i = 0; i < block->rows; i++) {
        double sum = -block->spread[i] * block->spread[i] * tx[i] * tq[i];

        if (i < block->size)
          sum += (x[i] - block->mean[i] * tx[i]) * (q[i] - block->mean[i] * tq[i]);
        last[block->first + block->group[i]] += sum;
      }
    }
}

void lip_sectors_hessian(lip_sectors_solver *s, const double *X, const double *TX, const double *P,
                         const double *TP, double *H)
{
  const lip_sectors_program *program = s->program;
  size_t lda = program->groups + 1;

  memset(H, 0, lda * lda * sizeof *H);
  for (size_t b = 1; b <= program->blocks; b++) {
    const lip_sectors_block *row = &program->block[b];

    square_rows(program, row, TX, s->ZX);
    if (P != X) square_rows(program, row, TP, s->ZP);
    for (size_t e = 1; e <= b; e++) {
      const lip_sectors_block *column = &program->block[e];
      product x = seen_from(program, X, TX, s->ZX, row, column);
      product q = P == X ? x : seen_from(program, P, TP, s->ZP, row, column);

      for (size_t i = 0; i < row->rows; i += TILE)
        for (size_t j = 0; j < column->rows; j += TILE) add_tile(&x, &q, row, column, i, j, H, lda);
    }
  }
  add_last_row(s, X, TX, P, TP, H);
}
