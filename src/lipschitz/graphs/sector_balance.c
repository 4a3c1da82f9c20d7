/* sector_balance.c - powers of two that bring the maps of a sector form near norm 1.

   Block by block: with what stands before it scaled, the largest entry of its couplings gives a
   first power of two, a few steps of the power method on all of them together the norm. */
#include "lipschitz/graphs/sector_balance.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_parts.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>

enum { STEPS = 8 };

/* The exponent of the largest entry with the blocks before it scaled; false: all are 0. */
static bool largest_exponent(const lip_sector_form *form, const lip_sector_block *block,
                             int *exponent)
{
  bool any = false;

  for (size_t c = 0; c < block->couplings; c++) {
    const lip_coupling *coupling = &block->coupling[c];
    double largest = lip_largest(block->rows * form->block[coupling->from].size, coupling->C);
    int own;

    if (largest == 0) continue;
    (void)frexp(largest, &own);
    own += form->exponent[coupling->from];
    if (!any || own > *exponent) *exponent = own;
    any = true;
  }
  return any;
}

/* |sum_c C_c y_c| by the power method on sum C_c C_c'.
   u, v  scratch  rows; y  scratch  the largest size */
static double norm_of(const lip_sector_form *form, const lip_sector_block *block, double *u,
                      double *v, double *y)
{
  double norm = 0;

  for (size_t i = 0; i < block->rows; i++) u[i] = 1 + (double)(i * 7 % 11) / 11;
  for (size_t step = 0; step < STEPS; step++) {
    double length = lip_norm(block->rows, u);

    if (!(length > 0)) return norm;
    for (size_t i = 0; i < block->rows; i++) {
      u[i] /= length;
      v[i] = 0;
    }
    for (size_t c = 0; c < block->couplings; c++) {
      const lip_coupling *coupling = &block->coupling[c];
      size_t size = form->block[coupling->from].size;

      lip_dgemv(true, block->rows, size, 1, coupling->C, size, u, 0, y);
      lip_dgemv(false, block->rows, size, 1, coupling->C, size, y, 1, v);
    }
    norm = sqrt(lip_norm(block->rows, v));
    for (size_t i = 0; i < block->rows; i++) u[i] = v[i];
  }
  return norm;
}

/* Chooses the exponent of block b and brings its couplings, which are not scaled, to it. */
static lip_status balance_block(lip_sector_form *form, size_t b, double *scratch, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_block *block = &form->block[b];
  int exponent = 0, more;
  double norm;

  form->exponent[b] = 0;
  if (largest_exponent(form, block, &exponent)) form->exponent[b] = exponent;
  for (size_t c = 0; c < block->couplings; c++)
    TRY(lip_sector_scale(form, b, &block->coupling[c],
                         form->exponent[block->coupling[c].from] - exponent, err));
  norm = norm_of(form, block, scratch, scratch + block->rows, scratch + 2 * block->rows);
  (void)frexp(norm, &more);
  if (!(norm > 0)) more = 0;
  form->exponent[b] += more;
  for (size_t c = 0; c < block->couplings; c++)
    TRY(lip_sector_scale(form, b, &block->coupling[c], -more, err));
done:
  return st;
}

lip_status lip_sector_balance(lip_sector_form *form, const lip_control *control, lip_error *err)
{
  static const double FEW_BYTES = 1e9;
  lip_status st = LIP_OK;
  size_t most = form->claim->d;
  double *scratch = NULL;

  for (size_t b = 1; b <= form->blocks + 1; b++) {
    if (form->block[b].rows > most) most = form->block[b].rows;
    if (form->block[b].size > most) most = form->block[b].size;
  }
  scratch = lip_alloc(3 * most, sizeof *scratch);
  if (!scratch) FAIL(LIP_ENOMEM, "%zu numbers", 3 * most);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    lip_sector_form_release(form, b);
    if (form->block[b].couplings == 0) continue;
    TRY(lip_sector_fill_raw(form, b, control, err));
    TRY(balance_block(form, b, scratch, err));
    if (form->bytes > FEW_BYTES) lip_sector_form_release(form, b);
  }
done:
  lip_free(scratch);
  return st;
}
