/* sector_matrix.c - is the quadratic form of a sector form certainly nonnegative?

   Every variable is scaled by a power of two, sigma, that brings its own lambda sigma^2 (of the
   input L^2 sigma^2) into [1/2, 2); then two passes over the blocks.

   The first one bounds errors. Of a set of rows R with factors q, p_j = |sqrt|q| R_j| and rho_j the
   same of the radii, an entry of R' diag(q) R is off by at most (gamma p_j + rho_j) (p_k + rho_k) +
   p_j rho_k, a row of them together by that with the sums of p and rho in place of p_k and rho_k.
   Of cross terms the errors are added one by one. Sums of rows of errors bound their matrix in the
   semidefinite order.

   The second one adds what reaches block k, eliminates it, and goes on (linalg/verified_blocks.h).

   Underflow: multipliers are within 2^+-400, scaled entries below 2^500 and p below 2^100, so that
   all of it together is below CUSHION.

   cost  that of the elimination, and rows x columns^2 for each set with squares */
#include "certificate/sector_matrix.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/sector_sets.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"
#include "linalg/verified_blocks.h"

#include <float.h>
#include <string.h>

enum { SLICE = 128 };
static const double CUSHION = 1e-90, LARGEST_ENTRY = 0x1p500, LARGEST_COLUMN = 0x1p100;
static const double LARGEST_MULTIPLIER = 0x1p400, MOST_KEPT = 2e9, MOST_BYTES = 6.5e9;

typedef struct assembly {
  lip_sector_form *form;
  const double *multipliers;
  double square; /* L^2, rounded down */
  lip_block_matrix *matrix;
  bool keeps;                                         /* couplings stay filled */
  double *scale, *diagonal, *slack, *taken, *p, *rho; /* order each; scale owns them all */
  double *left, *right;                               /* SLICE x the largest block */
  size_t *last; /* by block: the last one whose rows reach it; owned */
} assembly;

static void clear(assembly *a)
{
  lip_block_matrix_free(a->matrix);
  lip_free(a->scale);
  lip_free(a->left);
  lip_free(a->last);
}

/* ---- structure ---- */

/* How often an entry of block a is added to, at most: by every block that reaches it. */
static size_t most_additions(const lip_sector_form *form)
{
  size_t most = 0;

  for (size_t a = 0; a <= form->blocks; a++) {
    size_t additions = 4;

    for (size_t b = a; b <= form->blocks + 1; b++) {
      const lip_sector_block *block = &form->block[b];

      for (size_t c = 0; c < block->couplings; c++)
        if (a == b || block->coupling[c].from == a) {
          additions += 2 * (block->rows / SLICE + 2);
          break;
        }
    }
    most = additions > most ? additions : most;
  }
  return most;
}

static lip_status create_matrix(assembly *a, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_form *form = a->form;
  size_t count = form->blocks + 1;
  bool *pattern = lip_alloc_zero(count, count * sizeof *pattern);
  size_t *size = lip_alloc(count, sizeof *size);

  a->last = lip_alloc_zero(count, sizeof *a->last);
  if (!pattern || !size || !a->last) FAIL(LIP_ENOMEM, "%zu blocks", count);
  for (size_t b = 0; b < count; b++) size[b] = form->block[b].size;
  for (size_t b = 1; b <= count; b++) {
    const lip_sector_block *block = &form->block[b];
    bool squares = lip_sector_has_squares(form, b);

    for (size_t c = 0; c < block->couplings; c++) {
      size_t from = block->coupling[c].from;

      a->last[from] = b;
      if (b < count) pattern[b * count + from] = true;
      for (size_t e = 0; squares && e < c; e++)
        pattern[from * count + block->coupling[e].from] = true;
    }
  }
  TRY(lip_block_matrix_create(count, size, pattern, most_additions(form), &a->matrix, err));
done:
  lip_free(pattern);
  lip_free(size);
  return st;
}

static lip_status create_arrays(assembly *a, lip_error *err)
{
  size_t order = a->form->order, widest = 1;

  for (size_t b = 0; b <= a->form->blocks; b++)
    if (a->form->block[b].size > widest) widest = a->form->block[b].size;
  a->scale = lip_alloc_zero(6 * order, sizeof *a->scale);
  a->left = lip_alloc(2 * SLICE, widest * sizeof *a->left);
  if (!a->scale || !a->left) return lip_fail(err, LIP_ENOMEM, "a matrix of order %zu", order);
  a->diagonal = a->scale + order;
  a->slack = a->diagonal + order;
  a->taken = a->slack + order;
  a->p = a->taken + order;
  a->rho = a->p + order;
  a->right = a->left + SLICE * widest;
  return LIP_OK;
}

/* A power of two s with value s^2 in [1/2, 2); 1 for 0. */
static double root_scale(double value)
{
  int exponent;

  if (value == 0) return 1;
  (void)frexp(value, &exponent);
  return ldexp(1, -(exponent >= 0 ? exponent / 2 : -((1 - exponent) / 2)));
}

/* lambda of a variable, or L^2. */
static double own_multiplier(const assembly *a, size_t b, size_t i)
{
  const lip_sector_block *block = &a->form->block[b];

  if (b == 0) return a->square;
  return a->multipliers[block->first + (block->kind == LIP_SECTOR_SOFTMAX ? 0 : i)];
}

/* Scales, and the diagonal's own part. */
static void begin(assembly *a)
{
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 4);

  for (size_t b = 0; b <= a->form->blocks; b++)
    for (size_t i = 0; i < a->form->block[b].size; i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i);

      a->scale[at] = root_scale(own);
      a->diagonal[at] = own * a->scale[at] * a->scale[at];
      a->slack[at] = CUSHION + rounding * a->diagonal[at];
    }
}

/* ---- the first pass: errors ---- */

static bool measure_squares(assembly *a, const lip_sector_set *set, const lip_coupling *coupling,
                            double *p_sum, double *rho_sum)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *p = a->p + from->offset, *rho = a->rho + from->offset;
  double *diagonal = a->diagonal + from->offset;

  memset(p, 0, from->size * sizeof *p);
  memset(rho, 0, from->size * sizeof *rho);
  for (size_t i = 0; i < set->rows; i++) {
    double q = set->q[i], size = fabs(q);

    for (size_t j = 0; j < from->size; j++) {
      double entry = coupling->C[i * from->size + j] * scale[j];

      p[j] += size * entry * entry;
      diagonal[j] += q * entry * entry + size * entry * entry * 1e-9;
      if (!coupling->radius) continue;
      entry = coupling->radius[i * from->size + j] * scale[j];
      rho[j] += size * entry * entry;
    }
  }
  for (size_t j = 0; j < from->size; j++) {
    p[j] = sqrt(p[j]) * (1 + 1e-9);
    rho[j] = rho[j] > 0 || coupling->radius ? sqrt(rho[j]) * (1 + 1e-9) + 0x1p-500 : 0;
    if (!(p[j] <= LARGEST_COLUMN && rho[j] <= LARGEST_COLUMN)) return false;
    *p_sum += p[j];
    *rho_sum += rho[j];
  }
  return true;
}

static void measure_cross(assembly *a, const lip_sector_set *set, const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *slack = a->slack + from->offset, *own = a->slack + a->form->block[set->target].offset;
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 12);

  for (size_t i = 0; i < set->rows; i++) {
    double factor = fabs(set->cross[i]) * a->scale[a->form->block[set->target].offset + i], sum = 0;

    for (size_t j = 0; j < from->size; j++) {
      double error = rounding * fabs(coupling->C[i * from->size + j]) * scale[j];

      if (coupling->radius) error += coupling->radius[i * from->size + j] * scale[j] * (1 + 1e-9);
      error *= factor * (1 + 1e-9);
      slack[j] += error;
      sum += error;
    }
    own[i] += sum * (1 + 1e-9);
  }
}

static bool entries_in_range(const assembly *a, const lip_sector_set *set,
                             const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  double largest = 0, sum = 0;

  for (size_t i = 0; i < set->rows; i++)
    for (size_t j = 0; j < from->size; j++) {
      double entry = fabs(coupling->C[i * from->size + j]) * a->scale[from->offset + j];

      largest = entry > largest ? entry : largest;
      sum += 0 * entry;
    }
  return largest <= LARGEST_ENTRY && sum == 0;
}

/* Adds the errors of a set to the slack. False: out of range. */
static bool measure(assembly *a, const lip_sector_set *set)
{
  double gamma = lip_gamma(SLICE + lip_block_matrix_roundings(a->matrix) + 16);
  double p_sum = 0, rho_sum = 0;

  for (size_t c = 0; c < set->couplings; c++) {
    if (!entries_in_range(a, set, &set->coupling[c])) return false;
    if (set->squares && !measure_squares(a, set, &set->coupling[c], &p_sum, &rho_sum)) return false;
    if (set->cross) measure_cross(a, set, &set->coupling[c]);
  }
  for (size_t c = 0; set->squares && c < set->couplings; c++) {
    const lip_sector_block *from = &a->form->block[set->coupling[c].from];

    for (size_t j = from->offset; j < from->offset + from->size; j++) {
      double error = (gamma * a->p[j] + a->rho[j]) * (p_sum + rho_sum) + a->p[j] * rho_sum;

      a->slack[j] += error * (1 + 1e-9);
    }
  }
  return true;
}

/* ---- the second pass: numbers ---- */

/* Rows first, ... of R over one block, scaled; times q where that is not NULL. */
static void take_rows(const assembly *a, const lip_coupling *coupling, const double *q,
                      size_t first, size_t count, double *to)
{
  const lip_sector_block *from = &a->form->block[coupling->from];

  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < from->size; j++) {
      double entry = coupling->C[(first + i) * from->size + j] * a->scale[from->offset + j];

      to[i * from->size + j] = q ? q[first + i] * entry : entry;
    }
}

static lip_status add_squares(assembly *a, const lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t first = 0; first < set->rows; first += SLICE) {
    size_t count = set->rows - first < SLICE ? set->rows - first : SLICE;

    for (size_t c = 0; c < set->couplings; c++) {
      size_t i = set->coupling[c].from, rows = a->form->block[i].size;

      take_rows(a, &set->coupling[c], set->q, first, count, a->left);
      for (size_t e = 0; e <= c; e++) {
        size_t j = set->coupling[e].from, columns = a->form->block[j].size;
        double *block;

        TRY(lip_block_matrix_at(a->matrix, i, j, &block, err));
        take_rows(a, &set->coupling[e], NULL, first, count, a->right);
        lip_dgemm(true, false, rows, columns, count, 1, a->left, rows, a->right, columns, 1, block,
                  columns);
      }
    }
  }
done:
  return st;
}

static lip_status add_cross(assembly *a, const lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t c = 0; c < set->couplings; c++) {
    const lip_coupling *coupling = &set->coupling[c];
    const lip_sector_block *from = &a->form->block[coupling->from];
    const double *scale = a->scale + from->offset;
    double *block;

    TRY(lip_block_matrix_at(a->matrix, set->target, coupling->from, &block, err));
    for (size_t i = 0; i < set->rows; i++) {
      double factor = set->cross[i] * a->scale[a->form->block[set->target].offset + i];

      for (size_t j = 0; j < from->size; j++)
        block[i * from->size + j] += factor * (coupling->C[i * from->size + j] * scale[j]);
    }
  }
done:
  return st;
}

typedef enum pass { ERRORS, NUMBERS } pass;

/* What block b adds, in one of the passes. */
static lip_status visit(assembly *a, size_t b, pass which, bool *in_range,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_set set[2] = {{0}, {0}};
  size_t sets = 0;

  if (control && control->stop && control->stop(control->context))
    FAIL(LIP_EINTERRUPT, "interrupted");
  TRY(lip_sector_form_fill(a->form, b, control, err));
  TRY(lip_sector_sets(a->form, b, a->multipliers, set, &sets, err));
  for (size_t i = 0; i < sets; i++) {
    if (which == ERRORS) *in_range = *in_range && measure(a, &set[i]);
    if (which == NUMBERS && set[i].squares) TRY(add_squares(a, &set[i], err));
    if (which == NUMBERS && set[i].cross) TRY(add_cross(a, &set[i], err));
  }
  if (!a->keeps) lip_sector_form_release(a->form, b);
done:
  for (size_t i = 0; i < sets; i++) lip_sector_set_clear(&set[i]);
  return st;
}

/* The diagonal's own part, less what is taken off it. */
static lip_status add_diagonal(assembly *a, size_t b, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &a->form->block[b];
  double *pivot;

  TRY(lip_block_matrix_at(a->matrix, b, b, &pivot, err));
  for (size_t i = 0; i < block->size; i++) {
    size_t at = block->offset + i;
    double own = own_multiplier(a, b, i) * a->scale[at] * a->scale[at];

    pivot[i * block->size + i] += lip_add_down(own, -lip_add_up(a->slack[at], a->taken[at]));
  }
done:
  return st;
}

static lip_status eliminate(assembly *a, bool *runs, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t added = 0;
  bool in_range = true;

  *runs = true;
  for (size_t k = 0; *runs && k <= a->form->blocks; k++) {
    for (; added < a->last[k] || added < k; added++)
      TRY(visit(a, added + 1, NUMBERS, &in_range, control, err));
    TRY(add_diagonal(a, k, err));
    TRY(lip_block_matrix_eliminate(a->matrix, k, runs, err));
  }
done:
  return st;
}

/* ---- */

static const char *misfit(const lip_sector_form *form, const double *multipliers, double L)
{
  if (!form->bounded) return "a slope is not bounded";
  if (!(L >= 0)) return "the claim is no number";
  for (size_t i = 0; i < form->multipliers; i++)
    if (!(multipliers[i] >= 0)) return "a multiplier is negative or no number";
  for (size_t i = 0; i < form->multipliers; i++)
    if (multipliers[i] != 0 &&
        !(multipliers[i] <= LARGEST_MULTIPLIER && multipliers[i] >= 1 / LARGEST_MULTIPLIER))
      return "a multiplier is out of range";
  return NULL;
}

/* Everything up to the numbers. wrong  out  why the answer is no already, or NULL */
static lip_status prepare(assembly *a, const char **wrong, const lip_control *control,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  bool in_range = true;

  TRY(create_matrix(a, err));
  a->keeps = 2 * a->form->bytes <= MOST_KEPT;
  if (sizeof(double) * lip_block_matrix_most(a->matrix) > MOST_BYTES) {
    *wrong = "the matrix is too large";
    goto done;
  }
  TRY(create_arrays(a, err));
  begin(a);
  for (size_t b = 1; b <= a->form->blocks + 1; b++)
    TRY(visit(a, b, ERRORS, &in_range, control, err));
  if (!in_range) *wrong = "the numbers are out of range";
  for (size_t i = 0; in_range && i < a->form->order; i++) {
    a->slack[i] *= 1 + 1e-9;
    a->diagonal[i] = fmax(a->diagonal[i], 0) + a->slack[i];
  }
  lip_block_matrix_taken(a->matrix, a->diagonal, a->taken);
done:
  return st;
}

/* The most that is taken off a diagonal entry, relative to its own part. */
static double most_taken(const assembly *a)
{
  double most = 0;

  for (size_t b = 0; b <= a->form->blocks; b++)
    for (size_t i = 0; i < a->form->block[b].size; i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i) * a->scale[at] * a->scale[at];

      if (own > 0) most = fmax(most, (a->slack[at] + a->taken[at]) / own);
    }
  return most;
}

lip_status lip_sector_definite(lip_sector_form *form, const double *multipliers, double L,
                               lip_sector_verdict *verdict, const lip_control *control,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  assembly a = {.form = form, .multipliers = multipliers};
  bool runs = false;

  *verdict = (lip_sector_verdict){.reason = misfit(form, multipliers, L)};
  if (verdict->reason) goto done;
  a.square = fmin(lip_mul_down(L, L), DBL_MAX);
  if (!(a.square >= 1 / LARGEST_MULTIPLIER)) a.square = 0;
  if (a.square > LARGEST_MULTIPLIER) a.square = LARGEST_MULTIPLIER;
  TRY(prepare(&a, &verdict->reason, control, err));
  if (verdict->reason) goto done;
  verdict->given = most_taken(&a);
  TRY(eliminate(&a, &runs, control, err));
  verdict->proved = runs;
  if (!runs) verdict->reason = "the multipliers do not prove the claim";
done:
  clear(&a);
  return st;
}
