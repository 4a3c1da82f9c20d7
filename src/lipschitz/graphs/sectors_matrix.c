/* sectors_matrix.c - M(lambda, rho) by blocks, and its Cholesky factor.

   Blocks are eliminated from the last one to the input: along a chain nothing fills in, and a
   factor costs a few size^3 for each block. */
#include "lipschitz/graphs/sectors_matrix.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"

#include <math.h>
#include <string.h>

enum { TILE = 32 };

/* Which blocks are there: pairs that one row couples, and what eliminating fills in. */
static void find_pattern(const lip_sectors_program *program, bool *there)
{
  size_t count = program->blocks + 1;

  for (size_t b = 0; b < count; b++) there[b * count + b] = true;
  for (size_t b = 1; b <= count; b++) {
    const lip_sectors_block *block = &program->block[b];

    for (size_t c = 0; c < block->couplings; c++) {
      size_t a = block->coupling[c].from;

      if (b < count) there[a * count + b] = true;
      for (size_t e = c; e < block->couplings && (b == count || block->curved); e++)
        there[a * count + block->coupling[e].from] = true;
    }
  }
  for (size_t b = count; b-- > 0;)
    for (size_t a = 0; a < b; a++)
      for (size_t e = a; e < b; e++)
        if (there[a * count + b] && there[e * count + b]) there[a * count + e] = true;
}

static size_t count_numbers(const lip_sectors_program *program, const bool *there)
{
  size_t count = program->blocks + 1, numbers = 0;

  for (size_t a = 0; a < count; a++)
    for (size_t b = a; b < count; b++)
      if (there[a * count + b]) numbers += program->block[a].size * program->block[b].size;
  return numbers;
}

double lip_sectors_matrix_numbers(const lip_sectors_program *program)
{
  size_t count = program->blocks + 1;
  bool *there = lip_alloc_zero(count, count * sizeof *there);
  double numbers = INFINITY;

  if (!there) return numbers;
  find_pattern(program, there);
  numbers = (double)count_numbers(program, there);
  lip_free(there);
  return numbers;
}

double lip_sectors_matrix_products(const lip_sectors_program *program)
{
  double products = 2 * lip_sectors_matrix_numbers(program);

  for (size_t b = 0; b <= program->blocks; b++)
    products -= (double)program->block[b].size * (double)program->block[b].size;
  return products;
}

static size_t scratch_numbers(const lip_sectors_program *program)
{
  size_t rows = 0, size = 0;

  for (size_t b = 0; b <= program->blocks; b++) {
    if (program->block[b].rows > rows) rows = program->block[b].rows;
    if (program->block[b].size > size) size = program->block[b].size;
  }
  return (rows > size ? rows : size) * size;
}

lip_status lip_sectors_matrix_create(const lip_sectors_program *program,
                                     lip_sectors_matrix **matrix, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = program->blocks + 1, next = 0;
  bool *there = lip_alloc_zero(count, count * sizeof *there);
  lip_sectors_matrix *made = lip_alloc_zero(1, sizeof *made);

  if (!there || !made) FAIL(LIP_ENOMEM, "a matrix of %zu blocks", count);
  find_pattern(program, there);
  made->program = program;
  made->numbers = count_numbers(program, there);
  made->at = lip_alloc_zero(count, count * sizeof *made->at);
  made->base = lip_alloc(made->numbers, sizeof *made->base);
  made->scratch = lip_alloc(scratch_numbers(program), sizeof *made->scratch);
  if (!made->at || !made->base || !made->scratch)
    FAIL(LIP_ENOMEM, "a matrix of %zu numbers", made->numbers);
  for (size_t a = 0; a < count; a++)
    for (size_t b = a; b < count; b++) {
      if (!there[a * count + b]) continue;
      made->at[a * count + b] = made->base + next;
      next += program->block[a].size * program->block[b].size;
    }
  *matrix = made;
  made = NULL;
done:
  lip_free(there);
  lip_sectors_matrix_free(made);
  return st;
}

void lip_sectors_matrix_free(lip_sectors_matrix *matrix)
{
  if (!matrix) return;
  lip_free(matrix->at);
  lip_free(matrix->base);
  lip_free(matrix->scratch);
  lip_free(matrix);
}

void lip_sectors_matrix_clear(lip_sectors_matrix *matrix)
{
  memset(matrix->base, 0, matrix->numbers * sizeof *matrix->base);
}

/* ---- what one block adds ---- */

/* M_ab -= C' diag(lambda mean) over the rows that belong to a y. */
static void add_means(const lip_sectors_block *block, const double *lambda, const double *C,
                      size_t columns, double *M)
{
  for (size_t first = 0; first < block->size; first += TILE)
    for (size_t start = 0; start < columns; start += TILE)
      for (size_t k = start; k < columns && k < start + TILE; k++)
        for (size_t i = first; i < block->size && i < first + TILE; i++)
          M[k * block->size + i] -= lambda[block->group[i]] * block->mean[i] * C[i * columns + k];
}

/* M_ae += C_a' K C_e with K = diag(lambda (mean^2 - spread^2)), of the outputs -I. */
static void add_squares(lip_sectors_matrix *matrix, size_t b, const double *lambda)
{
  const lip_sectors_block *blocks = matrix->program->block, *block = &blocks[b];
  size_t count = matrix->program->blocks + 1;

  for (size_t e = 0; e < block->couplings; e++) {
    size_t to = block->coupling[e].from, columns = blocks[to].size;
    const double *scaled = block->coupling[e].C;

    for (size_t i = 0; i < block->rows && b < count; i++) {
      double mean = i < block->size ? block->mean[i] : 0;
      double factor = lambda[block->group[i]] * (mean - block->spread[i]) *
                      (mean + block->spread[i]);

      for (size_t k = 0; k < columns; k++)
        matrix->scratch[i * columns + k] = factor * block->coupling[e].C[i * columns + k];
      scaled = matrix->scratch;
    }
    for (size_t c = 0; c <= e; c++) {
      size_t from = block->coupling[c].from, rows = blocks[from].size;

      lip_dgemm(true, false, rows, columns, block->rows, b < count ? 1 : -1, block->coupling[c].C,
                rows, scaled, columns, 1, matrix->at[from * count + to], columns);
    }
  }
}

void lip_sectors_matrix_add(lip_sectors_matrix *matrix, size_t b, const double *lambda)
{
  const lip_sectors_block *blocks = matrix->program->block, *block = &blocks[b];
  size_t count = matrix->program->blocks + 1;

  if (b == count || block->curved) add_squares(matrix, b, lambda);
  if (b == count) return;
  for (size_t i = 0; i < block->size; i++)
    matrix->at[b * count + b][i * block->size + i] += lambda[block->group[i]];
  for (size_t c = 0; c < block->couplings; c++) {
    size_t a = block->coupling[c].from;

    add_means(block, lambda, block->coupling[c].C, blocks[a].size, matrix->at[a * count + b]);
  }
}

void lip_sectors_matrix_fill(lip_sectors_matrix *matrix, const double *lambda, double rho,
                             bool outputs)
{
  const lip_sectors_program *program = matrix->program;
  size_t p = program->block[0].size;

  lip_sectors_matrix_clear(matrix);
  for (size_t i = 0; i < p; i++) matrix->at[0][i * p + i] = rho;
  for (size_t b = 1; b <= program->blocks; b++)
    lip_sectors_matrix_add(matrix, b, lambda + program->block[b].first);
  if (outputs) lip_sectors_matrix_add(matrix, program->blocks + 1, NULL);
}

/* ---- factor ---- */

bool lip_sectors_matrix_eliminate(lip_sectors_matrix *matrix, size_t b)
{
  const lip_sectors_block *blocks = matrix->program->block;
  size_t count = matrix->program->blocks + 1, n = blocks[b].size;
  double *pivot = matrix->at[b * count + b];

  if (n == 0) return true;
  if (!lip_cholesky(n, pivot)) return false;
  for (size_t a = 0; a < b; a++)
    if (matrix->at[a * count + b])
      lip_cholesky_whiten(n, pivot, blocks[a].size, matrix->at[a * count + b]);
  for (size_t a = 0; a < b; a++)
    for (size_t e = a; e < b; e++) {
      const double *left = matrix->at[a * count + b], *right = matrix->at[e * count + b];
      size_t rows = blocks[a].size, columns = blocks[e].size;

      if (!left || !right) continue;
      if (a == e)
        lip_dsyrk(false, rows, n, -1, left, n, 1, matrix->at[a * count + a], rows);
      else
        lip_dgemm(false, true, rows, columns, n, -1, left, n, right, n, 1,
                  matrix->at[a * count + e], columns);
    }
  return true;
}

bool lip_sectors_matrix_factor(lip_sectors_matrix *matrix)
{
  for (size_t b = matrix->program->blocks + 1; b-- > 0;)
    if (!lip_sectors_matrix_eliminate(matrix, b)) return false;
  return true;
}

double lip_sectors_matrix_logdet(const lip_sectors_matrix *factor)
{
  size_t count = factor->program->blocks + 1;
  double sum = 0;

  for (size_t b = 0; b < count; b++)
    sum += lip_cholesky_logdet(factor->program->block[b].size, factor->at[b * count + b]);
  return sum;
}
