/* sector_sets.c - the quadratic form of a sector form as a sum over sets of rows.

   With its sign in L^2 |y_0|^2 - |J|^2 - sum lambda (constraint), beside lambda y^2 on the
   diagonal: slopes    lambda low high z^2 - lambda (low + high) y z softmax   -(lambda / 2) y z
     largest   -lambda (1 - 1/k) |z|_w^2 + (lambda / k) s^2 - (2 lambda / k) y s
     outputs   -(D y)^2 */
#include "certificate/graphs/sector_sets.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <float.h>
#include <string.h>

bool lip_sector_has_squares(const lip_sector_form *form, size_t b)
{
  const lip_sector_block *block = &form->block[b];

  if (b > form->blocks || block->kind == LIP_SECTOR_LARGEST) return true;
  if (block->kind == LIP_SECTOR_SOFTMAX) return false;
  for (size_t i = 0; i < block->size; i++)
    if (block->low[i] != 0 && block->high[i] != 0) return true;
  return false;
}

/* A factor of a square that is so small that it has lost digits, moved towards minus infinity. */
static double without_underflow(double q)
{
  static const double SMALLEST = 0x1p-900;

  if (q == 0 || fabs(q) >= SMALLEST) return q;
  return q > 0 ? 0 : -SMALLEST;
}

static lip_status set_create(size_t rows, bool cross, lip_sector_set *set, lip_error *err)
{
  *set = (lip_sector_set){.rows = rows};
  set->q = lip_alloc_zero(rows, sizeof *set->q);
  set->cross = cross ? lip_alloc_zero(rows, sizeof *set->cross) : NULL;
  if (!set->q || (cross && !set->cross)) return lip_fail(err, LIP_ENOMEM, "%zu rows", rows);
  return LIP_OK;
}

void lip_sector_set_clear(lip_sector_set *set)
{
  for (size_t c = 0; set->owned && c < set->couplings; c++) {
    lip_free(set->coupling[c].C);
    lip_free(set->coupling[c].radius);
  }
  if (set->owned) lip_free((void *)set->coupling);
  lip_free(set->q);
  lip_free(set->cross);
  memset(set, 0, sizeof *set);
}

/* Row w of the result: the sum of the rows of window w; k - 1 additions, and underflow is none. */
static lip_status sum_windows(const lip_sector_form *form, const lip_sector_block *block,
                              const lip_coupling *from, lip_coupling *to, lip_error *err)
{
  size_t size = form->block[from->from].size;

  to->from = from->from;
  to->C = lip_alloc_zero(block->size, size * sizeof *to->C);
  to->radius = lip_alloc_zero(block->size, size * sizeof *to->radius);
  if (!to->C || !to->radius)
    return lip_fail(err, LIP_ENOMEM, "a matrix of %zu x %zu", block->size, size);
  for (size_t w = 0; w < block->size; w++) {
    size_t entries = block->window[w + 1] - block->window[w];
    double gamma = entries > 1 ? lip_gamma(2 * entries) : 0;

    for (size_t l = block->window[w]; l < block->window[w + 1]; l++) {
      size_t row = block->member[l];

      for (size_t j = 0; j < size; j++) {
        double value = from->C[row * size + j], more = fabs(value) * gamma;

        to->C[w * size + j] += value;
        if (from->radius) more = lip_up(more + from->radius[row * size + j]);
        if (more > 0) to->radius[w * size + j] = lip_add_up(to->radius[w * size + j], lip_up(more));
      }
    }
  }
  return LIP_OK;
}

/* s of every window, with what belongs to y s and s^2. */
static lip_status window_set(const lip_sector_form *form, size_t b, const double *lambda,
                             lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &form->block[b];
  lip_coupling *sums;

  TRY(set_create(block->size, true, set, err));
  set->target = b;
  set->squares = true;
  sums = lip_alloc_zero(block->couplings, sizeof *sums);
  if (!sums) FAIL(LIP_ENOMEM, "%zu couplings", block->couplings);
  set->owned = true;
  set->coupling = sums;
  set->couplings = block->couplings;
  for (size_t c = 0; c < block->couplings; c++)
    TRY(sum_windows(form, block, &block->coupling[c], &sums[c], err));
  for (size_t w = 0; w < block->size; w++) {
    double k = (double)(block->window[w + 1] - block->window[w]);

    set->q[w] = lambda[w] / k;
    set->cross[w] = -lambda[w] / k;
  }
done:
  return st;
}

/* z of a max pool: every entry with the multipliers of its windows, rounded up. */
static void entry_weights(const lip_sector_block *block, const double *lambda, double *q)
{
  for (size_t w = 0; w < block->size; w++) {
    double k = (double)(block->window[w + 1] - block->window[w]);

    for (size_t l = block->window[w]; l < block->window[w + 1]; l++)
      q[block->member[l]] -= lambda[w] * (1 - 1 / k);
  }
  for (size_t i = 0; i < block->rows; i++) q[i] *= 1 + 0x1p-40; /* thousands of windows at most */
}

lip_status lip_sector_sets(const lip_sector_form *form, size_t b, const double *multipliers,
                           lip_sector_set set[2], size_t *sets, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &form->block[b];
  const double *lambda = multipliers + block->first;
  bool outputs = b > form->blocks, windows = !outputs && block->kind == LIP_SECTOR_LARGEST;

  *sets = 1;
  TRY(set_create(block->rows, !outputs && !windows, &set[0], err));
  set[0].coupling = block->coupling;
  set[0].couplings = block->couplings;
  set[0].target = b;
  set[0].squares = lip_sector_has_squares(form, b);
  for (size_t i = 0; outputs && i < block->rows; i++) set[0].q[i] = -1;
  for (size_t i = 0; !outputs && !windows && i < block->rows; i++) {
    bool softmax = block->kind == LIP_SECTOR_SOFTMAX;
    double low = softmax ? 0 : block->low[i], high = softmax ? 0.5 : block->high[i];

    set[0].q[i] = softmax ? 0 : without_underflow(lambda[i] * (low * high));
    set[0].cross[i] = -(softmax ? lambda[0] : lambda[i]) * ((low + high) / 2);
  }
  if (!windows) goto done;
  entry_weights(block, lambda, set[0].q);
  *sets = 2;
  TRY(window_set(form, b, lambda, &set[1], err));
done:
  if (st != LIP_OK)
    for (size_t i = 0; i < *sets; i++) lip_sector_set_clear(&set[i]);
  return st;
}
