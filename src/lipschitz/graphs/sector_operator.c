/* sector_operator.c - the quadratic form of a sector form by its products with vectors.

   z = C y block by block, and what a constraint makes of (y_b, z_b) goes back by C'. Cost: two
   products with every coupling's entries that are not 0. */
#include "lipschitz/graphs/sector_operator.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { K = LIP_COLUMNS };

static lip_status take_rows(lip_sector_form *form, size_t b, lip_sparse *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &form->block[b];

  TRY(lip_sparse_create(block->rows, rows, err));
  for (size_t i = 0; i < block->rows; i++)
    for (size_t c = 0; c < block->couplings; c++) {
      const lip_sector_block *from = &form->block[block->coupling[c].from];

      TRY(lip_sparse_append(rows, i, from->offset, from->size,
                            block->coupling[c].C + i * from->size, err));
    }
done:
  return st;
}

lip_status lip_sector_operator_create(lip_sector_form *form, lip_sector_operator **op,
                                      const lip_control *control, lip_error *err)
{
  static const double MOST_KEPT = 1e9;
  lip_status st = LIP_OK;
  lip_sector_operator *made = lip_alloc_zero(1, sizeof *made);
  size_t most = 1, windows = 1;

  if (!made) FAIL(LIP_ENOMEM, "a sector operator");
  made->form = form;
  made->rows = lip_alloc_zero(form->blocks + 2, sizeof *made->rows);
  if (!made->rows) FAIL(LIP_ENOMEM, "%zu blocks", form->blocks);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    if (form->block[b].rows > most) most = form->block[b].rows;
    if (form->block[b].size > windows) windows = form->block[b].size;
    TRY(lip_sector_form_fill(form, b, control, err));
    TRY(take_rows(form, b, &made->rows[b], err));
    made->entries += (double)made->rows[b].start[form->block[b].rows];
    if (form->bytes > MOST_KEPT) lip_sector_form_release(form, b);
  }
  made->z = lip_alloc(2 * most + windows, K * sizeof *made->z);
  if (!made->z) FAIL(LIP_ENOMEM, "%zu rows", most);
  made->w = made->z + most * K;
  made->sums = made->w + most * K;
  *op = made;
  made = NULL;
done:
  lip_sector_operator_free(made);
  return st;
}

void lip_sector_operator_free(lip_sector_operator *op)
{
  if (!op) return;
  for (size_t b = 0; op->rows && b < op->form->blocks + 2; b++) lip_sparse_clear(&op->rows[b]);
  lip_free(op->rows);
  lip_free(op->z);
  lip_free(op);
}

/* ---- windows ---- */

static void sum_windows(const lip_sector_block *block, const double *z, double *sums)
{
  for (size_t w = 0; w < block->size; w++)
    for (size_t j = 0; j < K; j++) {
      double sum = 0;

      for (size_t l = block->window[w]; l < block->window[w + 1]; l++)
        sum += z[block->member[l] * K + j];
      sums[w * K + j] = sum;
    }
}

/* My = lambda (y - s / k); w = lambda ((s - y) / k - (1 - 1 / k) z) in the window. */
static void apply_windows(lip_sector_operator *op, size_t b, const double *lambda, const double *y,
                          double *My)
{
  const lip_sector_block *block = &op->form->block[b];

  sum_windows(block, op->z, op->sums);
  memset(op->w, 0, block->rows * K * sizeof *op->w);
  for (size_t v = 0; v < block->size; v++) {
    double k = (double)(block->window[v + 1] - block->window[v]);

    for (size_t j = 0; j < K; j++) {
      double s = op->sums[v * K + j], own = y[v * K + j];

      My[v * K + j] += lambda[v] * (own - s / k);
      for (size_t l = block->window[v]; l < block->window[v + 1]; l++) {
        size_t at = block->member[l] * K + j;

        op->w[at] += lambda[v] * ((s - own) / k - (1 - 1 / k) * op->z[at]);
      }
    }
  }
}

/* ---- slopes ---- */

static void slopes_of(const lip_sector_block *block, size_t i, double *low, double *high)
{
  *low = block->kind == LIP_SECTOR_SLOPES ? block->low[i] : 0;
  *high = block->kind == LIP_SECTOR_SLOPES ? block->high[i] : 0.5;
}

static void apply_slopes(lip_sector_operator *op, size_t b, const double *multipliers,
                         const double *y, double *My)
{
  const lip_sector_block *block = &op->form->block[b];

  for (size_t i = 0; i < block->size; i++) {
    double low, high, lambda = multipliers[block->kind == LIP_SECTOR_SOFTMAX ? 0 : i], half, square;

    slopes_of(block, i, &low, &high);
    half = lambda * (low + high) / 2;
    square = lambda * low * high;
    for (size_t j = i * K; j < (i + 1) * K; j++) {
      My[j] += lambda * y[j] - half * op->z[j];
      op->w[j] = square * op->z[j] - half * y[j];
    }
  }
}

void lip_sector_operator_apply(lip_sector_operator *op, const double *multipliers, const double *Y,
                               double *MY)
{
  const lip_sector_form *form = op->form;

  memset(MY, 0, form->order * K * sizeof *MY);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    const double *lambda = multipliers + block->first;

    lip_sparse_apply(&op->rows[b], Y, op->z);
    if (b > form->blocks)
      for (size_t i = 0; i < block->rows * K; i++) op->w[i] = -op->z[i];
    else if (block->kind == LIP_SECTOR_LARGEST)
      apply_windows(op, b, lambda, Y + block->offset * K, MY + block->offset * K);
    else
      apply_slopes(op, b, lambda, Y + block->offset * K, MY + block->offset * K);
    lip_sparse_transpose(&op->rows[b], op->w, MY);
  }
}

void lip_sector_operator_constraints(lip_sector_operator *op, const double *Y, double *values)
{
  const lip_sector_form *form = op->form;

  memset(values, 0, form->multipliers * K * sizeof *values);
  for (size_t b = 1; b <= form->blocks; b++) {
    const lip_sector_block *block = &form->block[b];
    const double *y = Y + block->offset * K;
    double *at = values + block->first * K;

    lip_sparse_apply(&op->rows[b], Y, op->z);
    if (block->kind == LIP_SECTOR_LARGEST) sum_windows(block, op->z, op->sums);
    for (size_t i = 0; i < block->size; i++)
      for (size_t j = 0; j < K; j++) {
        double own = y[i * K + j];

        if (block->kind == LIP_SECTOR_LARGEST) {
          double k = (double)(block->window[i + 1] - block->window[i]), s = op->sums[i * K + j];
          double squares = 0;

          for (size_t l = block->window[i]; l < block->window[i + 1]; l++)
            squares += op->z[block->member[l] * K + j] * op->z[block->member[l] * K + j];
          at[i * K + j] = (1 - 1 / k) * squares - s * s / k + 2 / k * s * own - own * own;
        } else {
          double low, high, z = op->z[i * K + j];

          slopes_of(block, i, &low, &high);
          at[(block->kind == LIP_SECTOR_SOFTMAX ? 0 : i) * K + j] += (own - low * z) *
                                                                     (high * z - own);
        }
      }
  }
}

double lip_sector_operator_norm(lip_sector_operator *op, size_t b, size_t a, double *Y)
{
  enum { STEPS = 8 };
  const lip_sector_block *from = &op->form->block[a];
  double *y = Y + from->offset * K, norm = 0;

  memset(Y, 0, op->form->order * K * sizeof *Y);
  for (size_t i = 0; i < from->size * K; i++)
    y[i] = 1 + (double)(i * 7919 % 101) / 50 - (double)(i * 104729 % 3);
  for (size_t step = 0; step < STEPS; step++) {
    double square[K] = {0}, best = 0;

    for (size_t i = 0; i < from->size * K; i++) square[i % K] += y[i] * y[i];
    for (size_t i = 0; i < from->size * K; i++)
      y[i] = square[i % K] > 0 ? y[i] / sqrt(square[i % K]) : 0;
    lip_sparse_apply(&op->rows[b], Y, op->z);
    memset(square, 0, sizeof square);
    for (size_t i = 0; i < op->form->block[b].rows * K; i++) square[i % K] += op->z[i] * op->z[i];
    for (size_t j = 0; j < K; j++) best = fmax(best, square[j]);
    norm = fmax(norm, sqrt(best));
    memset(Y, 0, op->form->order * K * sizeof *Y);
    lip_sparse_transpose(&op->rows[b], op->z, Y);
    for (size_t i = 0; i < op->form->order * K; i++)
      if (i < from->offset * K || i >= (from->offset + from->size) * K) Y[i] = 0;
  }
  return norm;
}
