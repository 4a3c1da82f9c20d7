/* sectors_program.c - from a sector form to the numbers of its semidefinite program.

   Where more inputs meet fewer rows (images), K rows A of length d become a lower triangle L of
   order K with L L' = A A': only inner products of rows matter. Cost: one pass over the couplings,
   K^2 d for the triangle. */
#include "lipschitz/graphs/sectors_program.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double NEW_DIRECTION = 1e-13; /* of unit rows: what is added so that L exists */
static const double LEAST_SLOPE = 1e-12;   /* of the block's largest */

void lip_sectors_program_free(lip_sectors_program *program)
{
  if (!program) return;
  for (size_t b = 0; program->block && b <= program->blocks + 1; b++) {
    lip_sectors_block *block = &program->block[b];

    for (size_t c = 0; c < block->couplings; c++) lip_free(block->coupling[c].C);
    lip_free(block->coupling);
    lip_free(block->mean);
    lip_free(block->spread);
    lip_free(block->group);
    lip_free(block->entry);
  }
  lip_free(program->block);
  lip_free(program);
}

/* ---- which neurons there are ---- */

/* Is z_j = 0, of the variables that are there? */
static bool is_dead(const lip_sector_form *form, const lip_sectors_program *program, size_t b,
                    size_t j)
{
  const lip_sector_block *from = &form->block[b];

  for (size_t c = 0; c < from->couplings; c++) {
    size_t a = from->coupling[c].from, columns = form->block[a].size;
    const double *row = from->coupling[c].C + j * columns;
    const lip_sectors_block *source = &program->block[a];

    for (size_t i = 0; a == 0 && i < columns; i++)
      if (row[i] != 0) return false;
    for (size_t i = 0; a > 0 && i < source->size; i++)
      if (row[source->entry[i]] != 0) return false;
  }
  return true;
}

/* entry: which variables of the form's block are the block's; what a constraint of them says. */
static lip_status take_slopes(const lip_sector_form *form, lip_sectors_program *program, size_t b,
                              lip_error *err)
{
  const lip_sector_block *from = &form->block[b];
  lip_sectors_block *block = &program->block[b];
  lip_status st = LIP_OK;

  block->entry = lip_alloc(from->size, sizeof *block->entry);
  if (!block->entry) FAIL(LIP_ENOMEM, "%zu neurons", from->size);
  for (size_t i = 0; i < from->size; i++)
    if (!is_dead(form, program, b, i)) block->entry[block->size++] = i;
  block->rows = block->groups = block->size;
  block->mean = lip_alloc(block->size, sizeof *block->mean);
  block->spread = lip_alloc(block->rows, sizeof *block->spread);
  block->group = lip_alloc(block->rows, sizeof *block->group);
  if (!block->mean || !block->spread || !block->group) FAIL(LIP_ENOMEM, "%zu neurons", block->size);
  for (size_t i = 0; i < block->size; i++) {
    double low = from->low[block->entry[i]], high = from->high[block->entry[i]];

    block->mean[i] = low + (high - low) / 2;
    block->spread[i] = (high - low) / 2;
    block->group[i] = i;
    block->curved = block->curved || fabs(block->mean[i]) != block->spread[i];
  }
done:
  return st;
}

/* Softmax and pools: all variables, rows from windows. */
static lip_status take_others(const lip_sector_form *form, lip_sectors_program *program, size_t b,
                              lip_error *err)
{
  const lip_sector_block *from = &form->block[b];
  lip_sectors_block *block = &program->block[b];
  bool pool = from->kind == LIP_SECTOR_LARGEST;
  lip_status st = LIP_OK;
  size_t members = pool ? from->window[from->size] : 0;

  block->size = from->size;
  block->rows = from->size + members;
  block->groups = from->multipliers;
  block->curved = pool;
  block->mean = lip_alloc(block->size, sizeof *block->mean);
  block->spread = lip_alloc(block->rows, sizeof *block->spread);
  block->group = lip_alloc_zero(block->rows, sizeof *block->group);
  block->entry = lip_alloc(block->size, sizeof *block->entry);
  if (!block->mean || !block->spread || !block->group || !block->entry)
    FAIL(LIP_ENOMEM, "%zu variables", block->size);
  for (size_t i = 0; i < block->size; i++) {
    block->entry[i] = i;
    block->mean[i] = pool ? 1 : 0.25;
    block->spread[i] = pool ? 0 : 0.25;
    if (pool) block->group[i] = i;
    for (size_t r = pool ? from->window[i] : 0; pool && r < from->window[i + 1]; r++) {
      block->spread[block->size + r] = sqrt(1 -
                                            1.0 / (double)(from->window[i + 1] - from->window[i]));
      block->group[block->size + r] = i;
    }
  }
done:
  return st;
}

/* ---- couplings ---- */

/* The rows of a pool: the means of the windows, and what the members differ from them. */
static void window_rows(const lip_sector_block *from, const double *C, size_t columns, double *rows)
{
  memset(rows, 0, from->size * columns * sizeof *rows);
  for (size_t w = 0; w < from->size; w++) {
    size_t first = from->window[w], last = from->window[w + 1];
    double *mean = rows + w * columns, share = 1 / (double)(last - first);

    for (size_t r = first; r < last; r++)
      lip_add_multiple(columns, share, C + from->member[r] * columns, mean);
    for (size_t r = first; r < last; r++) {
      double *row = rows + (from->size + r) * columns;

      memcpy(row, C + from->member[r] * columns, columns * sizeof *row);
      lip_add_multiple(columns, -1, mean, row);
    }
  }
}

/* The columns of variables that are there. */
static void take_columns(const lip_sectors_block *source, size_t rows, size_t columns,
                         const double *all, double *C)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < source->size; j++)
      C[i * source->size + j] = all[i * columns + (source->entry ? source->entry[j] : j)];
}

static lip_status take_coupling(const lip_sector_form *form, lip_sectors_program *program, size_t b,
                                const lip_coupling *coupling, lip_error *err)
{
  const lip_sector_block *from = &form->block[b];
  lip_sectors_block *block = &program->block[b];
  const lip_sectors_block *source = &program->block[coupling->from];
  size_t columns = form->block[coupling->from].size, rows = block->rows;
  bool output = b == program->blocks + 1;
  double *all = lip_alloc(rows, columns * sizeof *all), *C = NULL;
  lip_status st = LIP_OK;

  if (!all) FAIL(LIP_ENOMEM, "a coupling of %zu x %zu", rows, columns);
  if (!output && from->kind == LIP_SECTOR_LARGEST)
    window_rows(from, coupling->C, columns, all);
  else
    for (size_t i = 0; i < rows; i++)
      memcpy(all + i * columns, coupling->C + (output ? i : block->entry[i]) * columns,
             columns * sizeof *all);
  if (source->size == columns) {
    C = all;
    all = NULL;
  } else {
    C = lip_alloc(rows, source->size * sizeof *C);
    if (!C) FAIL(LIP_ENOMEM, "a coupling of %zu x %zu", rows, source->size);
    take_columns(source, rows, columns, all, C);
  }
  if (source->size == 0 || lip_largest(rows * source->size, C) == 0) goto done;
  block->coupling[block->couplings++] = (lip_sectors_coupling){coupling->from, C};
  C = NULL;
done:
  lip_free(all);
  lip_free(C);
  return st;
}

static lip_status take_block(lip_sector_form *form, lip_sectors_program *program, size_t b,
                             const lip_control *control, lip_error *err)
{
  const lip_sector_block *from = &form->block[b];
  lip_sectors_block *block = &program->block[b];
  lip_status st = LIP_OK;

  TRY(lip_sector_form_fill(form, b, control, err));
  for (size_t c = 0; c < from->couplings; c++)
    if (!isfinite(lip_largest(from->rows * form->block[from->coupling[c].from].size,
                              from->coupling[c].C)))
      FAIL(LIP_ENUMERIC, "a coupling of the sector form is not finite");
  if (b > program->blocks)
    block->rows = from->rows;
  else if (from->kind == LIP_SECTOR_SLOPES)
    TRY(take_slopes(form, program, b, err));
  else
    TRY(take_others(form, program, b, err));
  block->coupling = lip_alloc_zero(from->couplings, sizeof *block->coupling);
  if (!block->coupling) FAIL(LIP_ENOMEM, "%zu couplings", from->couplings);
  for (size_t c = 0; c < from->couplings; c++)
    TRY(take_coupling(form, program, b, &from->coupling[c], err));
done:
  lip_sector_form_release(form, b);
  return st;
}

/* ---- the input ---- */

static lip_sectors_coupling *from_input(lip_sectors_block *block)
{
  return block->couplings > 0 && block->coupling[0].from == 0 ? &block->coupling[0] : NULL;
}

/* All rows that meet the input, each of unit length; their lengths. */
static size_t stack_rows(lip_sectors_program *program, double *A, double *length)
{
  size_t d = program->block[0].size, next = 0;

  for (size_t b = 1; b <= program->blocks + 1; b++) {
    lip_sectors_coupling *first = from_input(&program->block[b]);

    for (size_t i = 0; first && i < program->block[b].rows; i++, next++) {
      double size = lip_norm(d, first->C + i * d);

      if (!A) continue;
      length[next] = size;
      for (size_t j = 0; j < d; j++) A[next * d + j] = size > 0 ? first->C[i * d + j] / size : 0;
    }
  }
  return next;
}

static lip_status reduce_input(lip_sectors_program *program, lip_error *err)
{
  size_t d = program->block[0].size, K = stack_rows(program, NULL, NULL), next = 0;
  double *A = NULL, *G = NULL, *length = NULL;
  lip_status st = LIP_OK;

  if (K >= d || K == 0) return LIP_OK;
  A = lip_alloc(K, d * sizeof *A);
  G = lip_alloc(K, K * sizeof *G);
  length = lip_alloc(K, sizeof *length);
  if (!A || !G || !length) FAIL(LIP_ENOMEM, "%zu rows over the inputs", K);
  (void)stack_rows(program, A, length);
  lip_dsyrk(false, K, d, 1, A, d, 0, G, K);
  for (size_t i = 0; i < K; i++) G[i * K + i] += NEW_DIRECTION;
  if (!lip_cholesky(K, G)) goto done; /* then the rows stay as they are */
  for (size_t b = 1; b <= program->blocks + 1; b++) {
    lip_sectors_coupling *first = from_input(&program->block[b]);

    for (size_t i = 0; first && i < program->block[b].rows; i++, next++)
      for (size_t j = 0; j < K; j++)
        first->C[i * K + j] = j <= next ? length[next] * G[next * K + j] : 0;
  }
  program->block[0].size = K;
done:
  lip_free(A);
  lip_free(G);
  lip_free(length);
  return st;
}

/* ---- the whole ---- */

static void number_everything(lip_sectors_program *program)
{
  program->order = program->rows = program->groups = 0;
  for (size_t b = 0; b <= program->blocks + 1; b++) {
    lip_sectors_block *block = &program->block[b];

    block->offset = program->order;
    block->first_row = program->rows;
    block->first = program->groups;
    program->order += block->size;
    if (b <= program->blocks) program->rows += block->rows;
    program->groups += block->groups;
  }
}

lip_status lip_sectors_program_create(lip_sector_form *form, lip_sectors_program **program,
                                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sectors_program *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a semidefinite program");
  made->block = lip_alloc_zero(form->blocks + 2, sizeof *made->block);
  if (!made->block) FAIL(LIP_ENOMEM, "%zu blocks", form->blocks);
  made->blocks = form->blocks;
  made->block[0].size = form->block[0].size;
  for (size_t b = 1; b <= form->blocks + 1; b++) TRY(take_block(form, made, b, control, err));
  TRY(reduce_input(made, err));
  number_everything(made);
  *program = made;
  made = NULL;
done:
  lip_sectors_program_free(made);
  return st;
}

bool lip_sectors_program_widen(lip_sectors_program *program, double share)
{
  bool any = false;

  for (size_t b = 1; b <= program->blocks; b++) {
    lip_sectors_block *block = &program->block[b];
    double largest = 0;

    if (block->rows != block->size || block->groups != block->size) continue;
    for (size_t i = 0; i < block->size; i++)
      largest = fmax(largest, fabs(block->mean[i]) + block->spread[i]);
    for (size_t i = 0; i < block->size; i++) {
      double least = fmax(share * fabs(block->mean[i]), LEAST_SLOPE * largest);

      if (!(block->spread[i] > 0 && block->spread[i] < least)) continue;
      block->spread[i] = least;
      block->curved = block->curved || fabs(block->mean[i]) != least;
      any = true;
    }
  }
  return any;
}

void lip_sectors_program_multipliers(const lip_sectors_program *program,
                                     const lip_sector_form *form, const double *lambda,
                                     double *multipliers)
{
  double largest = 1; /* of the outputs' rows, in the form's scale */

  for (size_t b = program->blocks; b > 0; b--) {
    const lip_sectors_block *block = &program->block[b];
    const lip_sector_block *from = &form->block[b];

    for (size_t g = 0; g < from->multipliers; g++) multipliers[from->first + g] = 1e6 * largest;
    for (size_t g = 0; g < block->groups; g++)
      multipliers[from->first + block->entry[g]] = lambda[block->first + g];
    for (size_t g = 0; g < block->groups; g++) largest = fmax(largest, lambda[block->first + g]);
  }
}
