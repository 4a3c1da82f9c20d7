/* sectors_inverse.c - dense matrices beside the block-sparse ones of a semidefinite program:
   inverses, products, inner products with the constraints.

   The inverse P of M = F F', from the first block to the last: with W_ab = F_ab F_bb^-1 (a < b),
   P_cb = - sum_a P_ca W_ab for c < b, and P_bb = (F_bb F_bb')^-1 - sum_a W_ab' P_ab (Takahashi,
   Fagan and Chin, 1973, for all blocks). Cost: order^2 times the width of the pattern. */
#include "lipschitz/graphs/sectors_matrix.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <string.h>

/* P_cb and P_bb, the blocks before b being there.  W  scratch, max size^2 */
static void invert_block(const lip_sectors_matrix *factor, size_t b, double *W, double *P)
{
  const lip_sectors_block *blocks = factor->program->block;
  size_t count = factor->program->blocks + 1, n = blocks[b].size, order = factor->program->order;
  size_t at = blocks[b].offset;
  double *corner = P + at * order + at;

  for (size_t i = 0; i < at; i++) memset(P + i * order + at, 0, n * sizeof *P);
  memcpy(W, factor->at[b * count + b], n * n * sizeof *W);
  lip_cholesky_inverse(n, W);
  for (size_t i = 0; i < n; i++) memcpy(corner + i * order, W + i * n, n * sizeof *P);
  for (size_t a = 0; a < b; a++) {
    if (!factor->at[a * count + b]) continue;
    memcpy(W, factor->at[a * count + b], blocks[a].size * n * sizeof *W);
    lip_cholesky_color(n, factor->at[b * count + b], blocks[a].size, W);
    lip_dgemm(false, false, at, n, blocks[a].size, -1, P + blocks[a].offset, order, W, n, 1, P + at,
              order);
  }
  for (size_t a = 0; a < b; a++) {
    if (!factor->at[a * count + b]) continue;
    memcpy(W, factor->at[a * count + b], blocks[a].size * n * sizeof *W);
    lip_cholesky_color(n, factor->at[b * count + b], blocks[a].size, W);
    lip_dgemm(true, false, n, n, blocks[a].size, -1, W, n, P + blocks[a].offset * order + at, order,
              1, corner, order);
  }
  for (size_t i = 0; i < at; i++)
    for (size_t j = 0; j < n; j++) P[(at + j) * order + i] = P[i * order + at + j];
}

lip_status lip_sectors_matrix_inverse(const lip_sectors_matrix *factor, double *P, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t largest = 0;
  double *W;

  for (size_t b = 0; b <= factor->program->blocks; b++)
    if (factor->program->block[b].size > largest) largest = factor->program->block[b].size;
  W = lip_alloc(largest, largest * sizeof *W);
  if (!W) FAIL(LIP_ENOMEM, "a block of order %zu", largest);
  for (size_t b = 0; b <= factor->program->blocks; b++)
    if (factor->program->block[b].size > 0) invert_block(factor, b, W, P);
done:
  lip_free(W);
  return st;
}

void lip_sectors_matrix_times(const lip_sectors_matrix *matrix, const double *P, double *E)
{
  const lip_sectors_block *blocks = matrix->program->block;
  size_t count = matrix->program->blocks + 1, order = matrix->program->order;

  memset(E, 0, order * order * sizeof *E);
  for (size_t b = 0; b < count; b++) {
    size_t n = blocks[b].size, at = blocks[b].offset;
    double *pivot = matrix->at[b * count + b];

    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < i; j++) pivot[j * n + i] = pivot[i * n + j];
    lip_dgemm(false, false, n, order, n, 1, pivot, n, P + at * order, order, 1, E + at * order,
              order);
    for (size_t a = 0; a < b; a++) {
      const double *M = matrix->at[a * count + b];
      size_t rows = blocks[a].size, from = blocks[a].offset;

      if (!M) continue;
      lip_dgemm(false, false, rows, order, n, 1, M, n, P + at * order, order, 1, E + from * order,
                order);
      lip_dgemm(true, false, n, order, rows, 1, M, n, P + from * order, order, 1, E + at * order,
                order);
    }
  }
}

void lip_sectors_rows(const lip_sectors_program *program, const double *K, double *T)
{
  size_t order = program->order, rows = program->rows;

  memset(T, 0, order * rows * sizeof *T);
  for (size_t b = 1; b <= program->blocks; b++) {
    const lip_sectors_block *block = &program->block[b];

    for (size_t c = 0; c < block->couplings; c++) {
      const lip_sectors_block *from = &program->block[block->coupling[c].from];

      lip_dgemm(false, true, order, block->rows, from->size, 1, K + from->offset, order,
                block->coupling[c].C, from->size, 1, T + block->first_row, rows);
    }
  }
}

/* The rows of one block: y'Kz and, where they count, z'Kz.  CK  scratch, rows x order */
static void inner_of_block(const lip_sectors_program *program, const lip_sectors_block *block,
                           const double *K, double *CK, double *sum)
{
  size_t order = program->order;

  for (size_t i = 0; i < block->size; i++)
    sum[block->group[i]] += K[(block->offset + i) * (order + 1)];
  for (size_t c = 0; c < block->couplings; c++) {
    const lip_sectors_block *from = &program->block[block->coupling[c].from];
    const double *C = block->coupling[c].C;

    for (size_t i = 0; i < block->size; i++)
      sum[block->group[i]] -= 2 * block->mean[i] *
                              lip_dot(from->size, C + i * from->size,
                                      K + (block->offset + i) * order + from->offset);
    if (!block->curved) continue;
    for (size_t e = 0; e < block->couplings; e++) {
      const lip_sectors_block *to = &program->block[block->coupling[e].from];

      lip_dgemm(false, false, block->rows, to->size, from->size, 1, C, from->size,
                K + from->offset * order + to->offset, order, 0, CK, to->size);
      for (size_t i = 0; i < block->rows; i++) {
        double mean = i < block->size ? block->mean[i] : 0;

        sum[block->group[i]] += (mean - block->spread[i]) * (mean + block->spread[i]) *
                                lip_dot(to->size, CK + i * to->size,
                                        block->coupling[e].C + i * to->size);
      }
    }
  }
}

lip_status lip_sectors_inner(const lip_sectors_program *program, const double *K, double *sum,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t order = program->order, rows = 0, size = 0;
  double *CK = NULL;

  for (size_t b = 0; b <= program->blocks; b++) {
    if (program->block[b].curved && program->block[b].rows > rows) rows = program->block[b].rows;
    if (program->block[b].size > size) size = program->block[b].size;
  }
  CK = lip_alloc(rows, size * sizeof *CK);
  if (!CK) FAIL(LIP_ENOMEM, "%zu rows", rows);
  memset(sum, 0, (program->groups + 1) * sizeof *sum);
  for (size_t b = 1; b <= program->blocks; b++)
    inner_of_block(program, &program->block[b], K, CK, sum + program->block[b].first);
  for (size_t i = 0; i < program->block[0].size; i++) sum[program->groups] += K[i * (order + 1)];
done:
  lip_free(CK);
  return st;
}
