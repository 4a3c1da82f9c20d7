/* pattern_cell.c - the cells of a claim: its rows scaled, and the points where every pattern has
   one.

   Where W has full row rank, on the space, the least x with W x + b = z is W'(W W')^-1 (z - b), by
   the Cholesky factor of the cosines between rows and one refinement. All other cells are
   pattern_cell_find.c's. Cost: k^3 / 3 once, 4 k d + 2 k^2 a point. */
#include "lipschitz/two_layers/pattern_cell_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* Lower Cholesky factor of the cosines; false where a pivot is small, or it is stopped. */
static bool factorise(lip_pattern_cell *cell)
{
  size_t k = cell->k;

  for (size_t i = 0; i < k; i++) {
    double *row = cell->factor + i * k;

    if (cell->control && cell->control->stop && cell->control->stop(cell->control->context))
      return false;
    for (size_t j = 0; j < i; j++)
      row[j] = (cell->cosine[i * k + j] - lip_dot(j, row, cell->factor + j * k)) /
               cell->factor[j * k + j];
    row[i] = 1 - lip_dot(i, row, row);
    if (!(row[i] > 1e-11)) return false;
    row[i] = sqrt(row[i]);
  }
  return true;
}

static void measure_rows(lip_pattern_cell *cell, const double *gram)
{
  const lip_claim *claim = cell->claim;
  size_t k = cell->k;
  double center = claim->domain.kind == LIP_BOX ? claim->domain.low / 2 + claim->domain.high / 2
                                                : 0;
  double farthest = 0;

  for (size_t l = 0; l < k; l++) {
    double true_length = 0, bias = claim->b[l];

    cell->length[l] = lip_norm(claim->d, claim->W + l * claim->d);
    true_length = ldexp(cell->length[l], claim->W_exponent);
    for (size_t i = 0; i < claim->d && center != 0; i++)
      bias += center * claim->W_true[l * claim->d + i];
    cell->offset[l] = true_length > 0 ? bias / true_length : 0;
    farthest = fmax(farthest, fabs(cell->offset[l]));
    for (size_t j = 0; j < k; j++) cell->cosine[l * k + j] = gram[l * k + j];
  }
  cell->unit = farthest > 0 && isfinite(farthest) ? farthest : 1;
  if (claim->domain.kind == LIP_BALL || claim->domain.kind == LIP_ON_SPHERE)
    cell->unit = claim->domain.radius;
  if (claim->domain.kind == LIP_BOX) cell->unit = claim->domain.high / 2 - claim->domain.low / 2;
  if (!(cell->unit > 0)) cell->unit = 1;
  for (size_t l = 0; l < k; l++) cell->offset[l] /= cell->unit;
  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < k; j++) {
      double lengths = cell->length[l] * cell->length[j];

      cell->cosine[l * k + j] = lengths > 0 ? cell->cosine[l * k + j] / lengths : 0;
    }
}

lip_status lip_pattern_cell_create(const lip_claim *claim, const double *gram,
                                   const lip_control *control, lip_pattern_cell **cell,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_cell *made = lip_alloc_zero(1, sizeof *made);
  size_t k = claim->k, n;

  if (!made) FAIL(LIP_ENOMEM, "cells");
  made->claim = claim;
  made->control = control;
  made->k = k;
  made->d = claim->d;
  n = made->capacity =
      k + 1 + (claim->domain.kind == LIP_BOX && claim->d <= LIP_MOST_BOX_INPUTS ? 2 * claim->d : 0);
  made->length = lip_alloc(k, 2 * sizeof *made->length);
  made->cosine = lip_alloc(k, k * sizeof *made->cosine);
  made->factor = lip_alloc_zero(k, k * sizeof *made->factor);
  made->gram = lip_alloc(n, n * sizeof *made->gram);
  made->h = lip_alloc(n, 2 * sizeof *made->h);
  made->work = lip_alloc(n, (n + 4) * sizeof *made->work);
  made->list = lip_alloc(n, 2 * sizeof *made->list);
  made->outward = lip_alloc(claim->d, 2 * sizeof *made->outward);
  if (!made->outward || !made->length || !made->cosine || !made->factor || !made->gram ||
      !made->h || !made->work || !made->list)
    FAIL(LIP_ENOMEM, "cells of %zu neurons", k);
  made->offset = made->length + k;
  made->y = made->h + n;
  made->member = made->list + n;
  measure_rows(made, gram);
  made->every = claim->domain.kind == LIP_SPACE && k <= claim->d && factorise(made);
  *cell = made;
  made = NULL;
done:
  lip_pattern_cell_free(made);
  return st;
}

void lip_pattern_cell_free(lip_pattern_cell *cell)
{
  if (!cell) return;
  lip_free(cell->length);
  lip_free(cell->cosine);
  lip_free(cell->factor);
  lip_free(cell->gram);
  lip_free(cell->h);
  lip_free(cell->work);
  lip_free(cell->outward);
  lip_free(cell->list);
  lip_free(cell);
}

bool lip_pattern_cell_every(const lip_pattern_cell *cell)
{
  return cell->every;
}

/* x += sum coefficient_l w_l / |w_l| */
static void combine(const lip_pattern_cell *cell, const double *coefficient, double *x)
{
  for (size_t l = 0; l < cell->k; l++)
    if (coefficient[l] != 0)
      lip_add_multiple(cell->d, coefficient[l] / cell->length[l], cell->claim->W + l * cell->d, x);
}

void lip_pattern_cell_reach(lip_pattern_cell *cell, const double *z, double *x)
{
  size_t k = cell->k;
  double *s = cell->h;

  memset(x, 0, cell->d * sizeof *x);
  for (int refined = 0; refined < 2; refined++) {
    for (size_t l = 0; l < k; l++) {
      const double *w = cell->claim->W_true + l * cell->d;
      double missing = z[l] - cell->claim->b[l] - lip_dot(cell->d, w, x);

      s[l] = cell->length[l] > 0 ? ldexp(missing / cell->length[l], -cell->claim->W_exponent)
                                 : 0; /* a row of zeros has its argument already */
      s[l] = (s[l] - lip_dot(l, cell->factor + l * k, s)) / cell->factor[l * k + l];
    }
    for (size_t l = k; l-- > 0;) {
      s[l] /= cell->factor[l * k + l];
      for (size_t j = 0; j < l; j++) s[j] -= s[l] * cell->factor[l * k + j];
    }
    combine(cell, s, x);
  }
}

void lip_pattern_arguments(const lip_claim *claim, const signed char *ends, double *z)
{
  lip_activation psi = claim->psi;
  double right = lip_activation_slope(psi, 1) > lip_activation_slope(psi, -1) ? 1 : -1;

  for (size_t l = 0; l < claim->k; l++) {
    double length = lip_norm(claim->d, claim->W_true + l * claim->d);

    z[l] = (ends[l] < 0 ? -right : right) * (length + fabs(claim->b[l]));
    if (psi.kind == LIP_SOFTPLUS) z[l] = ends[l] < 0 ? -45 : 45;
    if (psi.kind == LIP_TANH || psi.kind == LIP_SIGMOID)
      z[l] = ends[l] > 0 ? 0 : claim->b[l] < 0 ? -45 : 45;
  }
}

void lip_pattern_sides(const lip_claim *claim, const signed char *ends, signed char *side)
{
  bool right = lip_activation_slope(claim->psi, 1) > lip_activation_slope(claim->psi, -1);

  for (size_t l = 0; l < claim->k; l++) side[l] = right ? ends[l] : (signed char)-ends[l];
}
