/* sector_matrix.c - is the quadratic form of a sector form certainly nonnegative?

   Every variable is scaled by a power of two, sigma, that brings its own lambda sigma^2 (of the
   input L^2 sigma^2) into [1/2, 2); then two passes over the blocks.

   The first one bounds errors. Of a set of rows R with factors q, p_j = |sqrt|q| R_j| and rho_j the
   same of the radii, an entry of R' diag(q) R is off by at most (gamma p_j + rho_j) (p_k + rho_k) +
   p_j rho_k, a row of them together by that with the sums of p and rho in place of p_k and rho_k.
   Of cross terms the errors are added one by one. Sums of rows of errors bound their matrix in the
   semidefinite order.

   The second one adds what reaches part k of sector_partition.h, eliminates it, and goes on
   (linalg/verified_blocks.h). The outputs are variables u too, |u|^2 + 2 u.(D y) in place of
   -|D y|^2, which is its least value: the form is nonnegative with u where it is without, and D
   couples no two of its columns.

   Underflow: multipliers are within 2^+-400, scaled entries below 2^500 and p below 2^100, so that
   all of it together is below CUSHION.

   cost  that of the elimination, and rows x columns^2 for each set with squares */
#include "certificate/graphs/sector_matrix.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_assembly.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <float.h>
#include <string.h>

static const double CUSHION = 1e-90;
static const double LARGEST_MULTIPLIER = 0x1p400, MOST_KEPT = 2e9, MOST_BYTES = 6.5e9;

static void clear(lip_sector_assembly *a)
{
  lip_block_matrix_free(a->matrix);
  lip_sector_partition_clear(&a->partition);
  lip_free(a->scale);
  lip_free(a->left);
  lip_free(a->start);
}

/* ---- structure ---- */

static bool has_squares(const lip_sector_assembly *a, size_t b)
{
  return b > 0 && b <= a->form->blocks && lip_sector_has_squares(a->form, b);
}

/* How often an entry is added to, at most: by every block that reaches one of block a. */
static size_t most_additions(const lip_sector_assembly *a)
{
  const lip_sector_form *form = a->form;
  size_t most = 0, groups = lip_sector_groups(&a->partition);

  for (size_t from = 0; from <= form->blocks + 1; from++) {
    size_t additions = 4;

    for (size_t b = from; b <= form->blocks + 1; b++) {
      const lip_sector_block *block = &form->block[b];
      bool reaches = from == b;

      for (size_t c = 0; c < block->couplings; c++)
        reaches = reaches || block->coupling[c].from == from;
      if (!reaches) continue;
      additions += 2;
      if (has_squares(a, b)) additions += 2 * (block->rows / LIP_SECTOR_SLICE + groups + 1);
    }
    most = additions > most ? additions : most;
  }
  return most;
}

static lip_status create_matrix(lip_sector_assembly *a, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;

  TRY(lip_sector_partition_choose(a->form, a->keeps, &a->partition, control, err));
  TRY(lip_block_matrix_create(parts->parts, parts->size, parts->pattern, most_additions(a),
                              &a->matrix, err));
  a->start = lip_alloc(parts->parts, sizeof *a->start);
  if (!a->start) FAIL(LIP_ENOMEM, "%zu parts", parts->parts);
  for (size_t p = 0, at = 0; p < parts->parts; at += parts->size[p], p++) a->start[p] = at;
done:
  return st;
}

static lip_status create_arrays(lip_sector_assembly *a, lip_error *err)
{
  size_t variables = a->partition.variables;

  a->scale = lip_alloc_zero(6 * variables, sizeof *a->scale);
  a->left = lip_alloc(2 * LIP_SECTOR_SLICE, variables * sizeof *a->left);
  if (!a->scale || !a->left) return lip_fail(err, LIP_ENOMEM, "a matrix of order %zu", variables);
  a->diagonal = a->scale + variables;
  a->slack = a->diagonal + variables;
  a->taken = a->slack + variables;
  a->p = a->taken + variables;
  a->rho = a->p + variables;
  a->right = a->left + LIP_SECTOR_SLICE * variables;
  return LIP_OK;
}

/* How many variables a block has, the outputs included. */
static size_t size_of(const lip_sector_assembly *a, size_t b)
{
  return b > a->form->blocks ? a->form->claim->m : a->form->block[b].size;
}

/* A power of two s with value s^2 in [1/2, 2); 1 for 0. */
static double root_scale(double value)
{
  int exponent;

  if (value == 0) return 1;
  (void)frexp(value, &exponent);
  return ldexp(1, -(exponent >= 0 ? exponent / 2 : -((1 - exponent) / 2)));
}

/* lambda of a variable, L^2, or 1 of an output. */
static double own_multiplier(const lip_sector_assembly *a, size_t b, size_t i)
{
  const lip_sector_block *block = &a->form->block[b];

  if (b == 0) return a->square;
  if (b > a->form->blocks) return 1;
  return a->multipliers[block->first + (block->kind == LIP_SECTOR_SOFTMAX ? 0 : i)];
}

/* Scales, and the diagonal's own part. */
static void begin(lip_sector_assembly *a)
{
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 4);

  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i);

      a->scale[at] = root_scale(own);
      a->diagonal[at] = own * a->scale[at] * a->scale[at];
      a->slack[at] = CUSHION + rounding * a->diagonal[at];
    }
}

/* D y beside u in place of -|D y|^2. */
static lip_status as_variables(const lip_sector_assembly *a, lip_sector_set *set, lip_error *err)
{
  set->squares = false;
  set->target = a->form->blocks + 1;
  set->cross = lip_alloc(set->rows, sizeof *set->cross);
  if (!set->cross) return lip_fail(err, LIP_ENOMEM, "%zu outputs", set->rows);
  for (size_t i = 0; i < set->rows; i++) set->cross[i] = 1;
  return LIP_OK;
}

typedef enum pass { ERRORS, NUMBERS } pass;

/* What block b adds, in one of the passes. */
static lip_status visit(lip_sector_assembly *a, size_t b, pass which, bool *in_range,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_set set[2] = {{0}, {0}};
  size_t sets = 0;

  if (control && control->stop && control->stop(control->context))
    FAIL(LIP_EINTERRUPT, "interrupted");
  TRY(lip_sector_form_fill(a->form, b, control, err));
  TRY(lip_sector_sets(a->form, b, a->multipliers, set, &sets, err));
  if (b > a->form->blocks) TRY(as_variables(a, &set[0], err));
  for (size_t i = 0; i < sets; i++) {
    if (which == ERRORS) *in_range = *in_range && lip_sector_measure(a, &set[i]);
    if (which == NUMBERS && set[i].squares) TRY(lip_sector_add_squares(a, &set[i], b, i == 1, err));
    if (which == NUMBERS && set[i].cross) TRY(lip_sector_add_cross(a, &set[i], err));
  }
  if (!a->keeps) lip_sector_form_release(a->form, b);
done:
  for (size_t i = 0; i < sets; i++) lip_sector_set_clear(&set[i]);
  return st;
}

/* diagonal <- its own part, less what is taken off it. */
static void take_off_diagonal(lip_sector_assembly *a)
{
  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i) * a->scale[at] * a->scale[at];

      a->diagonal[at] = lip_add_down(own, -lip_add_up(a->slack[at], a->taken[at]));
    }
}

static lip_status eliminate(lip_sector_assembly *a, bool *runs, const lip_control *control,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;
  size_t added = 0;
  bool in_range = true;

  *runs = true;
  for (size_t k = 0; *runs && k < parts->parts; k++) {
    double *pivot;

    for (; added < parts->last[k]; added++)
      TRY(visit(a, added + 1, NUMBERS, &in_range, control, err));
    TRY(lip_block_matrix_at(a->matrix, k, k, &pivot, err));
    for (size_t v = 0; v < parts->variables; v++)
      if (parts->part[v] == k) pivot[parts->place[v] * (parts->size[k] + 1)] += a->diagonal[v];
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

/* What the factorisation takes off, by variable. */
static lip_status find_taken(lip_sector_assembly *a, lip_error *err)
{
  const lip_sector_partition *parts = &a->partition;
  double *diagonal = lip_alloc(2 * parts->variables, sizeof *diagonal);
  double *taken = diagonal ? diagonal + parts->variables : NULL;

  if (!diagonal) return lip_fail(err, LIP_ENOMEM, "%zu variables", parts->variables);
  for (size_t v = 0; v < parts->variables; v++)
    diagonal[a->start[parts->part[v]] + parts->place[v]] = a->diagonal[v];
  lip_block_matrix_taken(a->matrix, diagonal, taken);
  for (size_t v = 0; v < parts->variables; v++)
    a->taken[v] = taken[a->start[parts->part[v]] + parts->place[v]];
  lip_free(diagonal);
  return LIP_OK;
}

/* Everything up to the numbers. wrong  out  why the answer is no already, or NULL */
static lip_status prepare(lip_sector_assembly *a, const char **wrong, const lip_control *control,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  bool in_range = true;

  a->keeps = 2 * a->form->bytes <= MOST_KEPT;
  TRY(create_matrix(a, control, err));
  if (sizeof(double) * lip_block_matrix_most(a->matrix) > MOST_BYTES) {
    *wrong = "the matrix is too large";
    goto done;
  }
  TRY(create_arrays(a, err));
  begin(a);
  for (size_t b = 1; b <= a->form->blocks + 1; b++)
    TRY(visit(a, b, ERRORS, &in_range, control, err));
  if (!in_range) *wrong = "the numbers are out of range";
  for (size_t i = 0; in_range && i < a->partition.variables; i++) {
    a->slack[i] *= 1 + 1e-9;
    a->diagonal[i] = fmax(a->diagonal[i], 0) + a->slack[i];
  }
  TRY(find_taken(a, err));
done:
  return st;
}

/* The most that is taken off a diagonal entry, relative to its own part. */
static double most_taken(const lip_sector_assembly *a)
{
  double most = 0;

  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
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
  lip_sector_assembly a = {.form = form, .multipliers = multipliers};
  bool runs = false;

  *verdict = (lip_sector_verdict){.reason = misfit(form, multipliers, L)};
  if (verdict->reason) goto done;
  a.square = fmin(lip_mul_down(L, L), DBL_MAX);
  if (!(a.square >= 1 / LARGEST_MULTIPLIER)) a.square = 0;
  if (a.square > LARGEST_MULTIPLIER) a.square = LARGEST_MULTIPLIER;
  TRY(prepare(&a, &verdict->reason, control, err));
  if (verdict->reason) goto done;
  verdict->given = most_taken(&a);
  take_off_diagonal(&a);
  TRY(eliminate(&a, &runs, control, err));
  verdict->proved = runs;
  if (!runs) verdict->reason = "the multipliers do not prove the claim";
done:
  clear(&a);
  return st;
}
